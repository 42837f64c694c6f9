/// A Student t likelihood: about the decoder's output m, with a scale s for each value and one number ν of degrees of freedom for all.
///
///     p(x; m, s, ν) = Γ((ν + 1)/2) / (Γ(ν/2) √(νπ) s) · (1 + r/ν)^(−(ν + 1)/2),    r = (x − m)²/s².
///
/// Its tails are a power of the distance, so that an outlier costs a logarithm of it: the gradient by m is that of a Gaussian with
/// σ = s times w = (ν + 1)/(ν + r), which is near 1 for usual values and goes to 0 for outliers. They neither draw the means along
/// nor widen the scales. A large ν is a Gaussian, ν = 1 Cauchy's distribution, which has a middle but no mean.
///
/// Neither is trained by Adam, for the same reason as variances (see `RunningVariance`):
///
/// - s² = 10⁻⁶ + e^p with a p for each value, as in `DiagonalGaussian`. Expectation-maximisation sets s² to the mean of w (x − m)² (Lange, Little and
///   Taylor, "Robust statistical modeling using the t distribution", 1989), and the gradient by ln s² is ½ (1 − w r): of the same form as a
///   Gaussian's, so that the running mean is the same, and each step of it does not lower the likelihood of its batch.
/// - θ = ln ν has no closed form. It takes steps of Fisher's scoring, the gradient over the information ν² I(ν) of all values,
///   I(ν) = ¼ (ψ′(ν/2) − ψ′((ν + 1)/2)) − (ν + 5)/(2ν(ν + 1)(ν + 3)), times the weight a that a batch has in the running means: near the
///   optimum that is the running mean of what each batch would have. A step is at most a in size, and ν stays from 1 to 100: beyond
///   nothing tells it from a Gaussian. It begins at 1, where outliers have least force.
///
/// One ν for all values, since few outliers tell of a single value's.
package struct StudentT: Sendable {
    /// (height, width, channels): the shape of the scales.
    package let shape: [Int]

    package init(shape: [Int]) { self.shape = shape }

    /// The range of ν.
    package static let freedomRange = 1.0...100

    /// −ln p(x|z), summed over each image, in nats.
    ///
    /// - Parameters:
    ///   - middles: (count, values)
    ///   - targets: (count, values), any numbers
    ///   - parameters: p of each value, and ln ν
    ///   - losses: receives one sum an image
    ///   - gradient: receives ∂(scale · loss)/∂m = scale · w (m − x)/s², unless nil; may be `middles`
    ///   - slopes: (count, values + 1): receives ∂(scale · loss)/∂p = scale · ½ (1 − w r) e^p/s² of each value, and behind them
    ///     ∂(scale · loss)/∂ln ν = scale · ½ν Σ (ln(1 + r/ν) + w − 1 + ψ(ν/2) − ψ((ν + 1)/2)); unless nil
    package static func loss(
        middles: FloatRegion, targets: FloatRegion, parameters: FloatRegion, count: Int, losses: FloatRegion,
        gradient: FloatRegion?, slopes: FloatRegion?, scale: Float
    ) {
        let values = middles.count / max(count, 1)
        precondition(
            middles.count == count * values && targets.count == middles.count && losses.count >= count
                && parameters.count == values + 1 && gradient.map { $0.count == middles.count } ?? true
                && slopes.map { $0.count >= count * (values + 1) } ?? true,
            "\(count) images of \(middles.count) middles with \(parameters.count) parameters")
        let freedom = Freedom(Double(parameters[values]))
        for image in 0..<count {
            let start = image * values
            let row = slopes.map { $0.base + image * (values + 1) }
            let part = Part(
                middles: middles.base + start, targets: targets.base + start, scales: parameters.base,
                count: values, freedom: freedom, gradient: gradient.map { $0.base + start }, slopes: row,
                scale: scale)
            let sums = part.sums()
            losses.base[image] = Float(sums.loss + Double(values) * freedom.constant)
            row?[values] = Float(
                Double(scale) * 0.5 * freedom.value * (sums.slope + Double(values) * freedom.digammas))
        }
    }

    /// New p and ln ν.
    static func update(_ parameters: FloatRegion, gradient: FloatRegion, step: Int) {
        let values = parameters.count - 1
        let logFreedom = Double(parameters[values])
        RunningVariance.update(
            parameters.prefix(values), gradient: gradient.prefix(values), values: 1, step: step,
            floor: DiagonalGaussian.leastVariance)
        let weight = RunningVariance.weight(step: step)
        let scoring =
            -weight * Double(gradient[values]) / (Double(values) * information(logFreedom))
        let next = logFreedom + min(max(scoring, -weight), weight)
        let bounds = (Elementary.log(freedomRange.lowerBound), Elementary.log(freedomRange.upperBound))
        // What is no number stays none, for the training to end with; minimum and maximum would hide it.
        parameters[values] = Float(
            scoring.isFinite && next.isFinite ? min(max(next, bounds.0), bounds.1) : .nan)
    }

    /// ν² I(ν), the information of one value about ln ν.
    package static func information(_ logFreedom: Double) -> Double {
        let v = Elementary.exp(logFreedom)
        let trigammas = GammaFunction.trigamma(0.5 * v) - GammaFunction.trigamma(0.5 * (v + 1))
        return v * v * (0.25 * trigammas - (v + 5) / (2 * v * (v + 1) * (v + 3)))
    }

    /// ½ ln(νπ) + ln Γ(ν/2) − ln Γ((ν + 1)/2).
    package static func constant(freedom v: Double) -> Double {
        0.5 * Elementary.log(v * Double.pi) + GammaFunction.logarithm(0.5 * v)
            - GammaFunction.logarithm(0.5 * (v + 1))
    }
}

