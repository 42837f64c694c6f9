import Foundation
import Kernels
import VAECore

/// Reconstructions of 8-bit images measured by a discretised logistic distribution about them.
enum LogisticErrors {
    /// −ln P(x) in nats an image, the levels' probabilities those of one component of a `LogisticMixture` with its middle at the reconstruction and
    /// one scale for all values, the one that suits the reconstructions best; mean and standard error over the images.
    ///
    /// A mixture of one: a baseline gives one number for a value, and five components in one place are no more than that.
    ///
    /// - Parameters:
    ///   - images: what is reconstructed; read twice, as many at a time as `ReconstructionErrors` has
    ///   - reconstruct: gives the reconstructions of some of the images
    /// - Throws: `invalidArgument` when there are no images; what `reconstruct` throws.
    /// - Complexity: for the scale, a golden-section search over as many images as have `valuesFitted` values, spread evenly.
    static func loss(
        on images: ImageSet, reconstruct: (ImageSet) throws(VAEError) -> [Float]
    ) throws(VAEError) -> Estimate {
        let every = max(1, (images.count * images.shape.count + valuesFitted - 1) / valuesFitted)
        var (known, index) = ([(middle: Double, level: Int)](), 0)
        try Reconstructions.forEach(of: images, reconstruct) { means, values in
            if index.isMultiple(of: every) { known += zip(means, values).map(pair) }
            index += 1
        }
        let logScale = best { scale in
            known.reduce(0) { $0 + LogisticMixture.loss(level: $1.level, middle: $1.middle, logScale: scale) }
        }
        var losses: [Double] = []
        try Reconstructions.forEach(of: images, reconstruct) { means, values in
            losses.append(
                zip(means, values).reduce(0) { sum, each in
                    let (middle, level) = pair(each.0, each.1)
                    return sum + LogisticMixture.loss(level: level, middle: middle, logScale: logScale)
                })
        }
        return Estimate(of: losses)
    }

    private static let valuesFitted = 1 << 18

    private static func pair(_ mean: Float, _ value: Double) -> (middle: Double, level: Int) {
        (2 * Double(mean) - 1, Int(LogisticMixture.level(Float(value))))
    }

    /// The ln s from −7 to 2 where a function with one valley is least, to 10⁻⁴: golden-section search.
    static func best(_ function: (Double) -> Double) -> Double {
        let ratio = 0.618_033_988_749_894_9
        var (low, high) = (-7.0, 2.0)
        var (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
        var (atLeft, atRight) = (function(left), function(right))
        while high - low > 1e-4 {
            if atLeft < atRight {
                (high, right, atRight) = (right, left, atLeft)
                left = high - ratio * (high - low)
                atLeft = function(left)
            } else {
                (low, left, atLeft) = (left, right, atRight)
                right = low + ratio * (high - low)
                atRight = function(right)
            }
        }
        return (low + high) / 2
    }
}
