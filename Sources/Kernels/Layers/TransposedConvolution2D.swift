/// A transposed convolution in NHWC: by register tiles where they are given, else lowered to `sgemm`.
///
/// It is the transpose of a convolution from its output (the geometry's image) down to its input (the
/// geometry's grid), so that any output size that convolution accepts can be asked for, odd ones
/// included. Kernels are (kernelHeight, kernelWidth, outputs, inputs), Keras's layout: as a matrix [patch × inputs].
package struct TransposedConvolution2D: Sendable {
    /// The convolution that this one transposes: its image is the output, its channels the output's.
    package let geometry: ConvolutionGeometry
    /// Channels of the input.
    package let inputs: Int
    package let activation: Activation
    /// The convolution by tiles that computes the layer's products; nil where they are lowered to `sgemm`.
    package let direct: DirectConvolution?

    /// - Parameter tiles: nil lowers all products
    package init(_ geometry: ConvolutionGeometry, inputs: Int, activation: Activation, tiles: Tiles?) {
        precondition(inputs > 0, "a transposed convolution of \(inputs) channels")
        self.geometry = geometry
        self.inputs = inputs
        self.activation = activation
        direct = tiles.map { DirectConvolution(geometry, filters: inputs, tiles: $0) }
    }

    package var kernelCount: Int { geometry.patch * inputs }
    /// Values of one input image, (gridHeight, gridWidth, inputs).
    package var inputCount: Int { geometry.positions * inputs }
    /// Values of one output image, (height, width, channels).
    package var outputCount: Int { geometry.imageCount }
    /// Floats of scratch that both directions need for `count` images.
    package func scratchCount(images count: Int) -> Int {
        direct?.scratchCount(images: count) ?? geometry.imagesPerBlock(of: count) * geometry.loweredCount
    }

    /// Floats of what `pack` makes of the kernel.
    package var packedCount: Int { direct?.packedCount(up: true) ?? 0 }
    /// Gives the kernel the form that products want besides its own, once for all calls with the same kernel.
    package func pack(_ kernel: FloatRegion, into packed: FloatRegion) {
        direct?.pack(kernel, into: packed)
    }

    /// output = activation(kernelᵀ ∗ input + bias), for `count` images.
    ///
    /// - Parameters:
    ///   - packed: the kernel from `pack`
    ///   - input: (count, gridHeight, gridWidth, inputs)
    ///   - output: (count, height, width, channels), overwritten
    package func forward(
        _ input: FloatRegion, count: Int, kernel: FloatRegion, packed: FloatRegion, bias: FloatRegion,
        into output: FloatRegion, scratch: FloatRegion
    ) {
        if let direct {
            return direct.up(
                input, count: count, kernel: kernel, packed: packed, bias: bias, activation: activation,
                into: output, scratch: scratch)
        }
        let (positions, patch) = (geometry.positions, geometry.patch)
        let weights = Matrix(kernel, rows: patch, columns: inputs)
        for block in Blocks(count, geometry) {
            let rows = block.count * positions
            let images = output[block.images(of: outputCount)]
            // M = positions, N = patch, K = inputs: what each position paints on the pixels under it.
            multiply(
                Matrix(input[block.images(of: inputCount)], rows: rows, columns: inputs),
                weights.transposed, into: geometry.loweredMatrix(scratch, count: block.count))
            fill(images, with: bias)
            geometry.col2im(scratch, count: block.count, addingTo: images)
            activation.apply(images)
        }
    }

    /// The gradients of the weights and of the input, from one lowering of the output's gradient.
    ///
    /// - Parameters:
    ///   - packed: the kernel from `pack`; not read without an `inputGradient`
    ///   - gradient: ∂L/∂output, (count, height, width, channels); becomes ∂L/∂sum
    ///   - inputGradient: receives ∂L/∂input, (count, gridHeight, gridWidth, inputs), added when `accumulatingInput`, unless nil
    ///   - accumulating: adds to `kernelGradient` and `biasGradient` instead of overwriting them
    package func backward(
        _ gradient: FloatRegion, input: FloatRegion, output: FloatRegion, count: Int, kernel: FloatRegion,
        packed: FloatRegion, kernelGradient: FloatRegion, biasGradient: FloatRegion,
        inputGradient: FloatRegion?, accumulating: Bool, accumulatingInput: Bool = false, scratch: FloatRegion
    ) {
        let (positions, patch) = (geometry.positions, geometry.patch)
        activation.backward(
            gradient, output: output, rows: count * geometry.height * geometry.width,
            biasGradient: biasGradient,
            accumulating: accumulating)
        if let direct {
            direct.kernelGradient(
                gradient, input, count: count, into: kernelGradient, accumulating: accumulating,
                scratch: scratch)
            if let inputGradient {
                direct.down(
                    gradient, count: count, kernel: kernel, packed: packed, bias: nil, activation: .identity,
                    into: inputGradient, accumulating: accumulatingInput, scratch: scratch)
            }
            return
        }
        let weights = Matrix(kernel, rows: patch, columns: inputs)
        for block in Blocks(count, geometry) {
            let rows = block.count * positions
            let lowered = geometry.loweredMatrix(scratch, count: block.count)
            let sources = block.images(of: inputCount)
            geometry.im2col(gradient[block.images(of: outputCount)], count: block.count, into: scratch)
            // M = patch, N = inputs, K = positions: a weight's gradient sums over every position it was used at.
            multiply(
                lowered.transposed, Matrix(input[sources], rows: rows, columns: inputs),
                into: Matrix(kernelGradient, rows: patch, columns: inputs),
                accumulating: accumulating || block.start > 0)
            guard let inputGradient else { continue }
            // M = positions, N = inputs, K = patch: a plain convolution of the gradient.
            multiply(
                lowered, weights, into: Matrix(inputGradient[sources], rows: rows, columns: inputs),
                accumulating: accumulatingInput)
        }
    }

    /// Starts every pixel at its channel's bias: one pixel, then copies of all that is there, twice as much each time.
    package func fill(_ images: FloatRegion, with bias: FloatRegion) {
        var filled = min(bias.count, images.count)
        images.base.update(from: bias.base, count: filled)
        while filled < images.count {
            let more = min(filled, images.count - filled)
            (images.base + filled).update(from: images.base, count: more)
            filled += more
        }
    }
}

