extension Network {
    /// Values of each of an image's activations, from its pixels to the output.
    var activations: [Int] {
        [configuration.imageShape.count] + convolutions.map(\.layer.outputCount)
            + encoderDense.map(\.layer.outputs) + decoderDense.map(\.layer.outputs)
            + transposed.map(\.layer.outputCount)
    }

    /// Images that go through the network together. Sizes alone decide, so that sums have one order on every machine.
    func chooseMicroBatch() -> Int {
        Self.microBatch(
            activations: activations, parameters: layout.count,
            flop: work.reduce(0) { $0 + $1.trainingFlop })
    }

    /// A power of two.
    ///
    /// - Parameters:
    ///   - activations: values of each activation of an image
    ///   - parameters: values of a gradient
    ///   - flop: operations to train on an image
    static func microBatch(activations: [Int], parameters: Int, flop: Int) -> Int {
        // A micro-batch reads all weights and writes a whole gradient, which has to be worth it. Convolutions use each weight at
        // many places; dense layers use it once an image, and want more images.
        var images = Engine.microBatch
        while images < mostImages && images * flop < worthwhile * parameters { images *= 2 }
        // On the way back a gradient has the size of an activation, and another is being written. All should stay near a core.
        let perImage = activations.reduce(2 * activations.reduce(0, max), +)
        while images > 1 && images * perImage > nearFloats { images /= 2 }
        return images
    }

    /// Operations for each float of a gradient, below which its traffic to memory would be felt.
    private static let worthwhile = 256
    private static let mostImages = 64
    /// Four megabytes: a core's second-level cache and its share of the third.
    private static let nearFloats = 1 << 20

    /// The most values that one tensor, or the lowered matrix of one image, has in a network of `configuration`,
    /// whose sizes are each in range. Saturates rather than overflow.
    static func largestTensor(of configuration: ModelConfiguration) -> Int {
        func product(_ factors: Int...) -> Int {
            factors.reduce(1) { partial, factor in
                let (value, overflow) = partial.multipliedReportingOverflow(by: factor)
                return overflow ? .max : value
            }
        }
        let shape = configuration.imageShape
        let taps =
            configuration.encoderFilters.isEmpty ? 1 : configuration.kernelSize * configuration.kernelSize
        var largest = product(shape.height, shape.width, taps, shape.channels)
        var (height, width, channels) = (shape.height, shape.width, shape.channels)
        for (filters, outputs) in zip(configuration.encoderFilters, configuration.decoderFilters.reversed()) {
            largest = max(largest, product(height, width, max(filters, outputs)))
            (height, width) = ((height + 1) / 2, (width + 1) / 2)
            largest = max(
                largest, product(height, width, taps, max(channels, outputs)),
                product(taps, channels, filters))
            channels = filters
        }
        let flat = product(height, width, channels)
        if !configuration.decoderFilters.isEmpty {
            // The decoder's kernels join its own filters, from the encoder's last up to the image's channels.
            for filters in configuration.decoderFilters + [shape.channels] {
                largest = max(largest, product(taps, filters, channels))
                channels = filters
            }
        }
        let latent = configuration.latentSize
        for chain in [
            [flat] + configuration.encoderUnits + [latent], [latent] + configuration.decoderUnits + [flat],
        ] {
            for (inputs, outputs) in zip(chain, chain.dropFirst()) {
                largest = max(largest, product(inputs, outputs))
            }
        }
        return largest
    }
}
