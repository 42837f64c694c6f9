/// A convolution in NHWC: by register tiles where they are given, else lowered to `sgemm`.
///
/// Kernels are (kernelHeight, kernelWidth, channels, filters), Keras's layout: as a matrix
/// [patch × filters], with the rows in the order of the lowered image.
package struct Convolution2D: Sendable {
    package let geometry: ConvolutionGeometry
    package let filters: Int
    package let activation: Activation
    /// The convolution by tiles that computes the layer's products; nil where they are lowered to `sgemm`.
    package let direct: DirectConvolution?
    private let lowered: LoweredConvolution

    /// - Parameter tiles: nil lowers all products
    package init(
        _ geometry: ConvolutionGeometry, filters: Int, activation: Activation, tiles: Tiles?
    ) {
        precondition(filters > 0, "a convolution with \(filters) filters")
        self.geometry = geometry
        self.filters = filters
        self.activation = activation
        direct = tiles.map { DirectConvolution(geometry, filters: filters, tiles: $0) }
        lowered = LoweredConvolution(geometry, filters: filters)
    }

    package var kernelCount: Int { geometry.patch * filters }
    /// Values of one output image, (gridHeight, gridWidth, filters).
    package var outputCount: Int { geometry.positions * filters }
    /// Floats of scratch that both directions need for `count` images.
    package func scratchCount(images count: Int) -> Int {
        direct?.scratchCount(images: count) ?? lowered.scratchCount(images: count)
    }

    /// Floats of what `pack` makes of the kernel, for `forward` alone or for the gradient of the input as well.
    package func packedCount(givesInputGradient: Bool) -> Int {
        direct?.packedCount(up: givesInputGradient)
            ?? lowered.packedCount(up: givesInputGradient)
    }
    /// Gives the kernel the form that products want besides its own, once for all calls with the same kernel.
    package func pack(_ kernel: FloatRegion, into packed: FloatRegion) {
        if let direct { direct.pack(kernel, into: packed) } else { lowered.pack(kernel, into: packed) }
    }

    /// output = activation(kernel ∗ input + bias), for `count` images.
    ///
    /// - Parameters:
    ///   - input: (count, height, width, channels)
    ///   - packed: the kernel from `pack`
    ///   - output: (count, gridHeight, gridWidth, filters), overwritten
    package func forward(
        _ input: FloatRegion, count: Int, kernel: FloatRegion, packed: FloatRegion, bias: FloatRegion,
        into output: FloatRegion, scratch: FloatRegion
    ) {
        if let direct {
            return direct.down(
                input, count: count, kernel: kernel, packed: packed, bias: bias, activation: activation,
                into: output, scratch: scratch)
        }
        lowered.down(
            input, count: count, kernel: kernel, packed: packed, bias: bias, activation: activation,
            into: output,
            scratch: scratch)
    }

    /// The gradients of the weights and, when asked for, of the input.
    ///
    /// - Parameters:
    ///   - packed: the kernel from `pack`; not read without an `inputGradient`
    ///   - gradient: ∂L/∂output, (count, gridHeight, gridWidth, filters); becomes ∂L/∂sum
    ///   - inputGradient: receives ∂L/∂input, added when `accumulatingInput`, unless nil
    ///   - accumulating: adds to `kernelGradient` and `biasGradient` instead of overwriting them
    package func backward(
        _ gradient: FloatRegion, input: FloatRegion, output: FloatRegion, count: Int, kernel: FloatRegion,
        packed: FloatRegion, kernelGradient: FloatRegion, biasGradient: FloatRegion,
        inputGradient: FloatRegion?, accumulating: Bool, accumulatingInput: Bool = false,
        scratch: FloatRegion
    ) {
        if let direct {
            activation.backward(
                gradient, output: output, rows: count * geometry.positions, biasGradient: biasGradient,
                accumulating: accumulating)
            direct.kernelGradient(
                input, gradient, count: count, into: kernelGradient, accumulating: accumulating,
                scratch: scratch)
            if let inputGradient {
                direct.up(
                    gradient, count: count, kernel: kernel, packed: packed, bias: nil, activation: .identity,
                    into: inputGradient, accumulating: accumulatingInput, scratch: scratch)
            }
            return
        }
        for block in lowered.blocks(of: count) {
            let adds = accumulating || block.start > 0
            let sums = gradient[block.images(of: outputCount)]
            activation.backward(
                sums, output: output[block.images(of: outputCount)], rows: block.count * geometry.positions,
                biasGradient: biasGradient, accumulating: adds)
            lowered.lower(
                input[block.images(of: geometry.imageCount)], count: block.count, into: scratch)
            lowered.kernelGradient(
                sums, block, into: kernelGradient, accumulating: accumulating, scratch: scratch)
            if let inputGradient {
                lowered.up(
                    sums, count: block.count, kernel: kernel, packed: packed, bias: nil,
                    activation: .identity,
                    into: inputGradient[block.images(of: geometry.imageCount)],
                    accumulating: accumulatingInput, scratch: scratch)
            }
        }
    }
}

extension Convolution2D: Layer {
    package static var kind: String { "convolution" }
    package var title: String { "\(geometry.title("convolution"))\(activation.suffix)" }
    package var outputShape: [Int] { [geometry.gridHeight, geometry.gridWidth, filters] }
    package var parameters: [Parameter] {
        let taps = geometry.kernelHeight * geometry.kernelWidth
        return [
            Parameter(
                "kernel", [geometry.kernelHeight, geometry.kernelWidth, geometry.channels, filters],
                .glorotUniform(fanIn: taps * geometry.channels, fanOut: taps * filters)),
            Parameter("bias", [filters], .zeros),
        ]
    }
    package var product: Product? {
        Product(rows: geometry.positions, columns: filters, depth: geometry.patch)
    }
    package var arithmetic: (forward: Arithmetic, weightGradient: Arithmetic, inputGradient: Arithmetic)? {
        guard let direct else {
            return (lowered.arithmetic, lowered.arithmetic, lowered.arithmetic)
        }
        return (direct.downArithmetic, direct.gradientArithmetic, direct.upArithmetic)
    }
    package var largestMatrix: Int { max(outputCount, geometry.loweredCount) }
    package var backwardReads: BackwardReads { activation == .identity ? .inputs : [.inputs, .output] }

    package func needs(images: Int, givesInputGradient: Bool) -> LayerNeeds {
        LayerNeeds(
            scratch: scratchCount(images: images), packed: packedCount(givesInputGradient: givesInputGradient)
        )
    }

    package func forward(_ at: Binding, _ weights: Weights, count: Int) {
        forward(
            at.inputs[0], count: count, kernel: weights.parameters[at.parameters[0]],
            packed: weights.packed[at.packed], bias: weights.parameters[at.parameters[1]], into: at.output,
            scratch: at.scratch)
    }

    package func backward(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        backward(
            at.outputGradient, input: at.inputs[0], output: at.output, count: pass.count,
            kernel: weights.parameters[at.parameters[0]], packed: weights.packed[at.packed],
            kernelGradient: pass.gradients[at.parameters[0]],
            biasGradient: pass.gradients[at.parameters[1]], inputGradient: at.inputGradients[0],
            accumulating: pass.accumulating, accumulatingInput: at.addsToInputGradient[0],
            scratch: at.scratch)
    }

    private enum CodingKeys: String, CodingKey { case geometry, filters, activation }
}
