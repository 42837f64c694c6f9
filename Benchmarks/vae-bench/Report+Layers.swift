import Foundation
import Kernels
import VAE

extension Report {
    /// A row of the layers' table.
    struct LayerKeys: Codable {
        var name: String
        var direction: String
        /// The sizes of the product that the layer asks for in each direction, for one image; nil for what has none.
        var m: Int?
        var n: Int?
        var k: Int?
        /// Seconds in one step on one thread, the best of the rounds.
        var seconds: Double
        var medianSeconds: Double?
        /// The share of the step's seconds, 0 to 1.
        var share: Double
        /// How the products are computed, and multiplications and additions per second as they are; `gflops` counts those of the definition.
        var method: String?
        var computedGflops: Double?
        /// The largest error against the layer's plain form in Double, relative to the largest value, of random images.
        var error: Double?
        var gflops: Double?
        var fractionOfPeak: Double?
        var fractionOfMultiplyAddPeak: Double?
    }

    /// The step whose rows those are.
    struct LayerStepKeys: Codable {
        var batch = Workload.batch
        var microBatch: Int
        var threads = 1
        var rounds: Int
        var seconds: Double
        var medianSeconds: Double
        var gflops: Double
        var fractionOfPeak: Double
        var fractionOfMultiplyAddPeak: Double
        var peakGflops: Double
        var multiplyAddPeakGflops: Double

        init(_ speed: LayerSpeed) {
            rounds = speed.steps.speeds.count
            microBatch = speed.microBatch
            seconds = 1 / speed.steps.best
            medianSeconds = 1 / speed.steps.median
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
            "part of a step, 1 thread", "M×N×K an image", "by", "ms", "share", "GFLOP/s", "of sgemm",
            "of FMA",
            "computed", "error")
        for row in layers {
            let sizes = [row.m, row.n, row.k].compactMap(\.self).map(String.init).joined(separator: "×")
            table.add(
                row.title, sizes, row.method ?? "", milliseconds(row.seconds), percent(row.share),
                row.gflops.map { number($0, 1) } ?? "", row.fractionOfPeak.map(percent) ?? "",
                row.fractionOfMultiplyAddPeak.map(percent) ?? "",
                row.computedGflops.map { number($0, 1) } ?? "",
                row.error.map(scientific) ?? "")
        }
        table.add(
            "step of \(step.batch) images", "", "", milliseconds(step.seconds), percent(1),
            number(step.gflops, 1), percent(step.fractionOfPeak),
            percent(step.fractionOfMultiplyAddPeak), "", "")
        let limits =
            "sgemm of \(ProductPeak.size)³ does \(number(step.peakGflops, 1)) GFLOP/s, and\nmultiply-adds in "
            + "registers alone (FMA, \(MultiplyAdds.instructionSet)) \(number(step.multiplyAddPeakGflops, 1))"
        let fractions = layers.map(\.fractionOfPeak) + [step.fractionOfPeak]
        let lines =
            [
                "The step is the best of \(step.rounds) (median \(milliseconds(step.medianSeconds)) ms), and so is each of its parts, which were",
                "timed within the steps. A layer has one product forward and two back, for the gradients of its weights and",
                "of its input, with lowering, bias and activation around them; the first needs no gradient of its input.",
                "GFLOP/s count the operations of a product's definition, computed those that it takes: fewer by minimal filtering. The",
                "error is the largest against plain loops in double, relative to the largest value, of two random images.",
                "Everything else is what the parts leave of the step. On one thread \(limits).",
            ] + beyondSgemm(fractions, sgemm: step.peakGflops / step.multiplyAddPeakGflops)
        return table.text + "\n" + lines.map { $0 + "\n" }.joined() + "\n"
    }
}

extension LayerSpeed {
    /// The rows, the last of them what the others leave.
    var keys: [Report.LayerKeys] {
        let step = 1 / steps.best
        let rest = Report.LayerKeys(
            name: "everything else", direction: TimedPart.Direction.step.rawValue, seconds: rest,
            share: rest / step)
        return rows.map { row in
            let seconds = 1 / row.rounds.best
            let speed = row.flop == 0 ? nil : Double(row.flop) / seconds
            let fractions = speed.map(limits.fractions)
            return Report.LayerKeys(
                name: row.part.name, direction: row.part.direction.rawValue, m: row.part.product?.rows,
                n: row.part.product?.columns, k: row.part.product?.depth, seconds: seconds,
                medianSeconds: 1 / row.rounds.median, share: seconds / step,
                method: row.part.arithmetic?.phrase,
                computedGflops: row.part.arithmetic.map {
                    Double($0.flop * Workload.batch) / seconds / 1e9
                }, error: row.error, gflops: speed.map { $0 / 1e9 },
                fractionOfPeak: fractions?.products, fractionOfMultiplyAddPeak: fractions?.multiplyAdds)
        } + [rest]
    }
}

extension Report.LayerKeys {
    fileprivate var title: String {
        direction == TimedPart.Direction.step.rawValue ? name : "\(name) \(direction)"
    }
}

private func milliseconds(_ seconds: Double) -> String { number(1000 * seconds, 3) }
private func scientific(_ error: Double) -> String {
    let exponent = error > 0 ? Int(log10(error).rounded(.down)) : 0
    return "\(number(error / pow(10, Double(exponent)), 1))e\(exponent)"
}
private func percent(_ share: Double) -> String { number(100 * share, 1) + " %" }
