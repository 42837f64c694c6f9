/// A likelihood under which the values of an image are independent given the decoder's output, so that p of some of them, with the
/// others unknown, is the product of theirs. One that ties values together must not conform: there the others have to be summed over.
package protocol ValuewiseLikelihood: PixelLikelihood {
    /// Σ −ln p(xᵥ|z) over some values v of one image, in nats and in Double.
    ///
    /// - Parameters:
    ///   - output: (values · outputsPerValue), of the decoder for one z
    ///   - target: (values), the image; only those at `places` are read
    ///   - places: which values count
    ///   - parameters: the likelihood's own
    /// - Complexity: O(places), without regard to speed beyond that.
    func loss(
        _ output: FloatRegion, target: [Float], at places: [Int], parameters: FloatRegion
    ) -> Double
}

extension Bernoulli: ValuewiseLikelihood {
    package func loss(
        _ output: FloatRegion, target: [Float], at places: [Int], parameters: FloatRegion
    ) -> Double {
        var sum = 0.0
        for place in places {
            let (logit, value) = (Double(output[place]), Double(target[place]))
            sum += max(logit, 0) - logit * value + Elementary.log(1 + Elementary.exp(-abs(logit)))
        }
        return sum
    }
}

extension Gaussian: ValuewiseLikelihood {
    package func loss(
        _ output: FloatRegion, target: [Float], at places: [Int], parameters: FloatRegion
    ) -> Double {
        let logVariance = Double(parameters[0])
        let precision = Elementary.exp(-logVariance)
        var squares = 0.0
        for place in places {
            let error = Double(output[place]) - Double(target[place])
            squares += error * error
        }
        return 0.5 * (precision * squares + Double(places.count) * (logVariance + valuewiseLogTwoPi))
    }
}

extension DiagonalGaussian: ValuewiseLikelihood {
    package func loss(
        _ output: FloatRegion, target: [Float], at places: [Int], parameters: FloatRegion
    ) -> Double {
        var sum = 0.0
        for place in places {
            let variance = Self.variance(Double(parameters[place % parameters.count]))
            let error = Double(output[place]) - Double(target[place])
            sum += error * error / variance + Elementary.log(variance) + valuewiseLogTwoPi
        }
        return 0.5 * sum
    }
}

/// ln 2π.
private let valuewiseLogTwoPi = 1.837_877_066_409_345_5
