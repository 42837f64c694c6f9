import CTiles

/// The three products of a dense layer by register tiles: rows are images, and the whole input of an image is one run.
///
/// A sum is one chain over the inputs (or sixteen, for a thin layer), whatever the number of images: an image's bits are the
/// same alone and among others, and the same for every instruction set.
package struct DirectDense: Sendable {
    private let inputs: Int
    private let outputs: Int
    private let tiles: Tiles

    init(inputs: Int, outputs: Int, tiles: Tiles) {
        self.inputs = inputs
        self.outputs = outputs
        self.tiles = tiles
        gradientParts = (0..<inputs).divided(into: inputs < Self.fewestInputs ? 1 : 4)
    }

    /// Whether `forward` reads the kernel's transpose rather than the kernel.
    private var isThin: Bool { outputs <= Tiles.mostThinColumns }
    /// Whether `inputGradient` reads the kernel rather than its transpose.
    private var isThinBelow: Bool { inputs <= Tiles.mostThinColumns }

    /// Floats of the transposed kernel; 0 where no product reads it.
    /// - Parameter givesInputGradient: false for a layer that reads the images
    func packedCount(givesInputGradient: Bool) -> Int {
        isThin || (givesInputGradient && !isThinBelow) ? inputs * outputs : 0
    }

    /// The transpose of `kernel`, (inputs, outputs), once for all calls with the same kernel.
    func pack(_ kernel: FloatRegion, into packed: FloatRegion) {
        precondition(kernel.count == inputs * outputs && packed.count == kernel.count)
        tiles.table.pointee.transpose(kernel.base, 1, inputs, outputs, packed.base)
    }

    /// output = f(input · kernel + bias): (count, inputs) to (count, outputs), overwritten.
    package func forward(
        _ input: FloatRegion, count: Int, kernel: FloatRegion, packed: FloatRegion, bias: FloatRegion,
        activation: Activation, into output: FloatRegion
    ) {
        precondition(
            input.count >= count * inputs && output.count >= count * outputs && bias.count == outputs
                && kernel.count == inputs * outputs && (!isThin || packed.count == kernel.count))
        let (table, rectifies) = (tiles.table.pointee, activation == .rectified)
        withPlan(of: count, from: inputs, to: outputs) { plan in
            if isThin {
                table.narrow_product(plan, input.base, packed.base, bias.base, false, rectifies, output.base)
            } else {
                table.implicit_gemm(plan, input.base, kernel.base, bias.base, false, rectifies, output.base)
            }
        }
        activation.applyAfterTiles(output.prefix(count * outputs))
    }

    /// inputGradient (+)= gradient · kernelᵀ: (count, outputs) to (count, inputs).
    package func inputGradient(
        _ gradient: FloatRegion, count: Int, kernel: FloatRegion, packed: FloatRegion,
        into inputGradient: FloatRegion, accumulating: Bool
    ) {
        precondition(
            gradient.count >= count * outputs && inputGradient.count >= count * inputs
                && kernel.count == inputs * outputs && (isThinBelow || packed.count == kernel.count))
        let (table, below) = (tiles.table.pointee, inputGradient.base)
        withPlan(of: count, from: outputs, to: inputs) { plan in
            if isThinBelow {
                table.narrow_product(plan, gradient.base, kernel.base, nil, accumulating, false, below)
            } else {
                table.implicit_gemm(plan, gradient.base, packed.base, nil, accumulating, false, below)
            }
        }
    }

    /// Parts of the kernel's gradient that share no weight: some inputs each.
    let gradientParts: [Range<Int>]
    private static let fewestInputs = 128

    /// kernelGradient (+)= inputᵀ · gradient, (inputs, outputs), a sum over the images in their order.
    /// - Parameter some: the inputs whose weights are meant, the others staying as they are; nil for all
    package func kernelGradient(
        _ input: FloatRegion, _ gradient: FloatRegion, count: Int, into kernelGradient: FloatRegion,
        accumulating: Bool, of some: Range<Int>? = nil
    ) {
        precondition(
            input.count >= count * inputs && gradient.count >= count * outputs
                && kernelGradient.count == inputs * outputs)
        let some = some ?? 0..<inputs
        // The images stand side by side, as the positions of one row of a picture would.
        var overlap = vae_overlap(
            image: some.lowerBound, grid: 0, width: count, height: 1, weights: some.lowerBound * outputs)
        withUnsafePointer(to: &overlap) { overlap in
            var walk = vae_walk(
                overlaps: overlap, overlap_count: 1, run_length: some.count, columns: outputs,
                image_step: inputs, image_row: 0, image_size: 0, grid_step: outputs, grid_row: 0,
                grid_size: 0)
            tiles.table.pointee.weight_gradient(
                &walk, input.base, gradient.base, 1, accumulating, kernelGradient.base)
        }
    }

    /// Lends C the plan of `count` rows of `length` floats that meet a matrix of `columns`.
    private func withPlan(
        of count: Int, from length: Int, to columns: Int, _ body: (UnsafePointer<vae_plan>) -> Void
    ) {
        var run = vae_run(input: 0, weights: 0)
        var segment = vae_segment(
            input_step: length, output: 0, output_step: columns, positions: count, first_run: 0, runs: 1)
        withUnsafePointer(to: &run) { run in
            withUnsafePointer(to: &segment) { segment in
                var plan = vae_plan(
                    segments: segment, segment_count: 1, runs: run, run_length: length, columns: columns)
                body(&plan)
            }
        }
    }
}
