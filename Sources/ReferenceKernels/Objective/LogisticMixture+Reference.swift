import Kernels

/// By the definition: sums of the levels' probabilities, each the difference of two values of the distribution function.
extension LogisticMixture: ReferenceLikelihood {
    package func referenceLoss<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> [T] {
        let values = targets.count / count
        return (0..<count).map { image in
            (image * values..<(image + 1) * values).reduce(T(0)) { sum, value in
                let mixture = ReferenceMixture(output, value)
                return sum - T.log(mixture.probability(ReferenceMixture<T>.level(targets[value])))
            }
        }
    }

    package func referenceGradient<T: ReferenceScalar>(
        _ output: [T], targets: [T], parameters: [[T]], count: Int
    ) -> (output: [T], parameters: [[T]]) {
        (
            targets.indices.flatMap { value in
                ReferenceMixture(output, value).gradient(ReferenceMixture<T>.level(targets[value]))
            }, []
        )
    }

    package func referenceStep<T: ReferenceScalar>(
        _ parameters: [T], gradient: [T], values: Int, step: Int
    ) -> [T] { parameters }

    /// Σ k P(k)/255 of each value.
    package static func referenceMeans<T: ReferenceScalar>(_ output: [T]) -> [T] {
        (0..<output.count / outputs).map { value in
            let mixture = ReferenceMixture(output, value)
            return (0...255).reduce(T(0)) { $0 + T($1) * mixture.probability($1) } / 255
        }
    }
}

/// The mixture of one value.
struct ReferenceMixture<T: ReferenceScalar> {
    private let weights, middles, scales: [T]
    private let areLeast: [Bool]

    init(_ output: [T], _ value: Int) {
        let count = LogisticMixture.components
        let numbers = Array(output[value * LogisticMixture.outputs..<(value + 1) * LogisticMixture.outputs])
        let powers = numbers.prefix(count).map { T.exp($0 - (numbers.prefix(count).max() ?? 0)) }
        let total = powers.reduce(0, +)
        weights = powers.map { $0 / total }
        middles = (0..<count).map { numbers[count + $0] + T($0 - 2) * 2 / 5 }
        let logs = (0..<count).map { numbers[2 * count + $0] - T.log(5) }
        areLeast = logs.map { $0 < -7 }
        scales = logs.map { T.exp(max($0, -7)) }
    }

    static func level(_ target: T) -> Int { min(max(Int((target * 255).rounded(.toNearestOrEven)), 0), 255) }

    /// The bounds of a level, in scales from a component's middle; infinite at the ends.
    private func bounds(_ level: Int, _ j: Int) -> (upper: T, lower: T) {
        let y = T(2 * level) / 255 - 1
        return (
            level == 255 ? T.infinity : (y + 1 / 255 - middles[j]) / scales[j],
            level == 0 ? -T.infinity : (y - 1 / 255 - middles[j]) / scales[j]
        )
    }

    private func component(_ level: Int, _ j: Int) -> T {
        let (a, b) = bounds(level, j)
        // On the side where both are small.
        return b > 0
            ? Reference.sigmoid(-b) - Reference.sigmoid(-a) : Reference.sigmoid(a) - Reference.sigmoid(b)
    }

    func probability(_ level: Int) -> T {
        weights.indices.reduce(T(0)) { $0 + weights[$1] * component(level, $1) }
    }

    /// The derivatives of −ln P(level), with σ′ = σ (1 − σ).
    func gradient(_ level: Int) -> [T] {
        let probability = probability(level)
        var (logits, byMiddle, byLogScale) = ([T](), [T](), [T]())
        for j in weights.indices {
            let (a, b) = bounds(level, j)
            let (da, db) = (
                Reference.sigmoid(a) * Reference.sigmoid(-a), Reference.sigmoid(b) * Reference.sigmoid(-b)
            )
            let posterior = weights[j] * component(level, j) / probability
            logits.append(weights[j] - posterior)
            byMiddle.append(weights[j] / probability * (da - db) / scales[j])
            let (ends, starts) = (a.isFinite ? a * da : 0, b.isFinite ? b * db : 0)
            byLogScale.append(areLeast[j] ? 0 : weights[j] / probability * (ends - starts))
        }
        return logits + byMiddle + byLogScale
    }
}
