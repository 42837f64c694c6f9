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
    private let lowered: LoweredConvolution

    /// - Parameter tiles: nil lowers all products
    package init(_ geometry: ConvolutionGeometry, inputs: Int, activation: Activation, tiles: Tiles?) {
        precondition(inputs > 0, "a transposed convolution of \(inputs) channels")
        self.geometry = geometry
        self.inputs = inputs
        self.activation = activation
        direct = tiles.map { DirectConvolution(geometry, filters: inputs, tiles: $0) }
        lowered = LoweredConvolution(geometry, filters: inputs)
    }

    package var kernelCount: Int { geometry.patch * inputs }
    /// Values of one input image, (gridHeight, gridWidth, inputs).
    package var inputCount: Int { geometry.positions * inputs }
    /// Values of one output image, (height, width, channels).
    package var outputCount: Int { geometry.imageCount }
    /// Floats of scratch that both directions need for `count` images.
    package func scratchCount(images count: Int) -> Int {
        direct?.scratchCount(images: count) ?? lowered.scratchCount(images: count)
    }

    /// Floats of what `pack` makes of the kernel.
    package var packedCount: Int { direct?.packedCount(up: true) ?? lowered.packedCount(up: true) }
    /// Gives the kernel the form that products want besides its own, once for all calls with the same kernel.
    package func pack(_ kernel: FloatRegion, into packed: FloatRegion) {
        if let direct { direct.pack(kernel, into: packed) } else { lowered.pack(kernel, into: packed) }
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
        lowered.up(
            input, count: count, kernel: kernel, packed: packed, bias: bias, activation: activation,
            into: output,
            accumulating: false, scratch: scratch)
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
        if let direct {
            activation.backward(
                gradient, output: output, rows: count * geometry.height * geometry.width,
                biasGradient: biasGradient, accumulating: accumulating)
            guard let inputGradient else {
                return direct.kernelGradient(
                    gradient, input, count: count, into: kernelGradient, accumulating: accumulating,
                    scratch: scratch)
            }
            return direct.downWithKernelGradient(
                gradient, input, count: count, kernel: kernel, packed: packed, into: inputGradient,
                accumulatingGrids: accumulatingInput, kernelGradient: kernelGradient,
                accumulating: accumulating, scratch: scratch)
        }
        for block in lowered.blocks(of: count) {
            let adds = accumulating || block.start > 0
            let (sums, sources) = (
                gradient[block.images(of: outputCount)], input[block.images(of: inputCount)]
            )
            activation.backward(
                sums, output: output[block.images(of: outputCount)],
                rows: block.count * geometry.height * geometry.width, biasGradient: biasGradient,
                accumulating: adds)
            lowered.lower(sums, count: block.count, into: scratch)
            lowered.kernelGradient(
                sources, block, into: kernelGradient, accumulating: accumulating, scratch: scratch)
            if let inputGradient {
                lowered.downLowered(
                    count: block.count, kernel: kernel, packed: packed,
                    into: inputGradient[block.images(of: inputCount)], accumulating: accumulatingInput,
                    scratch: scratch)
            }
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
            return (lowered.arithmetic, lowered.arithmetic, lowered.arithmetic)
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
