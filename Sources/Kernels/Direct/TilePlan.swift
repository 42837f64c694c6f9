import CTiles

/// The order in which tiles walk over one image: which positions, and for each of them which runs of the input.
///
/// Made once for a geometry; a step only reads it.
///
/// A *run* is what lies side by side in memory under one tap of the kernel: the channels of one place of the input, and as many
/// rows of weights. A *segment* is a line of output positions at even distances that meet the same taps, so that one list of runs
/// serves all of them: for the next position each run is `input_step` floats on. The *plan* is all segments of an image.
///
/// The grid of a 3×3 kernel with stride 1 on an image of 5×5, by the taps that its positions meet:
///
///     A b b b C    A, C, G, I: corners, 4 taps; segments of 1 position
///     d e e e f    b, h: top and bottom, 6 taps; a segment of 3 positions each, along the row
///     d e e e f    d, f: left and right, 6 taps; a segment of 3 positions each, along the column
///     d e e e f    e: 9 taps; 3 segments of 3 positions each, whose runs differ in where they begin
///     G h h h I
///
///     positions of the first segment e    1st   2nd   3rd      input_step = channels, output_step = filters
///                                       e  →  e  →  e
///     run 0: tap (0, 0) on pixel       (0,0) (0,1) (0,2)    run.input: from the image to the 1st position's pixel
///     run 1: tap (0, 1)                (0,1) (0,2) (0,3)    run.weights: from the kernel to the tap's rows
///        ⋮                                                  runLength = channels: floats of a pixel, rows of a tap
///     run 8: tap (2, 2)                (2,2) (2,3) (2,4)    columns = filters: floats of an output position
///
/// A tile takes a few positions of a segment and goes through all runs with them. Upwards with a stride of s the positions fall into s
/// phases along each axis, which meet other taps, and a segment's positions lie s apart. On an image that is padded in memory a run
/// is what lies under a whole row of the kernel, and every row of the grid is one segment.
struct TilePlan: Sendable {
    private var segments: [vae_segment] = []
    private var runs: [vae_run] = []
    private let runLength: Int
    private let columns: Int

    /// One side of a convolution in memory.
    struct Side {
        let width: Int
        let channels: Int
        /// Floats of an image.
        let count: Int
    }

    /// - Parameters:
    ///   - rows, columns: positions grouped by the taps that they meet, along each axis
    ///   - weights: where a tap's weights begin
    init(
        rows: [TapGroup], columns: [TapGroup], from input: Side, to output: Side, weights: (Int, Int) -> Int
    ) {
        self.init(runLength: input.channels, columns: output.channels)
        append(rows: rows, columns: columns, from: input, to: output, weights: weights)
    }

    /// The positions outside a rectangle of them; nil where there are none.
    init?(
        rows: [TapGroup], columns: [TapGroup], outside rectangle: (rows: Range<Int>, columns: Range<Int>),
        from input: Side, to output: Side, weights: (Int, Int) -> Int
    ) {
        self.init(runLength: input.channels, columns: output.channels)
        append(
            rows: rows.positions(rectangle.rows, inside: false), columns: columns, from: input, to: output,
            weights: weights)
        append(
            rows: rows.positions(rectangle.rows, inside: true),
            columns: columns.positions(rectangle.columns, inside: false), from: input, to: output,
            weights: weights)
        guard !segments.isEmpty else { return nil }
    }

    private mutating func append(
        rows: [TapGroup], columns: [TapGroup], from input: Side, to output: Side, weights: (Int, Int) -> Int
    ) {
        for rowGroup in rows {
            for columnGroup in columns {
                let firstRun = runs.count
                for y in rowGroup.taps {
                    for x in columnGroup.taps {
                        runs.append(
                            vae_run(
                                input: (y.input * input.width + x.input) * input.channels,
                                weights: weights(y.kernel, x.kernel)))
                    }
                }
                let down = Steps(
                    count: rowGroup.count, input: rowGroup.inputStep * input.width * input.channels,
                    output: rowGroup.step * output.width * output.channels)
                let across = Steps(
                    count: columnGroup.count, input: columnGroup.inputStep * input.channels,
                    output: columnGroup.step * output.channels)
                let first = (rowGroup.first * output.width + columnGroup.first) * output.channels
                append(runs[firstRun...], first: first, down, across)
            }
        }
    }

    private init(runLength: Int, columns: Int) {
        self.runLength = runLength
        self.columns = columns
    }

    private struct Steps {
        let count: Int
        let input: Int
        let output: Int
    }

    /// A rectangle of positions as segments along its longer side: edges, one position thick, become long segments too.
    private mutating func append(_ taps: ArraySlice<vae_run>, first: Int, _ a: Steps, _ b: Steps) {
        let (outer, inner) = a.count <= b.count ? (a, b) : (b, a)
        let taps = Array(taps)
        var firstRun = runs.count - taps.count
        for index in 0..<outer.count {
            if index > 0 {
                firstRun = runs.count
                runs += taps.map { vae_run(input: $0.input + index * outer.input, weights: $0.weights) }
            }
            segments.append(
                vae_segment(
                    input_step: inner.input, output: first + index * outer.output, output_step: inner.output,
                    positions: inner.count, first_run: firstRun, runs: taps.count))
        }
    }

    /// Multiplications of one image.
    var multiplications: Int {
        segments.reduce(0) { $0 + $1.positions * $1.runs } * runLength * columns
    }

    /// Lends the plan to C.
    func withPlan(_ body: (UnsafePointer<vae_plan>) -> Void) {
        segments.withUnsafeBufferPointer { segments in
            runs.withUnsafeBufferPointer { runs in
                var plan = vae_plan(
                    segments: segments.baseAddress, segment_count: segments.count, runs: runs.baseAddress,
                    run_length: runLength, columns: columns)
                body(&plan)
            }
        }
    }
}

extension TilePlan {
    /// A plan for a thin image that lies padded in memory: every position meets whole rows of the kernel, all of a row in one run.
    init(padded: PaddedImage, geometry: ConvolutionGeometry, filters: Int) {
        self.init(runLength: geometry.kernelWidth * geometry.channels, columns: filters)
        let step = geometry.stride * geometry.channels
        for row in 0..<geometry.gridHeight {
            segments.append(
                vae_segment(
                    input_step: step, output: row * geometry.gridWidth * filters, output_step: filters,
                    positions: geometry.gridWidth, first_run: runs.count, runs: geometry.kernelHeight))
            for kernelRow in 0..<geometry.kernelHeight {
                runs.append(
                    vae_run(
                        input: (row * geometry.stride + kernelRow) * padded.rowCount,
                        weights: kernelRow * runLength * filters))
            }
        }
    }
}
