import Kernels

/// A mean of numbers given by their logarithms, and its spread, without overflow and in one pass.
package struct WeightSum: Sendable {
    private(set) var count = 0
    private var largest = -Double.infinity
    /// Σ w and Σ w², in units of the largest weight and its square.
    private var sum = 0.0
    private var squares = 0.0

    mutating func add(_ logWeight: Double) {
        count += 1
        // A weight of 0 adds to the number alone, and has no distance from a largest one that is 0 as well.
        guard logWeight != -.infinity else { return }
        if logWeight > largest {
            let shrink = Elementary.exp(largest - logWeight)
            (sum, squares, largest) = (sum * shrink, squares * shrink * shrink, logWeight)
        }
        let weight = Elementary.exp(logWeight - largest)
        sum += weight
        squares += weight * weight
    }

    /// Adds all that `other` holds.
    mutating func merge(_ other: WeightSum) {
        count += other.count
        guard other.largest != -.infinity || other.sum.isNaN else { return }
        if other.largest > largest {
            let shrink = Elementary.exp(largest - other.largest)
            (sum, squares, largest) = (sum * shrink, squares * shrink * shrink, other.largest)
        }
        let shrink = Elementary.exp(other.largest - largest)
        sum += other.sum * shrink
        squares += other.squares * shrink * shrink
    }

    /// ln of the mean weight.
    package var logMean: Double { largest + Elementary.log(sum / Double(count)) }

    /// The standard error of `logMean`: that of the mean, over the mean (delta method). Infinite for a single weight, which has no spread.
    package var standardError: Double {
        guard count > 1 else { return .infinity }
        let mean = sum / Double(count)
        let variance = max(squares / Double(count) - mean * mean, 0) * Double(count) / Double(count - 1)
        return (variance / Double(count)).squareRoot() / mean
    }

    /// (Σ w)² / Σ w²: so many equal weights would say as much. From 1 to the number of weights.
    package var effectiveCount: Double { sum * sum / squares }
}
