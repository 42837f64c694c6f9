import Kernels

extension Reference {
    /// What the objective makes of each image's divergence, before its weight, in nats.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func penalty<T: ReferenceScalar>(
        _ penalty: DivergencePenalty, mean: [T], logVariance: [T], count: Int
    ) -> [T] {
        let size = mean.count / count
        let parts = mean.indices.map { divergence(mean[$0], logVariance[$0]) }
        return (0..<count).map { image in
            let own = parts[image * size..<(image + 1) * size]
            switch penalty {
            case .divergence: return own.reduce(0, +)
            case .freeBits(let least): return own.reduce(0) { $0 + max(T(least), $1) }
            case .capacity(let target): return abs(own.reduce(0, +) - T(target))
            }
        }
    }

    /// The gradient of its sum over all images.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func penaltyGradient<T: ReferenceScalar>(
        _ penalty: DivergencePenalty, mean: [T], logVariance: [T], count: Int
    ) -> (mean: [T], logVariance: [T]) {
        let plain = klDivergenceGradient(mean: mean, logVariance: logVariance)
        let size = mean.count / count
        let parts = mean.indices.map { divergence(mean[$0], logVariance[$0]) }
        let slopes: [T] = mean.indices.map { index in
            switch penalty {
            case .divergence: return 1
            case .freeBits(let least): return parts[index] > T(least) ? 1 : 0
            case .capacity(let target):
                let first = index / size * size
                let excess = parts[first..<first + size].reduce(0, +) - T(target)
                return excess > 0 ? 1 : excess < 0 ? -1 : 0
            }
        }
        return (
            zip(plain.mean, slopes).map { $0 * $1 }, zip(plain.logVariance, slopes).map { $0 * $1 }
        )
    }

    private static func divergence<T: ReferenceScalar>(_ mean: T, _ logVariance: T) -> T {
        (mean * mean + T.expm1(logVariance) - logVariance) / 2
    }
}
