/// A discretised mixture of five logistic distributions for each value of an 8-bit image: a probability of each of its 256 levels.
///
/// The decoder gives for each value five logits of the components' weights, five middles and five scales. With the levels at
/// y = 2k/255 − 1, half a step h = 1/255 and the logistic function σ, component j gives level k
///
///     P_j(k) = σ((y + h − m_j)/s_j) − σ((y − h − m_j)/s_j),
///
/// where the first term is 1 for k = 255 and the second 0 for k = 0: the ends take the tails, and all levels together have 1. The
/// middle is the output plus one of −0.8, −0.4, 0, 0.4 and 0.8, so that the components are not all one at the beginning, and ln s_j is
/// the output minus ln 5, but not below −7. Values are taken as the level that they are nearest to.
///
/// −ln p(x|z) is that of a probability: never negative, and over ln 2 the bits a dimension that papers quote.
///
/// Source: Salimans, Karpathy, Chen and Kingma, "PixelCNN++", 2017, section 2.1, without the coupling of the channels of a pixel.
package struct LogisticMixture: Sendable {
    package init() {}

    /// Of each value.
    package static let components = 5
    /// Outputs of the decoder for a value: logits of the weights, middles, logarithms of the scales.
    package static let outputs = 3 * components

    /// −ln p(x|z), summed over each image, in nats.
    ///
    /// The five components of a value are lanes. With a = (y + h − m)/s and b = (y − h − m)/s a difference of two near numbers is
    /// σ(a) − σ(b) = σ(a) σ(−b) (1 − e^(b − a)), whose logarithm loses no digits however far out the value lies, and sums of
    /// components are taken relative to the largest.
    ///
    /// - Parameters:
    ///   - output: (count, values, 15)
    ///   - targets: (count, values), in [0, 1]
    ///   - losses: receives one sum an image
    ///   - gradient: receives the derivatives of scale · loss by the output, unless nil; may be `output`
    package static func loss(
        _ output: FloatRegion, targets: FloatRegion, count: Int, losses: FloatRegion, gradient: FloatRegion?,
        scale: Float
    ) {
        let values = targets.count / max(count, 1)
        precondition(
            targets.count == count * values && output.count == targets.count * outputs
                && losses.count >= count && gradient.map { $0.count == output.count } ?? true,
            "\(count) images of \(targets.count) values and \(output.count) outputs")
        for image in 0..<count {
            var sum = 0.0
            for value in image * values..<(image + 1) * values {
                let components = Components(UnsafePointer(output.base + value * outputs))
                let terms = Terms(components, level: level(targets.base[value]))
                sum += Double(terms.loss)
                if let gradient { terms.store(scale, components, at: gradient.base + value * outputs) }
            }
            losses.base[image] = Float(sum)
        }
    }

    /// The level that a value from 0 to 1 is nearest to, from 0 to 255.
    @inline(__always)
    package static func level(_ value: Float) -> Float {
        // Adding 1.5·2²³ rounds to an integer.
        let magic: Float = 0x1.8p23
        return min(max((value * 255 + magic) - magic, 0), 255)
    }

    /// The means of the levels over 255.
    ///
    /// A component's mean level is Σ σ((m − t)/s) over the 255 places t between two levels. Where s is a step or more, the sum is the integral but
    /// for terms at the ends (Euler and Maclaurin's formula for midpoints), below 10⁻⁵ of a level; where it is less, σ is 0 or 1
    /// beyond twenty steps of m, and the rest is added.
    package static func means(_ output: FloatRegion, into means: FloatRegion) {
        precondition(
            output.count == means.count * outputs, "\(output.count) outputs to \(means.count) means")
        for value in 0..<means.count {
            let components = Components(UnsafePointer(output.base + value * outputs))
            var levels = components.wideMeans
            for lane in 0..<Self.components where components.inverse[lane] > 0.5 * 255 {
                levels[lane] = narrowMean(components.middle[lane], components.inverse[lane])
            }
            let e = exponential(ofMinus: components.logit.max() - components.logit)
            means.base[value] = min(max((e * levels).sum() / e.sum() * (1 / 255), 0), 1)
        }
    }

    /// The mean level of a component whose scale is less than a step.
    private static func narrowMean(_ middle: Float, _ inverse: Float) -> Float {
        // In steps from level 0.
        let place = min(max((middle + 1) * 127.5, -100), 400)
        let first = place.rounded(.down) - 20
        var sum = SIMD8<Float>.zero
        let slope = inverse * (2.0 / 255)
        for part in 0..<5 {
            let places = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) + (first + Float(8 * part))
            let terms = sigmoid((place - (places + 0.5)) * slope)
            // Below the levels there is nothing to add.
            sum += terms.replacing(with: 0, where: (places .< 0) .| (places .> 254))
        }
        return min(max(first, 0), 255) + sum.sum()
    }
}