/// What follows from ν.
private struct Freedom {
    let value: Double
    let constant: Double
    /// ψ(ν/2) − ψ((ν + 1)/2).
    let digammas: Double

    init(_ logarithm: Double) {
        value = Elementary.exp(logarithm)
        guard value > 0, value < .infinity else {
            // ln ν has left the numbers, and so has all that follows.
            (constant, digammas) = (.nan, .nan)
            return
        }
        constant = StudentT.constant(freedom: value)
        digammas = GammaFunction.digamma(0.5 * value) - GammaFunction.digamma(0.5 * (value + 1))
    }
}

/// One image.
private struct Part {
    let middles, targets, scales: UnsafePointer<Float>
    let count: Int
    let freedom: Freedom
    let gradient, slopes: UnsafeMutablePointer<Float>?
    let scale: Float

    /// Σ ½(ν + 1) ln(1 + r/ν) + ½ ln s², and Σ ln(1 + r/ν) + w − 1: eight lanes, summed in one fixed order.
    func sums() -> (loss: Double, slope: Double) {
        let v = Float(freedom.value)
        let (inverse, power) = (Float(1 / freedom.value), Float(0.5 * (freedom.value + 1)))
        let half = 0.5 * scale
        var (losses, sums) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
        var index = 0
        while index + 8 <= count {
            let variances = Variances(eightFloats(at: scales + index))
            let difference = eightFloats(at: middles + index) - eightFloats(at: targets + index)
            let terms = Terms(difference, variances, v, inverse)
            losses += power * terms.logarithm + 0.5 * variances.logVariance
            sums += terms.logarithm + terms.excess
            if let gradient { store(scale * terms.weighted, at: gradient + index) }
            if let slopes {
                store(half * (1 - terms.weightedSquare) * variances.share, at: slopes + index)
            }
            index += 8
        }
        var (loss, slope) = (Double(losses.sum()), Double(sums.sum()))
        while index < count {
            let variances = Variances(SIMD8(repeating: scales[index]))
            let terms = Terms(SIMD8(repeating: middles[index] - targets[index]), variances, v, inverse)
            loss += Double(power * terms.logarithm[0] + 0.5 * variances.logVariance[0])
            slope += Double(terms.logarithm[0] + terms.excess[0])
            gradient?[index] = scale * terms.weighted[0]
            slopes?[index] = half * (1 - terms.weightedSquare[0]) * variances.share[0]
            index += 1
        }
        return (loss, slope)
    }
}

