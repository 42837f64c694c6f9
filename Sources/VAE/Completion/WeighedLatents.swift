import Kernels
import VAECore

/// Draws of z with their importance weights.
struct WeighedLatents {
    let latentSize: Int
    /// (count, latentSize)
    let latents: [Float]
    /// ln w of each draw.
    let logWeights: [Double]
    /// Each draw's share of all weights.
    let weights: [Double]
    /// ln of the mean weight.
    let logMean: Double
    /// (Σ w)² / Σ w².
    let effectiveCount: Double

    /// - Parameter logWeights: ln w of each draw
    /// - Throws: `invalidData` when no weight is a positive number.
    init(_ latents: [Float], logWeights: [Double], latentSize: Int) throws(VAEError) {
        let largest = logWeights.reduce(-.infinity, max)
        guard largest.isFinite, !logWeights.contains(where: \.isNaN) else {
            throw VAEError(
                .invalidData, "model", "gives no likelihood of what is seen that is a finite number",
                found: "\(largest) nats at most",
                advice: "Its weights or the values given are too large for single precision.")
        }
        let weights = logWeights.map { Elementary.exp($0 - largest) }
        let sum = PairwiseSum.of(weights.count) { weights[$0] }
        self.latentSize = latentSize
        self.latents = latents
        self.logWeights = logWeights
        self.weights = weights.map { $0 / sum }
        logMean = largest + Elementary.log(sum / Double(weights.count))
        effectiveCount = sum * sum / PairwiseSum.of(weights.count) { weights[$0] * weights[$0] }
    }

    /// The same draws with weights w^τ, for the largest τ up to 1 with which `least` draws or more count: of a few heavy draws nothing can be
    /// learnt but where they are.
    func tempered(to least: Double) throws(VAEError) -> WeighedLatents {
        guard effectiveCount < least else { return self }
        var (low, high, found) = (0.0, 1.0, self)
        for _ in 0..<Self.bisections {
            let exponent = 0.5 * (low + high)
            let draws = try WeighedLatents(
                latents, logWeights: logWeights.map { $0 == -.infinity ? $0 : exponent * $0 },
                latentSize: latentSize)
            if draws.effectiveCount < least {
                high = exponent
            } else {
                (low, found) = (exponent, draws)
            }
        }
        return found
    }

    private static let bisections = 20

    /// Numbers of draws by their weights: each comes up as often as `count` times its weight says, to less than one time (systematic
    /// resampling), in the order of the draws.
    ///
    /// Source: Kitagawa, "Monte Carlo filter and smoother for non-Gaussian nonlinear state space models", 1996.
    /// - Parameter uniform: on [0, 1)
    func resampled(_ count: Int, uniform: Double) -> [Int] {
        var (chosen, sum, index) = ([Int](), weights[0], 0)
        for step in 0..<count {
            let target = (Double(step) + uniform) / Double(count)
            while sum <= target, index + 1 < weights.count {
                index += 1
                sum += weights[index]
            }
            // Rounding may leave the sum below the last target: no draw of weight 0 for that.
            while weights[index] == 0, index > 0 { index -= 1 }
            chosen.append(index)
        }
        return chosen
    }
}
