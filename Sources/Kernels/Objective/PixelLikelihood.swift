/// p(x|z), the distribution of an image's values that the decoder's output and some parameters of its own describe.
package protocol PixelLikelihood: Sendable {
    /// Numbers of the decoder's output for each value of an image.
    var outputsPerValue: Int { get }
    /// Tensors of its own, which `step` trains and not the network's optimiser; named as in files.
    var parameters: [Parameter] { get }
    /// Whether p(x|z) is the density of continuous values, so that −ln p(x|z) can be negative.
    var isDensity: Bool { get }
    /// Whether p(x|z) is a distribution of shades, and not of values that are 0 or 1 alone.
    var describesShades: Bool { get }

    /// −ln p(x|z) of each image, in nats, and its gradient.
    ///
    /// - Parameters:
    ///   - output: (count, values · outputsPerValue), of the decoder
    ///   - targets: (count, values)
    ///   - parameters: the likelihood's own
    ///   - losses: receives one sum an image
    ///   - gradient: where the derivatives of scale · loss go; nil where none are wanted
    func loss(
        _ output: FloatRegion, targets: FloatRegion, parameters: FloatRegion, count: Int, losses: FloatRegion,
        gradient: LikelihoodGradient?)

    /// The likelihood's own parameters after a step of training.
    ///
    /// - Parameters:
    ///   - gradient: of the batch's mean loss by each of them
    ///   - values: values of an image that each of them serves
    ///   - step: steps of training with this one, from 1
    func step(_ parameters: FloatRegion, gradient: FloatRegion, values: Int, step: Int)

    /// The means of p(x|z), (count, values), from the decoder's output.
    func writeMeans(_ output: FloatRegion, into means: FloatRegion)

    /// A draw of p(x|z) for one value.
    ///
    /// - Parameters:
    ///   - mean: the value's mean, as `writeMeans` has it
    ///   - output: what the decoder gave for the value, `outputsPerValue` numbers
    ///   - value: its place in the image
    ///   - parameters: the likelihood's own
    func draw(
        around mean: Float, output: ArraySlice<Float>, at value: Int, parameters: [Float],
        from stream: inout RandomStream
    ) -> Float
}

extension PixelLikelihood {
    package var describesShades: Bool { true }
}

/// The regions that receive the derivatives of scale · −ln p(x|z), and that scale.
package struct LikelihoodGradient: Sendable {
    package let scale: Float
    /// By the decoder's output, of its shape; may be the output itself.
    package let output: FloatRegion
    /// By the likelihood's own parameters, (count, parameters): a row an image.
    package let parameters: FloatRegion

    package init(scale: Float, output: FloatRegion, parameters: FloatRegion) {
        self.scale = scale
        self.output = output
        self.parameters = parameters
    }
}

extension Bernoulli: PixelLikelihood {
    package var outputsPerValue: Int { 1 }
    package var parameters: [Parameter] { [] }
    package var isDensity: Bool { false }
    package var describesShades: Bool { false }

    package func loss(
        _ output: FloatRegion, targets: FloatRegion, parameters: FloatRegion, count: Int, losses: FloatRegion,
        gradient: LikelihoodGradient?
    ) {
        Self.loss(
            logits: output, targets: targets, count: count, losses: losses, gradient: gradient?.output,
            scale: gradient?.scale ?? 0)
    }

    package func step(_ parameters: FloatRegion, gradient: FloatRegion, values: Int, step: Int) {}

    package func writeMeans(_ output: FloatRegion, into means: FloatRegion) {
        Self.means(logits: output, into: means)
    }

    package func draw(
        around mean: Float, output: ArraySlice<Float>, at value: Int, parameters: [Float],
        from stream: inout RandomStream
    ) -> Float {
        stream.uniform() < mean ? 1 : 0
    }
}

extension Gaussian: PixelLikelihood {
    package var outputsPerValue: Int { 1 }
    package var parameters: [Parameter] { [Parameter("log_variance", [1], .zeros)] }
    package var isDensity: Bool { true }

    package func loss(
        _ output: FloatRegion, targets: FloatRegion, parameters: FloatRegion, count: Int, losses: FloatRegion,
        gradient: LikelihoodGradient?
    ) {
        Self.loss(
            means: output, targets: targets, logVariance: parameters[0], count: count, losses: losses,
            gradient: gradient?.output, logVarianceGradients: gradient?.parameters,
            scale: gradient?.scale ?? 0)
    }

    package func step(_ parameters: FloatRegion, gradient: FloatRegion, values: Int, step: Int) {
        RunningVariance.update(
            parameters, gradient: gradient, values: values, step: step, floor: 0)
    }

    package func writeMeans(_ output: FloatRegion, into means: FloatRegion) { means.copy(from: output) }

    package func draw(
        around mean: Float, output: ArraySlice<Float>, at value: Int, parameters: [Float],
        from stream: inout RandomStream
    ) -> Float {
        mean + Float(Elementary.exp(0.5 * Double(parameters[0]))) * stream.normalPair().x
    }
}

extension DiagonalGaussian: PixelLikelihood {
    package var outputsPerValue: Int { 1 }
    package var parameters: [Parameter] { [Parameter("log_variance", shape, .zeros)] }
    package var isDensity: Bool { true }

    package func loss(
        _ output: FloatRegion, targets: FloatRegion, parameters: FloatRegion, count: Int, losses: FloatRegion,
        gradient: LikelihoodGradient?
    ) {
        Self.loss(
            means: output, targets: targets, logVariances: parameters, count: count, losses: losses,
            gradient: gradient?.output, logVarianceGradients: gradient?.parameters,
            scale: gradient?.scale ?? 0)
    }

    package func step(_ parameters: FloatRegion, gradient: FloatRegion, values: Int, step: Int) {
        RunningVariance.update(
            parameters, gradient: gradient, values: values, step: step, floor: Self.leastVariance)
    }

    package func writeMeans(_ output: FloatRegion, into means: FloatRegion) { means.copy(from: output) }

    package func draw(
        around mean: Float, output: ArraySlice<Float>, at value: Int, parameters: [Float],
        from stream: inout RandomStream
    ) -> Float {
        let variance = Self.variance(Double(parameters[value % parameters.count]))
        return mean + Float(variance.squareRoot()) * stream.normalPair().x
    }
}
