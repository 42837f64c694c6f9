/// A Laplace likelihood of an image's values, with one scale b for all of them that is given by its logarithm.
///
/// The density e^(−|x − m|/b)/2b has its middle, m, as median and as mean. An error counts by its size and not by its square, so that
/// the m that is learned is the median of what a value may be: one outlier does not draw it along, and edges of images stay sharper
/// than means would leave them. Where the mean absolute error is S the loss has its least at b = S.
package struct Laplace: Sendable {
    package init() {}

    /// −ln p(x; m, b) = Σ |x − m|/b + ln 2b, summed over each image, in nats. A density's logarithm: it is negative where b is small and
    /// the middles are near.
    ///
    /// - Parameters:
    ///   - middles: (count, values)
    ///   - targets: (count, values)
    ///   - logScale: ln b
    ///   - losses: receives one sum an image
    ///   - gradient: receives ∂(scale · loss)/∂m = scale · sign(m − x)/b, 0 where they meet, unless nil; may be `middles`
    ///   - logScaleGradients: receives ∂(scale · loss)/∂ln b = scale · Σ (1 − |x − m|/b) of each image, unless nil
    package static func loss(
        middles: FloatRegion, targets: FloatRegion, logScale: Float, count: Int, losses: FloatRegion,
        gradient: FloatRegion?, logScaleGradients: FloatRegion?, scale: Float
    ) {
        let values = middles.count / max(count, 1)
        precondition(
            middles.count == count * values && targets.count == middles.count && losses.count >= count
                && gradient.map { $0.count == middles.count } ?? true
                && logScaleGradients.map { $0.count >= count } ?? true,
            "\(count) images of \(middles.count) middles")
        let precision = Elementary.exp(-Double(logScale))
        let factor = Float(Double(scale) * precision)
        for image in 0..<count {
            let start = image * values
            let errors = absoluteErrors(
                middles.base + start, targets.base + start, values, factor, gradient.map { $0.base + start })
            let scaled = precision * errors
            losses.base[image] = Float(scaled + Double(values) * (Double(logScale) + logTwo))
            logScaleGradients?.base[image] = Float(Double(scale) * (Double(values) - scaled))
        }
    }

    /// Σ |m − x| of one image; `gradient` receives factor · sign(m − x).
    private static func absoluteErrors(
        _ middles: UnsafePointer<Float>, _ targets: UnsafePointer<Float>, _ values: Int, _ factor: Float,
        _ gradient: UnsafeMutablePointer<Float>?
    ) -> Double {
        // Eight lanes, summed in one fixed order: a sum that does not depend on the processor.
        var lanes = SIMD8<Float>.zero
        var index = 0
        while index + 8 <= values {
            let difference = eightFloats(at: middles + index) - eightFloats(at: targets + index)
            lanes += magnitude(difference)
            if let gradient { store(signs(difference, factor), at: gradient + index) }
            index += 8
        }
        var sum = Double(lanes.sum())
        while index < values {
            let difference = middles[index] - targets[index]
            sum += Double(difference.magnitude)
            gradient?[index] = signs(SIMD8(repeating: difference), factor)[0]
            index += 1
        }
        return sum
    }

    /// factor · sign(x), NaN kept.
    @inline(__always)
    private static func signs(_ x: SIMD8<Float>, _ factor: Float) -> SIMD8<Float> {
        x.replacing(with: factor, where: x .> 0).replacing(with: -factor, where: x .< 0)
    }

    /// ln 2.
    private static let logTwo = 0.693_147_180_559_945_3
}

extension Laplace: PixelLikelihood {
    package var outputsPerValue: Int { 1 }
    package var parameters: [Parameter] { [Parameter("log_scale", [1], .zeros)] }
    package var isDensity: Bool { true }

    package func loss(
        _ output: FloatRegion, targets: FloatRegion, parameters: FloatRegion, count: Int, losses: FloatRegion,
        gradient: LikelihoodGradient?
    ) {
        Self.loss(
            middles: output, targets: targets, logScale: parameters[0], count: count, losses: losses,
            gradient: gradient?.output, logScaleGradients: gradient?.parameters,
            scale: gradient?.scale ?? 0)
    }

    package func step(_ parameters: FloatRegion, gradient: FloatRegion, values: Int, step: Int) {
        RunningVariance.update(
            parameters, gradient: gradient, values: values, step: step, floor: 0, power: 1)
    }

    package func writeMeans(_ output: FloatRegion, into means: FloatRegion) { means.copy(from: output) }

    package func draw(
        around mean: Float, output: ArraySlice<Float>, at value: Int, parameters: [Float],
        from stream: inout RandomStream
    ) -> Float {
        // The centre of one of 2³² cells: never 0, whose logarithm is infinite.
        let share = (Double(stream.next()) + 0.5) * 0x1p-32
        let side =
            share < 0.5 ? Elementary.log(2 * share) : -Elementary.log(2 * (1 - share))
        return mean + Float(Elementary.exp(Double(parameters[0])) * side)
    }
}

extension Laplace: ValueLikelihood {
    package func loss(of value: Double, around mean: Double, at place: Int, parameters: [Float]) -> Double {
        let logScale = Double(parameters[0])
        return abs(value - mean) * Elementary.exp(-logScale) + logScale + Self.logTwo
    }
}
