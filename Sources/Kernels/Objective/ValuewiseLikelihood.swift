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

extension ContinuousBernoulli: ValuewiseLikelihood {
    package func loss(
        _ output: FloatRegion, target: [Float], at places: [Int], parameters: FloatRegion
    ) -> Double {
        places.reduce(0.0) { sum, place in
            let logit = Double(output[place])
            return sum + Self.cumulants(logit).logarithm - logit * Double(target[place])
        }
    }
}

extension Laplace: ValuewiseLikelihood {
    package func loss(
        _ output: FloatRegion, target: [Float], at places: [Int], parameters: FloatRegion
    ) -> Double {
        let logScale = Double(parameters[0])
        let errors = places.reduce(0.0) { $0 + abs(Double(output[$1]) - Double(target[$1])) }
        return errors * Elementary.exp(-logScale) + Double(places.count) * (logScale + valuewiseLogTwo)
    }
}

extension StudentT: ValuewiseLikelihood {
    package func loss(
        _ output: FloatRegion, target: [Float], at places: [Int], parameters: FloatRegion
    ) -> Double {
        let freedom = Elementary.exp(Double(parameters[parameters.count - 1]))
        let constant = Self.constant(freedom: freedom)
        return places.reduce(0.0) { sum, place in
            let error = Double(output[place]) - Double(target[place])
            return sum
                + Self.loss(
                    square: error * error,
                    squaredScale: DiagonalGaussian.variance(Double(parameters[place])), freedom: freedom,
                    constant: constant)
        }
    }
}

extension LogisticMixture: ValuewiseLikelihood {
    package func loss(
        _ output: FloatRegion, target: [Float], at places: [Int], parameters: FloatRegion
    ) -> Double {
        places.reduce(0.0) { $0 + Self.loss(output, value: $1, level: Int(Self.level(target[$1]))) }
    }

    /// −ln Σ w_j P_j of one value, as the difference of two logarithms of sums, each relative to its largest term.
    private static func loss(_ output: FloatRegion, value: Int, level: Int) -> Double {
        func number(_ part: Int, _ component: Int) -> Double {
            Double(output[outputs * value + components * part + component])
        }
        let logits = (0..<components).map { number(0, $0) }
        let joint = (0..<components).map { component in
            logits[component]
                - loss(
                    level: level, middle: middle(number(1, component), of: component),
                    logScale: logScale(number(2, component)))
        }
        return logarithm(ofSum: logits) - logarithm(ofSum: joint)
    }

    /// ln Σ eˣ.
    private static func logarithm(ofSum terms: [Double]) -> Double {
        let largest = terms.reduce(-.infinity, max)
        return largest + Elementary.log(terms.reduce(0) { $0 + Elementary.exp($1 - largest) })
    }
}

/// ln 2.
private let valuewiseLogTwo = 0.693_147_180_559_945_3

/// ln 2π.
private let valuewiseLogTwoPi = 1.837_877_066_409_345_5
