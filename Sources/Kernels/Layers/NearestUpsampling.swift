/// Feature maps made larger by repeating each position's channels `factor` times along both axes.
///
/// Before a convolution it does what a transposed convolution does, without its checkerboard (Odena, Dumoulin and Olah,
/// "Deconvolution and Checkerboard Artifacts", Distill 2016). The output may end within the last block, so that odd sizes come back.
package struct NearestUpsampling: Layer {
    package static let kind = "upsampling"
    package var title: String { "nearest-neighbour upsampling, factor \(factor)" }
    /// (height, width, channels) of the input and of the output.
    package let inputShape: [Int]
    package let outputShape: [Int]
    package let factor: Int

    /// - Precondition: the output's height is above (height − 1) · factor and at most height · factor, and so is its width.
    package init(_ inputShape: [Int], toHeight height: Int, width: Int, factor: Int) {
        precondition(
            (height + factor - 1) / factor == inputShape[0] && (width + factor - 1) / factor == inputShape[1],
            "\(inputShape) to \(height)×\(width) by \(factor)")
        self.inputShape = inputShape
        outputShape = [height, width, inputShape[2]]
        self.factor = factor
    }

    package var backwardReads: BackwardReads { [] }

    package func forward(_ at: Binding, _ weights: Weights, count: Int) {
        let (input, output) = (at.inputs[0], at.output)
        forEachPosition(count) { from, to, channels in
            output[to..<to + channels].copy(from: input[from..<from + channels])
        }
    }

    /// The sum of the gradients of an input's copies, in the order of their rows and columns.
    package func backward(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        guard let target = at.inputGradients[0] else { return }
        if !at.addsToInputGradient[0] {
            target.prefix(pass.count * inputShape.reduce(1, *)).fill(with: 0)
        }
        forEachPosition(pass.count) { from, to, channels in
            target[from..<from + channels].take(at.outputGradient[to..<to + channels], adding: true)
        }
    }

    /// Calls `body` with where the channels of an input position begin, and of each output position that repeats it.
    private func forEachPosition(_ count: Int, _ body: (_ from: Int, _ to: Int, _ channels: Int) -> Void) {
        let (height, width, channels) = (outputShape[0], outputShape[1], outputShape[2])
        for row in 0..<count * height {
            let (image, y) = row.quotientAndRemainder(dividingBy: height)
            for x in 0..<width {
                let from = (image * inputShape[0] + y / factor) * inputShape[1] + x / factor
                body(from * channels, (row * width + x) * channels, channels)
            }
        }
    }
}
