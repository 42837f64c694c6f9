/// A likelihood of any numbers about the decoder's output, such as a table's, of which the loss of a single value can be told.
package protocol ValueLikelihood: PixelLikelihood {
    /// −ln p of one value, in nats and in Double.
    ///
    /// - Parameters:
    ///   - mean: the decoder's output for the value
    ///   - place: of the value in the image
    ///   - parameters: the likelihood's own
    func loss(of value: Double, around mean: Double, at place: Int, parameters: [Float]) -> Double
}

extension Gaussian: ValueLikelihood {
    package func loss(of value: Double, around mean: Double, at place: Int, parameters: [Float]) -> Double {
        NormalDensity.loss(value - mean, variance: Elementary.exp(Double(parameters[0])))
    }
}

extension DiagonalGaussian: ValueLikelihood {
    package func loss(of value: Double, around mean: Double, at place: Int, parameters: [Float]) -> Double {
        NormalDensity.loss(
            value - mean, variance: Self.variance(Double(parameters[place % parameters.count])))
    }
}

private enum NormalDensity {
    /// ½ (x²/σ² + ln 2πσ²).
    static func loss(_ difference: Double, variance: Double) -> Double {
        0.5 * (difference * difference / variance + Elementary.log(2 * Double.pi * variance))
    }
}