/// What follows from eight differences m − x.
private struct Terms {
    /// ln(1 + r/ν), and w − 1 = (1 − r)/(ν + r).
    let logarithm, excess: SIMD8<Float>
    /// w (m − x)/s², and w r.
    let weighted, weightedSquare: SIMD8<Float>

    @inline(__always)
    init(_ difference: SIMD8<Float>, _ variances: Variances, _ v: Float, _ inverse: Float) {
        let precise = difference * variances.precision
        let square = difference * precise
        let ratio = square * inverse
        // ln(1 + t) = ln t + ln(1 + 1/t).
        let isLarge = ratio .> 1
        let small = ratio.replacing(with: 1 / ratio, where: isLarge)
        let large = Kernels.logarithm(ratio.replacing(with: 1, where: .!isLarge))
        let isFinite = magnitude(ratio) .<= .greatestFiniteMagnitude
        // An infinite square stays one; no number stays none.
        logarithm = (Kernels.logarithm(ofOnePlus: small) + large).replacing(
            with: ratio, where: .!isFinite)
        let weight = (v + 1) / (v + square)
        excess = (1 - square) / (v + square)
        weighted = weight * precise
        weightedSquare = weight * square
    }
}

extension StudentT: PixelLikelihood {
    package var outputsPerValue: Int { 1 }
    package var parameters: [Parameter] {
        [Parameter("log_squared_scale", shape, .zeros), Parameter("log_freedom", [1], .zeros)]
    }
    package var isDensity: Bool { true }

    package func loss(
        _ output: FloatRegion, targets: FloatRegion, parameters: FloatRegion, count: Int, losses: FloatRegion,
        gradient: LikelihoodGradient?
    ) {
        Self.loss(
            middles: output, targets: targets, parameters: parameters, count: count, losses: losses,
            gradient: gradient?.output, slopes: gradient?.parameters, scale: gradient?.scale ?? 0)
    }

    package func step(_ parameters: FloatRegion, gradient: FloatRegion, values: Int, step: Int) {
        Self.update(parameters, gradient: gradient, step: step)
    }

    package func writeMeans(_ output: FloatRegion, into means: FloatRegion) { means.copy(from: output) }

    /// By the polar method (Bailey, "Polar generation of random variates with the t-distribution", 1994): √(ν (U^(−2/ν) − 1)) cos 2πV.
    package func draw(
        around mean: Float, output: ArraySlice<Float>, at value: Int, parameters: [Float],
        from stream: inout RandomStream
    ) -> Float {
        let freedom = Elementary.exp(Double(parameters[parameters.count - 1]))
        // The centre of one of 2³² cells: never 0, whose logarithm is infinite.
        let share = (Double(stream.next()) + 0.5) * 0x1p-32
        let cosine = Elementary.sineAndCosine(turns: Double(stream.next()) * 0x1p-32).cosine
        let square = freedom * Elementary.expm1(-2 * Elementary.log(share) / freedom)
        let scale = DiagonalGaussian.variance(Double(parameters[value]))
        return Float(Double(mean) + (scale * square).squareRoot() * cosine)
    }
}

extension StudentT: ValueLikelihood {
    package func loss(of value: Double, around mean: Double, at place: Int, parameters: [Float]) -> Double {
        let freedom = Elementary.exp(Double(parameters[parameters.count - 1]))
        let scale = DiagonalGaussian.variance(Double(parameters[place]))
        return Self.loss(
            square: (value - mean) * (value - mean), squaredScale: scale, freedom: freedom,
            constant: Self.constant(freedom: freedom))
    }

    /// −ln p of a value by its squared distance from the middle, and s²; `constant` is that of ν.
    package static func loss(
        square: Double, squaredScale: Double, freedom: Double, constant: Double
    ) -> Double {
        0.5
            * ((freedom + 1) * Elementary.log(1 + square / squaredScale / freedom)
                + Elementary.log(squaredScale))
            + constant
    }
}
