import Foundation

extension Report {
    /// The measurements as a table and a few lines, for people.
    var text: String {
        var table = Table(
            "", "best img/s", "median", "slowest", "s per 60,000", "GFLOP/s", "of sgemm", "of FMA")
        for row in [train, trainOneThread, trainBlas].compactMap(\.self) {
            let method = row.products == "blas" ? "im2col + sgemm, " : ""
            table.add(
                "engine, \(method)\(count(row.threads, "thread"))", number(row.imagesPerSecond),
                number(row.medianImagesPerSecond), number(row.slowestImagesPerSecond),
                number(row.secondsPerEpoch, 1), number(row.gflops, 1),
                percent(row.fractionOfPeak), percent(row.fractionOfMultiplyAddPeak))
        }
        if let naive {
            table.add(
                "naive loops, 1 thread", number(naive.imagesPerSecond, 1),
                number(naive.medianImagesPerSecond, 1), number(naive.rounds.min() ?? 0, 1),
                number(naive.secondsPerEpoch), number(naive.gflops, 1))
        }
        if let sgemm {
            table.add(
                "sgemm \(sgemm.size)³, \(count(sgemm.threads, "thread"))", "", "", "", "",
                number(sgemm.peakGflops, 1), percent(1), percent(sgemm.fractionOfMultiplyAddPeak))
        }
        if let multiplyAdd {
            table.add(
                "FMA (\(multiplyAdd.instructionSet)), \(count(multiplyAdd.threads, "thread"))", "", "", "",
                "",
                number(multiplyAdd.peakGflops, 1), "", percent(1))
        }
        // Titles alone are no table.
        let isEmpty = train == nil && naive == nil && sgemm == nil
        return (isEmpty ? "" : table.text + "\n") + layerText + scheduleText + machinesText + scalingText
            + notes.map { $0 + "\n" }.joined()
    }

    private func percent(_ share: Double?) -> String { share.map { number(100 * $0, 1) + " %" } ?? "" }

    private var notes: [String] {
        var lines: [String] = []
        if multiplyAdd != nil {
            lines.append(
                "FMA: multiply-adds in registers alone, on each thread at once; no product is faster.")
        }
        lines += beyondSgemm(fractionsOfSgemm, sgemm: sgemm?.fractionOfMultiplyAddPeak)
        if let train {
            let images = number(Double(run.images))
            lines.append("Engine: \(train.rounds.count) epochs of \(images) images after one to warm up.")
            if train.workers < train.threads {
                lines.append(
                    "\(train.workers) of the \(train.threads) threads were made: there are no more processors, or a "
                        + "batch no more parts.")
            }
        }
        if let naive {
            var line = "Naive loops: \(count(naive.batches, "batch", "batches")) of \(run.batch), the rest "
            line += "extrapolated; compiled with optimisation for Float."
            lines.append(line)
            if let ratio = naive.ratio {
                var line = "Engine over naive loops: \(number(ratio))× on \(count(run.threads, "thread"))"
                if run.threads > 1, let one = naive.ratioOneThread { line += ", \(number(one))× on one" }
                lines.append(line + ".")
            }
        }
        if let residual {
            let error = { (value: Double) in String(format: "%.1e", value) }
            lines.append("Residual against the reference in Double on \(residual.images) images:")
            lines.append(
                "  loss \(error(residual.loss)), gradient \(error(residual.gradient)), worst in "
                    + "\(residual.worstTensor) \(error(residual.worstTensorError)): "
                    + "\(residual.isSmall ? "within" : "NOT WITHIN") \(error(residual.limit)).")
        }
        if let checkpoint { lines.append(checkpoint.text) }
        lines.append("Peak memory of this process: \(number(Double(memory.peakBytes) / 1e6)) MB.")
        return lines
    }
}