/// Of one value: the five lanes that count, and three whose weight is 0.
private struct Components {
    let logit, middle, logScale: SIMD8<Float>
    /// 1/s.
    let inverse: SIMD8<Float>
    /// Whether the scale is at its least, where its output changes nothing.
    let isLeast: SIMDMask<SIMD8<Int32>>

    static let least: Float = -7
    /// ln 5.
    static let logCount: Float = 1.609_438
    private static let spread = SIMD8<Float>(-0.8, -0.4, 0, 0.4, 0.8, 0, 0, 0)

    @inline(__always)
    init(_ output: UnsafePointer<Float>) {
        logit = SIMD8(output[0], output[1], output[2], output[3], output[4], -1e30, -1e30, -1e30)
        middle =
            SIMD8(output[5], output[6], output[7], output[8], output[9], 0, 0, 0) + Self.spread
        let scales =
            SIMD8(output[10], output[11], output[12], output[13], output[14], 0, 0, 0) - Self.logCount
        isLeast = scales .< Self.least
        logScale = scales.replacing(with: Self.least, where: isLeast)
        let small = exponential(ofMinus: magnitude(logScale))
        inverse = small.replacing(with: 1 / small, where: logScale .< 0)
    }

    /// The mean levels of components with a scale of a step or more: ∫ σ((m − t)/s) dt from level 0 to level 255, minus what sums over the middles
    /// of steps lack of it at the ends.
    @inline(__always)
    var wideMeans: SIMD8<Float> {
        let (low, high) = ((middle + 1) * inverse, (middle - 1) * inverse)
        let scale = 127.5 / inverse
        // Where the scale is wide, the difference has no digits left, and beyond e^88 it is 0 times infinity: there it is the mean of σ about the
        // middle, to the square of the width; the next term is below 10⁻⁸.
        let centre = sigmoid(middle * inverse)
        let slope = centre * (1 - centre)
        let bend = slope * (1 - 2 * centre)
        let square = inverse * inverse
        let flat = 255 * (centre + bend * square * (1.0 / 6))
        let difference = scale * (softplus(low) - softplus(high))
        let integral = difference.replacing(with: flat, where: inverse .< 0.05)
        // −1/24 of the derivatives' difference, in steps: σ′ = −σ(1 − σ)/s.
        let (a, b) = (sigmoid(low), sigmoid(high))
        let ends = (b * (1 - b) - a * (1 - a)) / scale
        return integral + ends * (1.0 / 24)
    }
}

/// ln(1 + e^x).
@inline(__always)
private func softplus(_ x: SIMD8<Float>) -> SIMD8<Float> {
    positivePart(x) + logarithm(ofOnePlus: exponential(ofMinus: magnitude(x)))
}

/// −ln p of one value and what its derivatives are made of.
private struct Terms {
    let loss: Float
    /// The weights before the value is known, and after.
    let weights, posterior: SIMD8<Float>
    /// ∂ ln P_j/∂m_j and ∂ ln P_j/∂ ln s_j.
    let byMiddle, byLogScale: SIMD8<Float>

    @inline(__always)
    init(_ c: Components, level: Float) {
        let y = level * (2.0 / 255) - 1
        let half: Float = 1.0 / 255
        let (a, b) = (c.inverse * (y + half - c.middle), c.inverse * (y - half - c.middle))
        let (ea, eb) = (exponential(ofMinus: magnitude(a)), exponential(ofMinus: magnitude(b)))
        // σ(−a) and ln σ(a), σ(b) and ln σ(−b).
        let (above, below) = (sigmoid(-a, ea), sigmoid(b, eb))
        let logAbove = -(positivePart(-a) + logarithm(ofOnePlus: ea))
        let logBelow = -(positivePart(b) + logarithm(ofOnePlus: eb))
        let zero = SIMD8<Float>.zero
        let logarithms: SIMD8<Float>
        if level <= 0 {
            logarithms = logAbove
            byMiddle = -c.inverse * above
            byLogScale = -a * above
        } else if level >= 255 {
            logarithms = logBelow
            byMiddle = c.inverse * below
            byLogScale = b * below
        } else {
            // ln(1 − e^−d) = ln d + ln((1 − e^−d)/d) for d = a − b, and its derivative by ln d, d/(e^d − 1).
            let d = c.inverse * (2 * half)
            let width = Normalizer(-d)
            let logWidth: Float = -4.848_116_4
            logarithms = logAbove + logBelow + (width.logarithm + (logWidth - c.logScale))
            byMiddle = c.inverse * (below - above)
            byLogScale = b * below - a * above - (1 - d * width.mean)
        }
        let largest = c.logit.max()
        let e = exponential(ofMinus: largest - c.logit)
        let total = e.sum()
        let joint = c.logit + logarithms
        let most = joint.max()
        let f = exponential(ofMinus: most - joint)
        let sum = f.sum()
        weights = e / total
        posterior = f / sum
        let ratio = logarithm(SIMD8(repeating: total / sum))[0]
        // What is no number in a component whose weight is 0 shows as well.
        let poison = ((c.logit + c.middle + c.logScale) * zero).sum()
        loss = (ratio + (largest - most)) + poison
    }

