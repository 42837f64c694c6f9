/// A fully connected layer, by register tiles where they are given, else by `sgemm`. Weights are [inputs × outputs], Keras's
/// layout.
package struct Dense: Sendable {
    package let inputs: Int
    package let outputs: Int
    /// The outputs as the layers above take them: (units), or the feature map (height, width, channels) that they make.
    package let outputShape: [Int]
    package let activation: Activation
    /// The layer's products by tiles; nil where `sgemm` computes them.
    package let direct: DirectDense?

    /// - Parameter tiles: nil for `sgemm`
    package init(inputs: Int, outputs: Int, activation: Activation, tiles: Tiles?) {
        self.init(inputs: inputs, outputShape: [outputs], activation: activation, tiles: tiles)
    }

    package init(inputs: Int, outputShape: [Int], activation: Activation, tiles: Tiles?) {
        let outputs = outputShape.reduce(1, *)
        precondition(inputs > 0 && outputs > 0, "a dense layer from \(inputs) to \(outputs)")
        self.inputs = inputs
        self.outputs = outputs
        self.outputShape = outputShape
        self.activation = activation
        direct = tiles.map { DirectDense(inputs: inputs, outputs: outputs, tiles: $0) }
    }

    package var kernelCount: Int { inputs * outputs }

    /// Floats of the form of the kernel that `pack` makes.
    /// - Parameter givesInputGradient: false for a layer that reads the images
    package func packedCount(givesInputGradient: Bool) -> Int {
        direct?.packedCount(givesInputGradient: givesInputGradient) ?? 0
    }
    /// Gives the kernel the form that some of the products want besides its own, once for all calls with the same kernel.
    package func pack(_ kernel: FloatRegion, into packed: FloatRegion) {
        if packed.count > 0 { direct?.pack(kernel, into: packed) }
    }

    /// output = activation(input · kernel + bias); `input` is (count, inputs), `output` (count, outputs).
    package func forward(
        _ input: FloatRegion, count: Int, kernel: FloatRegion, packed: FloatRegion, bias: FloatRegion,
        into output: FloatRegion
    ) {
        if let direct {
            return direct.forward(
                input, count: count, kernel: kernel, packed: packed, bias: bias, activation: activation,
                into: output)
        }
        // M = images, N = outputs, K = inputs.
        multiply(
            Matrix(input, rows: count, columns: inputs), Matrix(kernel, rows: inputs, columns: outputs),
            into: Matrix(output, rows: count, columns: outputs))
        activation.addBiasAndApply(output, rows: count, bias: bias)
    }

    /// The gradients of the weights and, when asked for, of the input.
    ///
    /// - Parameters:
    ///   - gradient: ∂L/∂output, (count, outputs); becomes ∂L/∂sum
    ///   - packed: the kernel from `pack`
    ///   - inputGradient: receives ∂L/∂input, (count, inputs), added when `accumulatingInput`
    ///   - accumulating: adds to `kernelGradient` and `biasGradient` instead of overwriting them
    package func backward(
        _ gradient: FloatRegion, input: FloatRegion, output: FloatRegion, count: Int, kernel: FloatRegion,
        packed: FloatRegion, kernelGradient: FloatRegion, biasGradient: FloatRegion,
        inputGradient: FloatRegion?, accumulating: Bool, accumulatingInput: Bool = false
    ) {
        activation.backward(
            gradient, output: output, rows: count, biasGradient: biasGradient, accumulating: accumulating)
        if let direct {
            direct.kernelGradient(
                input, gradient, count: count, into: kernelGradient, accumulating: accumulating)
            if let inputGradient {
                direct.inputGradient(
                    gradient, count: count, kernel: kernel, packed: packed, into: inputGradient,
                    accumulating: accumulatingInput)
            }
            return
        }
        let sums = Matrix(gradient, rows: count, columns: outputs)
        // M = inputs, N = outputs, K = images.
        multiply(
            Matrix(input, rows: count, columns: inputs).transposed, sums,
            into: Matrix(kernelGradient, rows: inputs, columns: outputs), accumulating: accumulating)
        if let inputGradient {
            // M = images, N = inputs, K = outputs.
            multiply(
                sums, Matrix(kernel, rows: inputs, columns: outputs).transposed,
                into: Matrix(inputGradient, rows: count, columns: inputs), accumulating: accumulatingInput)
        }
    }
}

extension Dense: Layer {
    package static var kind: String { "dense" }
    package var title: String { "dense\(activation.suffix)" }
    package var parameters: [Parameter] {
        [
            Parameter("kernel", [inputs, outputs], .glorotUniform(fanIn: inputs, fanOut: outputs)),
            Parameter("bias", [outputs], .zeros),
        ]
    }
    package var product: Product? { Product(rows: 1, columns: outputs, depth: inputs) }
    package var arithmetic: (forward: Arithmetic, weightGradient: Arithmetic, inputGradient: Arithmetic)? {
        let all = Arithmetic(direct == nil ? .sgemm : .tiles, flop: 2 * inputs * outputs)
        return (all, all, all)
    }
    package var backwardReads: BackwardReads { activation == .identity ? .inputs : [.inputs, .output] }

    package func needs(images: Int, givesInputGradient: Bool) -> LayerNeeds {
        LayerNeeds(packed: packedCount(givesInputGradient: givesInputGradient))
    }

    package func forward(_ at: Binding, _ weights: Weights, count: Int) {
        // With sgemm all rows of a workspace, however many of them are images: a product of another shape may round otherwise.
        forward(
            at.inputs[0], count: direct == nil ? at.capacity : count,
            kernel: weights.parameters[at.parameters[0]], packed: weights.packed[at.packed],
            bias: weights.parameters[at.parameters[1]], into: at.output)
    }

    package func backward(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        backward(
            at.outputGradient, input: at.inputs[0], output: at.output, count: pass.count,
            kernel: weights.parameters[at.parameters[0]], packed: weights.packed[at.packed],
            kernelGradient: pass.gradients[at.parameters[0]],
            biasGradient: pass.gradients[at.parameters[1]], inputGradient: at.inputGradients[0],
            accumulating: pass.accumulating, accumulatingInput: at.addsToInputGradient[0])
    }

    private enum CodingKeys: String, CodingKey { case inputs, outputShape, activation }
}
