/// A fully connected layer on `sgemm`. Weights are [inputs × outputs], Keras's layout.
package struct Dense: Sendable {
    package let inputs: Int
    package let outputs: Int
    package let activation: Activation

    package init(inputs: Int, outputs: Int, activation: Activation) {
        precondition(inputs > 0 && outputs > 0, "a dense layer from \(inputs) to \(outputs)")
        self.inputs = inputs
        self.outputs = outputs
        self.activation = activation
    }

    package var kernelCount: Int { inputs * outputs }

    /// output = activation(input · kernel + bias); `input` is (count, inputs), `output` (count, outputs).
    package func forward(
        _ input: FloatRegion, count: Int, kernel: FloatRegion, bias: FloatRegion, into output: FloatRegion
    ) {
        // M = images, N = outputs, K = inputs.
        multiply(
            Matrix(input, rows: count, columns: inputs), Matrix(kernel, rows: inputs, columns: outputs),
            into: Matrix(output, rows: count, columns: outputs))
        activation.finish(output, rows: count, bias: bias)
    }

    /// The gradients of the weights and, when asked for, of the input.
    ///
    /// - Parameters:
    ///   - gradient: ∂L/∂output, (count, outputs); becomes ∂L/∂sum
    ///   - inputGradient: receives ∂L/∂input, (count, inputs), added when `accumulatingInput`
    ///   - accumulating: adds to `kernelGradient` and `biasGradient` instead of overwriting them
    package func backward(
        _ gradient: FloatRegion, input: FloatRegion, output: FloatRegion, count: Int, kernel: FloatRegion,
        kernelGradient: FloatRegion, biasGradient: FloatRegion, inputGradient: FloatRegion?,
        accumulating: Bool,
        accumulatingInput: Bool = false
    ) {
        activation.backward(
            gradient, output: output, rows: count, biasGradient: biasGradient, accumulating: accumulating)
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