    /// The derivatives of scale · loss.
    @inline(__always)
    func store(_ scale: Float, _ c: Components, at target: UnsafeMutablePointer<Float>) {
        let byLogit = scale * (weights - posterior)
        let factor = -scale * posterior
        let (middle, logScale) = (
            factor * byMiddle, (factor * byLogScale).replacing(with: 0, where: c.isLeast)
        )
        for lane in 0..<LogisticMixture.components {
            target[lane] = byLogit[lane]
            target[LogisticMixture.components + lane] = middle[lane]
            target[2 * LogisticMixture.components + lane] = logScale[lane]
        }
    }
}

extension LogisticMixture: PixelLikelihood {
    package var outputsPerValue: Int { Self.outputs }
    package var parameters: [Parameter] { [] }
    package var isDensity: Bool { false }

    package func loss(
        _ output: FloatRegion, targets: FloatRegion, parameters: FloatRegion, count: Int, losses: FloatRegion,
        gradient: LikelihoodGradient?
    ) {
        Self.loss(
            output, targets: targets, count: count, losses: losses, gradient: gradient?.output,
            scale: gradient?.scale ?? 0)
    }

    package func step(_ parameters: FloatRegion, gradient: FloatRegion, values: Int, step: Int) {}

    package func writeMeans(_ output: FloatRegion, into means: FloatRegion) {
        Self.means(output, into: means)
    }

    /// A component by its weight, a draw of its logistic distribution, and the level that is nearest to that.
    package func draw(
        around mean: Float, output: ArraySlice<Float>, at value: Int, parameters: [Float],
        from stream: inout RandomStream
    ) -> Float {
        let numbers = output.map(Double.init)
        let largest = numbers.prefix(Self.components).max() ?? 0
        let weights = numbers.prefix(Self.components).map { Elementary.exp($0 - largest) }
        var left = Double(stream.uniform()) * weights.reduce(0, +)
        let chosen =
            weights.indices.first { index in
                left -= weights[index]
                return left < 0
            } ?? Self.components - 1
        // The centre of one of 2³² cells: never 0 or 1.
        let share = (Double(stream.next()) + 0.5) * 0x1p-32
        let middle = Self.middle(numbers[Self.components + chosen], of: chosen)
        let logScale = Self.logScale(numbers[2 * Self.components + chosen])
        let y = middle + Elementary.exp(logScale) * Elementary.log(share / (1 - share))
        let level = (127.5 * (y + 1)).rounded()
        return Float(min(max(level, 0), 255) / 255)
    }

    /// The middle of a component, and ln of its scale, from what the decoder gives for them.
    static func middle(_ number: Double, of component: Int) -> Double {
        number + 0.4 * Double(component) - 0.8
    }
    static func logScale(_ number: Double) -> Double {
        max(number - Elementary.log(Double(components)), Double(Components.least))
    }

    /// −ln P of one level by one component with its middle and scale in the units of y, in Double.
    package static func loss(level: Int, middle: Double, logScale: Double) -> Double {
        let inverse = Elementary.exp(-logScale)
        let y = 2 * Double(level) / 255 - 1
        func softplus(_ x: Double) -> Double { max(x, 0) + Elementary.log(1 + Elementary.exp(-abs(x))) }
        let (a, b) = (inverse * (y + 1.0 / 255 - middle), inverse * (y - 1.0 / 255 - middle))
        if level == 0 { return softplus(-a) }
        if level == 255 { return softplus(b) }
        return softplus(-a) + softplus(b) - Elementary.log(-Elementary.expm1(-2.0 / 255 * inverse))
    }
}
