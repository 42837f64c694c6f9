import CTiles

/// The order in which tiles walk over one image: which places, and for each of them which runs of the input.
///
/// Made once for a geometry; a step only reads it.
struct TilePlan: Sendable {
    private var segments: [vae_segment] = []
    private var runs: [vae_run] = []
    private let runLength: Int
    private let columns: Int

    /// One side of a convolution in memory.
    struct Side {
        let width: Int
        let channels: Int
    }

    /// - Parameters:
    ///   - rows, columns: places grouped by the taps that they meet, along each axis
    ///   - weights: where a tap's weights begin
    init(
        rows: [TapGroup], columns: [TapGroup], from input: Side, to output: Side, weights: (Int, Int) -> Int
    ) {
        self.init(runLength: input.channels, columns: output.channels)
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

    /// A rectangle of places as segments along its longer side: edges, one place thick, become long segments too.
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
                    places: inner.count, first_run: firstRun, runs: taps.count))
        }
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
    /// A plan for a thin image that lies padded in memory: every place meets whole rows of the kernel, all of a row in one run.
    init(padded: PaddedImage, geometry: ConvolutionGeometry, filters: Int) {
        self.init(runLength: geometry.kernelWidth * geometry.channels, columns: filters)
        let step = geometry.stride * geometry.channels
        for row in 0..<geometry.gridHeight {
            segments.append(
                vae_segment(
                    input_step: step, output: row * geometry.gridWidth * filters, output_step: filters,
                    places: geometry.gridWidth, first_run: runs.count, runs: geometry.kernelHeight))
            for kernelRow in 0..<geometry.kernelHeight {
                runs.append(
                    vae_run(
                        input: (row * geometry.stride + kernelRow) * padded.rowCount,
                        weights: kernelRow * runLength * filters))
            }
        }
    }
}
