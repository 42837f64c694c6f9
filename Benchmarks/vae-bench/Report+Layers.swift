import Kernels
import VAE

extension Report {
    /// A row of the layers' table.
    struct LayerKeys: Codable {
        var name: String
        var direction: String
        /// The sizes of one product, how many a step has, and their speed; nil for what is not a product.
        var m: Int?
        var n: Int?
        var k: Int?
        var calls: Int?
        /// Of one step on one thread.
        var seconds: Double
        var medianSeconds: Double?
        /// Of the step's seconds.
        var share: Double
        var gflops: Double?
        var fractionOfPeak: Double?
        var fractionOfMultiplyAddPeak: Double?
    }

    /// The step whose rows those are.
    struct LayerStepKeys: Codable {
        var batch = Workload.batch
        var microBatch = Trainer.microBatch
        var threads = 1
        var rounds: Int
        var seconds: Double
        var medianSeconds: Double
        /// The layers' own calls, in place of the pieces that these are made of.
        var layerCallsSeconds: Double
        var gflops: Double
        var fractionOfPeak: Double
        var fractionOfMultiplyAddPeak: Double
        var peakGflops: Double
        var multiplyAddPeakGflops: Double

        init(_ speed: LayerSpeed) {
            rounds = speed.steps.speeds.count
            seconds = 1 / speed.steps.best
            medianSeconds = 1 / speed.steps.median
            layerCallsSeconds = speed.layerCalls
            gflops = Double(speed.flop) * speed.steps.best / 1e9
            peakGflops = speed.limits.products.best / 1e9
            multiplyAddPeakGflops = speed.limits.multiplyAdds.best / 1e9
            fractionOfPeak = gflops / peakGflops
            fractionOfMultiplyAddPeak = gflops / multiplyAddPeakGflops
        }
    }

    /// The table of a training step's parts and how it was measured; empty where there is none.
    var layerText: String {
        guard let layers, let step = layerStep else { return "" }
        var table = Table(
            "part of a step, 1 thread", "M×N×K", "calls", "ms", "share", "GFLOP/s", "of sgemm", "of FMA")
        func add(_ name: String, _ rows: [LayerKeys]) {
            let (seconds, share) = rows.reduce((0, 0)) { ($0.0 + $1.seconds, $0.1 + $1.share) }
            table.add(name, "", "", milliseconds(seconds), percent(share))
        }
        for row in layers {
            guard let m = row.m, let n = row.n, let k = row.k else {
                add(row.title, [row])
                continue
            }
            table.add(
                row.title, "\(m)×\(n)×\(k)", row.calls.map(String.init) ?? "", milliseconds(row.seconds),
                percent(row.share), row.gflops.map { number($0, 1) } ?? "",
                row.fractionOfPeak.map(percent) ?? "", row.fractionOfMultiplyAddPeak.map(percent) ?? "")
        }
        let products = layers.filter { $0.m != nil }
        let productSeconds = products.reduce(0) { $0 + $1.seconds }
        let speed = step.gflops * step.seconds / productSeconds
        table.add(
            "  all products", "", "", milliseconds(productSeconds), percent(productSeconds / step.seconds),
            number(speed, 1), percent(speed / step.peakGflops),
            percent(speed / step.multiplyAddPeakGflops))
        add("  all others", layers.filter { $0.m == nil })
        table.add(
            "step of \(step.batch) images", "", "", milliseconds(step.seconds), percent(1),
            number(step.gflops, 1), percent(step.fractionOfPeak),
            percent(step.fractionOfMultiplyAddPeak))
        let median = milliseconds(step.medianSeconds)
        let limits =
            "sgemm of \(ProductPeak.size)³ does \(number(step.peakGflops, 1)) GFLOP/s, and\nmultiply-adds in "
            + "registers alone (FMA, \(MultiplyAdds.instructionSet)) \(number(step.multiplyAddPeakGflops, 1))"
        let fractions = layers.map(\.fractionOfPeak) + [speed / step.peakGflops, step.fractionOfPeak]
        let lines =
            [
                "The step is the best of \(step.rounds) (median \(median) ms) and was timed as it is. Its pieces were timed",
                "between steps, each by itself through the engine's kernels on a micro-batch of \(step.microBatch) images, its data",
                "in the caches, the best round counted. Everything else is what they leave of the step: data that",
                "other pieces pushed out of the caches, the thread pool, adding losses up. The layers' own calls,",
                "each by itself, take \(milliseconds(step.layerCallsSeconds)) ms. On one thread \(limits).",
            ] + beyondSgemm(fractions, sgemm: step.peakGflops / step.multiplyAddPeakGflops)
        return table.text + "\n" + lines.map { $0 + "\n" }.joined() + "\n"
    }
}

extension LayerSpeed {
    /// The rows, the last of them what the others leave.
    var keys: [Report.LayerKeys] {
        let step = 1 / steps.best
        let rest = Report.LayerKeys(
            name: "everything else", direction: Piece.Direction.step.rawValue, seconds: rest,
            share: rest / step)
        return rows.map { row in
            let speed = row.product.map { Double($0.flop) / row.seconds }
            let fractions = speed.map(limits.fractions)
            return Report.LayerKeys(
                name: row.name, direction: row.direction.rawValue, m: row.product?.m, n: row.product?.n,
                k: row.product?.k, calls: row.product?.calls, seconds: row.seconds,
                medianSeconds: row.median, share: row.seconds / step, gflops: speed.map { $0 / 1e9 },
                fractionOfPeak: fractions?.products, fractionOfMultiplyAddPeak: fractions?.multiplyAdds)
        } + [rest]
    }
}

extension Report.LayerKeys {
    fileprivate var title: String {
        switch direction {
        case "weight_gradient": "\(name) dW"
        case "input_gradient": "\(name) dX"
        case "forward", "backward": "\(name) \(direction)"
        default: name
        }
    }
}

private func milliseconds(_ seconds: Double) -> String { number(1000 * seconds, 3) }
private func percent(_ share: Double) -> String { number(100 * share, 1) + " %" }
