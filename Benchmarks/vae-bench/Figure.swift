/// One measured number with the range of its rounds, as a comparison takes it.
struct Figure: Equatable {
    let name: String
    let unit: String
    /// The best of the rounds and their median, in `unit`: times where `isTime`, else speeds.
    let best: Double
    let median: Double
    var isTime = false
    /// The conditions of the measurement: figures are comparable if they have the same name and setting.
    var setting = ""

    /// The speed as a multiple of that of `other`, best against best.
    func ratio(to other: Figure) -> Double { isTime ? other.best / best : best / other.best }

    /// Whether the best of one is worse than the median of the other: more than what rounds of one program differ by.
    func isBeyond(_ other: Figure) -> Bool { isAbove(other) || other.isAbove(self) }

    /// Faster in its median than the other in its best.
    private func isAbove(_ other: Figure) -> Bool { isTime ? median < other.best : median > other.best }
}

extension Report {
    /// All numbers that are a speed or a time with rounds, in the order of the tables.
    var figures: [Figure] { speeds + limitFigures + layerFigures + otherFigures }

    private var speeds: [Figure] {
        let engine = [train, trainOneThread, trainBlas].compactMap(\.self).map { row in
            Figure(
                name:
                    "engine, \(row.products == "blas" ? "im2col + sgemm, " : "")\(count(row.threads, "thread"))",
                unit: "img/s", best: row.imagesPerSecond, median: row.medianImagesPerSecond)
        }
        let loops = naive.map {
            Figure(
                name: "naive loops, 1 thread", unit: "img/s", best: $0.imagesPerSecond,
                median: $0.medianImagesPerSecond)
        }
        return engine + [loops].compactMap(\.self)
    }

    private var limitFigures: [Figure] {
        let products = sgemm.map {
            Figure(
                name: "sgemm \($0.size)³, \(count($0.threads, "thread"))", unit: "GFLOP/s",
                best: $0.peakGflops,
                median: $0.medianGflops, setting: blas.core)
        }
        let registers = multiplyAdd.map {
            Figure(
                name: "FMA (\($0.instructionSet)), \(count($0.threads, "thread"))", unit: "GFLOP/s",
                best: $0.peakGflops, median: $0.medianGflops)
        }
        return [products, registers].compactMap(\.self)
    }

    /// Times of the layers and of the step, in ms; not of the step's remainder, which has no rounds of its own.
    private var layerFigures: [Figure] {
        guard let layerStep else { return [] }
        let rows = (layers ?? []).compactMap { row in
            row.medianSeconds.map {
                Figure(
                    name: "\(row.name), \(row.direction)", unit: "ms",
                    best: 1000 * row.seconds, median: 1000 * $0, isTime: true,
                    setting: "\(layerStep.microBatch), \([row.m, row.n, row.k])")
            }
        }
        let step = Figure(
            name: "step of \(layerStep.batch) images, \(count(layerStep.threads, "thread"))", unit: "ms",
            best: 1000 * layerStep.seconds, median: 1000 * layerStep.medianSeconds, isTime: true)
        return rows + [step]
    }

    private var otherFigures: [Figure] {
        let training = (scaling ?? []).map {
            Figure(
                name:
                    "by \($0.axis.replacing("_", with: " ")): \(count($0.threads, "thread")), batch \($0.batch), "
                    + "\($0.imageSize)×\($0.imageSize), \($0.latentSize) latents",
                unit: "img/s", best: $0.imagesPerSecond, median: $0.medianImagesPerSecond)
        }
        let tasks = (inference ?? []).map {
            Figure(
                name: "\($0.task), \(count($0.threads, "thread"))", unit: "img/s", best: $0.imagesPerSecond,
                median: $0.medianImagesPerSecond, setting: "\($0.images)")
        }
        let writing = checkpoint.map {
            Figure(
                name: "checkpoint written", unit: "ms", best: 1000 * $0.writeSeconds,
                median: 1000 * $0.medianWriteSeconds, isTime: true)
        }
        return training + tasks + [writing].compactMap(\.self)
    }
}