extension TransposedConvolution2D: Layer {
    package static var kind: String { "transposed_convolution" }
    package var title: String { "\(geometry.title("transposed convolution"))\(activation.suffix)" }
    package var outputShape: [Int] { [geometry.height, geometry.width, geometry.channels] }
    package var parameters: [Parameter] {
        let taps = geometry.kernelHeight * geometry.kernelWidth
        return [
            Parameter(
                "kernel", [geometry.kernelHeight, geometry.kernelWidth, geometry.channels, inputs],
                .glorotUniform(fanIn: taps * geometry.channels, fanOut: taps * inputs)),
            Parameter("bias", [geometry.channels], .zeros),
        ]
    }
    package var product: Product? {
        Product(rows: geometry.positions, columns: geometry.patch, depth: inputs)
    }
    package var arithmetic: (forward: Arithmetic, weightGradient: Arithmetic, inputGradient: Arithmetic)? {
        guard let direct else {
            let all = Arithmetic(.sgemm, flop: 2 * geometry.positions * geometry.patch * inputs)
            return (all, all, all)
        }
        return (direct.upArithmetic, direct.gradientArithmetic, direct.downArithmetic)
    }
    package var largestMatrix: Int { max(outputCount, geometry.loweredCount) }
    package var backwardReads: BackwardReads { activation == .identity ? .inputs : [.inputs, .output] }

    package func needs(images: Int, givesInputGradient: Bool) -> LayerNeeds {
        LayerNeeds(scratch: scratchCount(images: images), packed: packedCount)
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

    private enum CodingKeys: String, CodingKey { case geometry, inputs, activation }
}
