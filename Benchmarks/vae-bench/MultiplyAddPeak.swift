import Kernels
import VAECore

/// The speed of multiply-adds in registers alone, on every thread at once: what the processor could do if no operand had to be
/// fetched. `sgemm` comes close to it with kernels that fit the processor.
///
/// No theoretical figure is used: a processor's clock under wide arithmetic is nowhere to be read.
final class MultiplyAddPeak {
    /// Three milliseconds each, beside which waking the threads is nothing: other programs on the machine leave some of them alone.
    private static let rounds = 15
    private static let steps = 1_500_000

    private let pool: WorkerPool

    init(_ pool: WorkerPool) { self.pool = pool }

    /// Operations per second of all threads together, the best of several short rounds.
    func round() -> Double {
        var best = 0.0
        let operations = MultiplyAdds.operationsPerStep * Self.steps * pool.count
        for _ in 0..<Self.rounds {
            let taken = seconds {
                pool.run(parts: pool.count) { _, _ in MultiplyAdds.run(steps: Self.steps) }
            }
            best = max(best, Double(operations) / taken)
        }
        return best
    }
}

/// The two limits of everything that is made of products, measured in the same minutes.
struct Limits {
    /// Operations per second of large products, and of multiply-adds in registers.
    private(set) var products = Rounds()
    private(set) var multiplyAdds = Rounds()

    var areMeasured: Bool { !products.speeds.isEmpty }

    /// Measures a round of both.
    mutating func append(_ peak: ProductPeak) {
        products.append(peak.round())
        multiplyAdds.append(peak.multiplyAdds.round())
    }

    /// The fractions of the two limits that `speed` reaches, in operations per second; nil where they were not measured.
    func fractions(of speed: Double) -> (products: Double?, multiplyAdds: Double?) {
        areMeasured ? (speed / products.best, speed / multiplyAdds.best) : (nil, nil)
    }
}
