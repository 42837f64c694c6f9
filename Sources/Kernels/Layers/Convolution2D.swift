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

    /// - Parameter tiles: nil lowers all products
    package init(
        _ geometry: ConvolutionGeometry, filters: Int, activation: Activation, tiles: Tiles?
    ) {
        precondition(filters > 0, "a convolution with \(filters) filters")
        self.geometry = geometry
        self.filters = filters
        self.activation = activation
        direct = tiles.map { DirectConvolution(geometry, filters: filters, tiles: $0) }
    }

    package var kernelCount: Int { geometry.patch * filters }
    /// Values of one output image, (gridHeight, gridWidth, filters).
    package var outputCount: Int { geometry.positions * filters }
    /// Floats of scratch that both directions need for `count` images.
    package func scratchCount(images count: Int) -> Int {
        direct?.scratchCount(images: count) ?? geometry.imagesPerBlock(of: count) * geometry.loweredCount
    }

    /// Floats of what `pack` makes of the kernel, for `forward` alone or for the gradient of the input as well.
    package func packedCount(givesInputGradient: Bool) -> Int {
        direct?.packedCount(up: givesInputGradient) ?? 0
    }
    /// Gives the kernel the form that products want besides its own, once for all calls with the same kernel.
    package func pack(_ kernel: FloatRegion, into packed: FloatRegion) {
        direct?.pack(kernel, into: packed)
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
        let (positions, patch) = (geometry.positions, geometry.patch)
        let weights = Matrix(kernel, rows: patch, columns: filters)
        for block in Blocks(count, geometry) {
            let rows = block.count * positions
            geometry.im2col(input[block.images(of: geometry.imageCount)], count: block.count, into: scratch)
            // M = positions, N = filters, K = patch: every place of the kernel against every filter.
            let sums = output[block.images(of: outputCount)]
            multiply(
                geometry.loweredMatrix(scratch, count: block.count), weights,
                into: Matrix(sums, rows: rows, columns: filters))
            activation.addBiasAndApply(sums, rows: rows, bias: bias)
        }
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
        let (positions, patch) = (geometry.positions, geometry.patch)
        activation.backward(
            gradient, output: output, rows: count * positions, biasGradient: biasGradient,
            accumulating: accumulating)
        if let direct {
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
        let weights = Matrix(kernel, rows: patch, columns: filters)
        if !accumulatingInput { inputGradient?.prefix(count * geometry.imageCount).fill(with: 0) }
        for block in Blocks(count, geometry) {
            let rows = block.count * positions
            let sums = Matrix(gradient[block.images(of: outputCount)], rows: rows, columns: filters)
            let lowered = geometry.loweredMatrix(scratch, count: block.count)
            // M = patch, N = filters, K = positions: a weight's gradient sums over every position it was used at.
            geometry.im2col(input[block.images(of: geometry.imageCount)], count: block.count, into: scratch)
            multiply(
                lowered.transposed, sums, into: Matrix(kernelGradient, rows: patch, columns: filters),
                accumulating: accumulating || block.start > 0)
            if let inputGradient {
                // M = positions, N = patch, K = filters: what each position hands back to the pixels under it.
                multiply(sums, weights.transposed, into: lowered)
                geometry.col2im(
                    scratch, count: block.count,
                    addingTo: inputGradient[block.images(of: geometry.imageCount)])
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
            let all = Arithmetic(.sgemm, flop: 2 * geometry.positions * geometry.patch * filters)
            return (all, all, all)
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

/// The images of a call cut into the blocks that are lowered and multiplied at once.
struct Blocks: Sequence, IteratorProtocol {
    struct Block {
        let start: Int
        let count: Int

        /// The range of the block's images in a region with `size` values an image.
        func images(of size: Int) -> Range<Int> { start * size..<(start + count) * size }
    }

    private let total: Int
    private let step: Int
    private var start = 0

    init(_ count: Int, _ geometry: ConvolutionGeometry) {
        total = count
        step = geometry.imagesPerBlock(of: count)
    }

    mutating func next() -> Block? {
        guard start < total else { return nil }
        defer { start += step }
        return Block(start: start, count: Swift.min(step, total - start))
    }
}
