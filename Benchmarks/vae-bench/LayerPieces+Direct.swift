import Kernels

extension LayerPieces {
    /// A convolution by register tiles: three products that lower nothing, with bias and activation of the forward pass in them.
    func addDirect(_ layer: Convolution2D, _ direct: DirectConvolution) {
        let (images, filters, places) = (images, layer.filters, layer.geometry.places)
        let (input, output, gradient, inputGradient) = (input, output, gradient, inputGradient)
        let (kernel, bias, kernelGradient, biasGradient) = (kernel, bias, kernelGradient, biasGradient)
        let (scratch, packed) = (scratch, packed)
        if hasInputGradient && packed.count > 0 { addPacking { layer.pack(kernel, into: packed) } }
        add(.forward, product(layer.geometry, filters, .forward)) {
            direct.down(
                input, count: images, kernel: kernel, bias: bias, activation: layer.activation, into: output,
                scratch: scratch)
        }
        add("bias, activation", .backward) {
            layer.activation.backward(
                gradient, output: output, rows: images * places, biasGradient: biasGradient,
                accumulating: true)
        }
        add(.weightGradient, product(layer.geometry, filters, .weightGradient)) {
            direct.kernelGradient(
                input, gradient, count: images, into: kernelGradient, accumulating: true, scratch: scratch)
        }
        if hasInputGradient {
            add(.inputGradient, product(layer.geometry, filters, .inputGradient)) {
                direct.up(
                    gradient, count: images, packed: packed.count > 0 ? packed : kernel, bias: nil,
                    activation: .identity, into: inputGradient)
            }
        }
        addWhole(layer)
    }

    /// The same for a transposed convolution, which goes the other way.
    func addDirect(_ layer: TransposedConvolution2D, _ direct: DirectConvolution) {
        let (images, inputs, geometry) = (images, layer.inputs, layer.geometry)
        let (input, output, gradient, inputGradient) = (input, output, gradient, inputGradient)
        let (kernel, bias, kernelGradient, biasGradient) = (kernel, bias, kernelGradient, biasGradient)
        let (scratch, packed) = (scratch, packed)
        if packed.count > 0 { addPacking { layer.pack(kernel, into: packed) } }
        add(.forward, product(geometry, inputs, .inputGradient)) {
            direct.up(
                input, count: images, packed: packed.count > 0 ? packed : kernel, bias: bias,
                activation: layer.activation, into: output)
        }
        add("bias, activation", .backward) {
            layer.activation.backward(
                gradient, output: output, rows: images * geometry.height * geometry.width,
                biasGradient: biasGradient, accumulating: true)
        }
        add(.weightGradient, product(geometry, inputs, .weightGradient)) {
            direct.kernelGradient(
                gradient, input, count: images, into: kernelGradient, accumulating: true, scratch: scratch)
        }
        add(.inputGradient, product(geometry, inputs, .forward)) {
            direct.down(
                gradient, count: images, kernel: kernel, bias: nil, activation: .identity,
                into: inputGradient, scratch: scratch)
        }
        addWhole(layer)
    }

    /// The kernel's second form, made once a step for all micro-batches.
    func addPacking(_ work: @escaping () -> Void) {
        // The layer's own calls want it too.
        work()
        add(Piece(name: "transposed kernels", direction: .step, timesPerStep: 1, work: work))
    }

    /// The product that one call for a micro-batch is worth, in the direction of the convolution itself.
    private func product(
        _ geometry: ConvolutionGeometry, _ filters: Int, _ direction: Piece.Direction
    ) -> Piece.Product {
        let (places, patch) = (images * geometry.places, geometry.patch)
        let flop = 2 * places * patch * filters
        return switch direction {
        case .inputGradient: product(places, patch, filters, calls: 1, flop: flop)
        case .weightGradient: product(patch, filters, places, calls: 1, flop: flop)
        default: product(places, filters, patch, calls: 1, flop: flop)
        }
    }
}
