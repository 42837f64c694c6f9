import Kernels

extension LayerPieces {
    func add(_ layer: Convolution2D) {
        if let direct = layer.direct { return addDirect(layer, direct) }
        let (images, filters, geometry) = (images, layer.filters, layer.geometry)
        let (places, patch) = (geometry.places, geometry.patch)
        let (input, output, gradient, inputGradient) = (input, output, gradient, inputGradient)
        let (kernel, bias, kernelGradient, biasGradient) = (kernel, bias, kernelGradient, biasGradient)
        let scratch = scratch
        let blocks = Self.blocks(images, geometry)
        let weights = Matrix(kernel, rows: patch, columns: filters)
        let flop = 2 * images * places * patch * filters
        let rows = blocks[0].count * places
        func lowered(_ block: Range<Int>) -> Matrix {
            geometry.loweredMatrix(scratch, count: block.count)
        }
        func sums(_ region: FloatRegion, _ block: Range<Int>) -> Matrix {
            Matrix(region[block * layer.outputCount], rows: block.count * places, columns: filters)
        }
        let lower = {
            for block in blocks {
                geometry.lower(input[block * geometry.imageCount], count: block.count, into: scratch)
            }
        }
        add("im2col", .forward, lower)
        add(.forward, product(rows, filters, patch, calls: blocks.count, flop: flop)) {
            for block in blocks { multiply(lowered(block), weights, into: sums(output, block)) }
        }
        add("bias, activation", .forward) {
            layer.activation.finish(output, rows: images * places, bias: bias)
        }
        add("bias, activation", .backward) {
            layer.activation.backward(
                gradient, output: output, rows: images * places, biasGradient: biasGradient,
                accumulating: true)
        }
        add("im2col", .backward, lower)
        add(.weightGradient, product(patch, filters, rows, calls: blocks.count, flop: flop)) {
            for block in blocks {
                multiply(
                    lowered(block).transposed, sums(gradient, block),
                    into: Matrix(kernelGradient, rows: patch, columns: filters), accumulating: true)
            }
        }
        if hasInputGradient {
            add(.inputGradient, product(rows, patch, filters, calls: blocks.count, flop: flop)) {
                for block in blocks {
                    multiply(sums(gradient, block), weights.transposed, into: lowered(block))
                }
            }
            add("col2im", .backward) {
                inputGradient.fill(with: 0)
                for block in blocks {
                    geometry.raise(
                        scratch, count: block.count, addingTo: inputGradient[block * geometry.imageCount])
                }
            }
        }
        addWhole(layer)
    }

    func add(_ layer: TransposedConvolution2D) {
        if let direct = layer.direct { return addDirect(layer, direct) }
        let (images, inputs, geometry) = (images, layer.inputs, layer.geometry)
        let (places, patch) = (geometry.places, geometry.patch)
        let (input, output, gradient, inputGradient) = (input, output, gradient, inputGradient)
        let (kernel, bias, kernelGradient, biasGradient) = (kernel, bias, kernelGradient, biasGradient)
        let scratch = scratch
        let blocks = Self.blocks(images, geometry)
        let weights = Matrix(kernel, rows: patch, columns: inputs)
        let flop = 2 * images * places * patch * inputs
        let rows = blocks[0].count * places
        func lowered(_ block: Range<Int>) -> Matrix {
            geometry.loweredMatrix(scratch, count: block.count)
        }
        func grid(_ region: FloatRegion, _ block: Range<Int>) -> Matrix {
            Matrix(region[block * layer.inputCount], rows: block.count * places, columns: inputs)
        }
        add(.forward, product(rows, patch, inputs, calls: blocks.count, flop: flop)) {
            for block in blocks { multiply(grid(input, block), weights.transposed, into: lowered(block)) }
        }
        add("bias, activation", .forward) { layer.fill(output, with: bias) }
        add("col2im", .forward) {
            for block in blocks {
                geometry.raise(scratch, count: block.count, addingTo: output[block * layer.outputCount])
            }
        }
        add("bias, activation", .forward) { layer.activation.apply(output) }
        add("bias, activation", .backward) {
            layer.activation.backward(
                gradient, output: output, rows: images * geometry.height * geometry.width,
                biasGradient: biasGradient, accumulating: true)
        }
        add("im2col", .backward) {
            for block in blocks {
                geometry.lower(gradient[block * layer.outputCount], count: block.count, into: scratch)
            }
        }
        add(.weightGradient, product(patch, inputs, rows, calls: blocks.count, flop: flop)) {
            for block in blocks {
                multiply(
                    lowered(block).transposed, grid(input, block),
                    into: Matrix(kernelGradient, rows: patch, columns: inputs), accumulating: true)
            }
        }
        add(.inputGradient, product(rows, inputs, patch, calls: blocks.count, flop: flop)) {
            for block in blocks { multiply(lowered(block), weights, into: grid(inputGradient, block)) }
        }
        addWhole(layer)
    }

    /// The layer's own two calls.
    func addWhole(_ layer: Convolution2D) {
        let (images, input, output, gradient) = (images, input, output, gradient)
        let (kernel, bias, kernelGradient, biasGradient) = (kernel, bias, kernelGradient, biasGradient)
        let (scratch, packed) = (scratch, packed)
        let inputGradient = hasInputGradient ? inputGradient : nil
        addWhole {
            layer.forward(
                input, count: images, kernel: kernel, bias: bias, into: output, scratch: scratch)
        } backward: {
            layer.backward(
                gradient, input: input, output: output, count: images, kernel: kernel, packed: packed,
                kernelGradient: kernelGradient, biasGradient: biasGradient,
                inputGradient: inputGradient, accumulating: true, scratch: scratch)
        }
    }

    func addWhole(_ layer: TransposedConvolution2D) {
        let (images, input, output, gradient, inputGradient) = (
            images, input, output, gradient, inputGradient
        )
        let (kernel, bias, kernelGradient, biasGradient) = (kernel, bias, kernelGradient, biasGradient)
        let (scratch, packed) = (scratch, packed)
        addWhole {
            layer.forward(
                input, count: images, kernel: kernel, packed: packed, bias: bias, into: output,
                scratch: scratch)
        } backward: {
            layer.backward(
                gradient, input: input, output: output, count: images, kernel: kernel,
                kernelGradient: kernelGradient, biasGradient: biasGradient, inputGradient: inputGradient,
                accumulating: true, scratch: scratch)
        }
    }

    /// The images that are lowered and multiplied together, as the layers cut them.
    private static func blocks(_ images: Int, _ geometry: ConvolutionGeometry) -> [Range<Int>] {
        let step = geometry.imagesPerBlock(of: images)
        return stride(from: 0, to: images, by: step).map { $0..<min($0 + step, images) }
    }
}

/// Where the values of `images` lie, with `size` values an image.
private func * (images: Range<Int>, size: Int) -> Range<Int> {
    images.lowerBound * size..<images.upperBound * size
}
