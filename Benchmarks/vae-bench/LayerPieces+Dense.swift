import Kernels

extension LayerPieces {
    func add(_ layer: Dense) {
        let (images, outputs, inputs) = (images, layer.outputs, layer.inputs)
        let (input, output, gradient, inputGradient) = (input, output, gradient, inputGradient)
        let (kernel, bias, kernelGradient, biasGradient) = (kernel, bias, kernelGradient, biasGradient)
        let (packed, hasInputGradient) = (packed, hasInputGradient)
        let flop = 2 * images * inputs * outputs
        if packed.count > 0 { addPacking { layer.pack(kernel, into: packed) } }
        add(.forward, product(images, outputs, inputs, calls: 1, flop: flop)) {
            if let direct = layer.direct {
                direct.forward(
                    input, count: images, kernel: kernel, packed: packed, bias: bias,
                    activation: layer.activation, into: output)
            } else {
                multiply(
                    Matrix(input, rows: images, columns: inputs),
                    Matrix(kernel, rows: inputs, columns: outputs),
                    into: Matrix(output, rows: images, columns: outputs))
            }
        }
        if layer.direct == nil {
            add("bias, activation", .forward) { layer.activation.finish(output, rows: images, bias: bias) }
        }
        add("bias, activation", .backward) {
            layer.activation.backward(
                gradient, output: output, rows: images, biasGradient: biasGradient, accumulating: true)
        }
        add(.weightGradient, product(inputs, outputs, images, calls: 1, flop: flop)) {
            if let direct = layer.direct {
                direct.kernelGradient(
                    input, gradient, count: images, into: kernelGradient, accumulating: true)
            } else {
                multiply(
                    Matrix(input, rows: images, columns: inputs).transposed,
                    Matrix(gradient, rows: images, columns: outputs),
                    into: Matrix(kernelGradient, rows: inputs, columns: outputs), accumulating: true)
            }
        }
        if hasInputGradient {
            add(.inputGradient, product(images, inputs, outputs, calls: 1, flop: flop)) {
                if let direct = layer.direct {
                    direct.inputGradient(
                        gradient, count: images, kernel: kernel, packed: packed, into: inputGradient,
                        accumulating: false)
                } else {
                    multiply(
                        Matrix(gradient, rows: images, columns: outputs),
                        Matrix(kernel, rows: inputs, columns: outputs).transposed,
                        into: Matrix(inputGradient, rows: images, columns: inputs))
                }
            }
        }
        addWhole {
            layer.forward(
                input, count: images, kernel: kernel, packed: packed, bias: bias, into: output)
        } backward: {
            layer.backward(
                gradient, input: input, output: output, count: images, kernel: kernel, packed: packed,
                kernelGradient: kernelGradient, biasGradient: biasGradient,
                inputGradient: hasInputGradient ? inputGradient : nil, accumulating: true)
        }
    }
}
