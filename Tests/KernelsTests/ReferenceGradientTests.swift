import Kernels
import ReferenceKernels
import Testing
import VAE

/// The reference itself, in Double: every gradient is the slope of what it is the gradient of.
///
/// Slopes are central differences. For functions that are linear in the argument these are exact but for
/// rounding; else they are off by h²/6 times a third derivative. With h = 1e-5 both stay below 1e-9.
@Suite("Gradients of the reference are slopes")
struct ReferenceGradientTests {
    @Test(arguments: ConvolutionCase.grid.filter { $0.imageCount < 400 && $0.gridCount < 100 })
    func convolution(sizes: ConvolutionCase) {
        var random = SplitMix(state: 1)
        let (input, kernel, weight) = (
            random.values(sizes.imageCount).doubles, random.values(sizes.kernelCount).doubles,
            random.values(sizes.gridCount).doubles
        )
        let reference = sizes.reference
        // A scalar whose gradient in the output is `weight`.
        let dx = reference.transpose(weight, kernel: kernel, count: sizes.count)
        let dw = reference.kernelGradient(input, gradient: weight, count: sizes.count)
        #expect(
            slopeError(input, dx) {
                product(reference.forward($0, kernel: kernel, count: sizes.count), weight)
            } < 1e-8)
        #expect(
            slopeError(kernel, dw) {
                product(reference.forward(input, kernel: $0, count: sizes.count), weight)
            } < 1e-8)
    }

    @Test(arguments: [1, 2, 3], [(1, 1), (5, 3), (2, 7)])
    func dense(count: Int, sizes: (inputs: Int, outputs: Int)) {
        var random = SplitMix(state: 2)
        let input = random.values(count * sizes.inputs).doubles
        let kernel = random.values(sizes.inputs * sizes.outputs).doubles
        let weight = random.values(count * sizes.outputs).doubles
        let dx = Reference.denseInputGradient(weight, kernel: kernel, count: count)
        let dw = Reference.denseKernelGradient(input, gradient: weight, count: count)
        #expect(
            slopeError(input, dx) { product(Reference.dense($0, kernel: kernel, count: count), weight) }
                < 1e-8)
        #expect(
            slopeError(kernel, dw) { product(Reference.dense(input, kernel: $0, count: count), weight) }
                < 1e-8)
        let bias = random.values(sizes.outputs).doubles
        let db = Reference.biasGradient(weight, channels: sizes.outputs)
        #expect(
            slopeError(bias, db) {
                product(
                    Reference.adding($0, to: Reference.dense(input, kernel: kernel, count: count)), weight)
            } < 1e-8)
    }

    @Test func activationsAndLosses() {
        var random = SplitMix(state: 3)
        let values = random.values(60).doubles.map { 6 * $0 }
        let weight = random.values(60).doubles
        let rectified = Reference.rectifiedGradient(weight, output: Reference.rectified(values))
        #expect(slopeError(values, rectified) { product(Reference.rectified($0), weight) } < 1e-8)

        let targets = random.values(60).doubles.map { ($0 + 1) / 2 }
        let gradient = Reference.bernoulliGradient(logits: values, targets: targets)
        #expect(
            slopeError(values, gradient) {
                Reference.bernoulliLoss(logits: $0, targets: targets, count: 4).reduce(0, +)
            } < 1e-8)

        let bent = Reference.activationGradient(weight, output: Reference.activated(values, .tanh), .tanh)
        #expect(slopeError(values, bent) { product(Reference.activated($0, .tanh), weight) } < 1e-8)
    }

    /// In the means and in the log-variance.
    @Test(arguments: [-3, 0, 0.7, 2.5])
    func gaussianLikelihood(logVariance: Double) {
        var random = SplitMix(state: 6)
        let (means, targets) = (random.values(60).doubles, random.values(60).doubles)
        let gradient = Reference.gaussianGradient(means: means, targets: targets, logVariance: logVariance)
        // Relative to the largest of 1 and the gradient, as in all tests here.
        #expect(
            slopeError(means, gradient) {
                Reference.gaussianLoss(means: $0, targets: targets, logVariance: logVariance, count: 4)
                    .reduce(0, +)
            } < 1e-8)
        let slope = Reference.gaussianLogVarianceGradient(
            means: means, targets: targets, logVariance: logVariance, count: 4
        ).reduce(0, +)
        #expect(
            slopeError([logVariance], [slope]) {
                Reference.gaussianLoss(means: means, targets: targets, logVariance: $0[0], count: 4)
                    .reduce(0, +)
            } < 1e-8)
    }

    /// In the means and in the log-variances, about the floor of −13.8 too. Errors are some σ, which is 0.001 at least.
    @Test(arguments: [3, 60])
    func diagonalGaussianLikelihood(period: Int) {
        var random = SplitMix(state: 7)
        let logs = random.values(period).doubles.map { 9 * $0 - 8 }
        let targets = random.values(120).doubles
        let means = targets.indices.map { index in
            targets[index] + 2 * Double(random.signed())
                * DiagonalGaussian.variance(logs[index % period]).squareRoot()
        }
        let gradient = Reference.diagonalGaussianGradient(means: means, targets: targets, logVariances: logs)
        #expect(
            slopeError(means, gradient) {
                Reference.diagonalGaussianLoss(means: $0, targets: targets, logVariances: logs, count: 2)
                    .reduce(0, +)
            } < 1e-8)
        let slopes = Reference.diagonalGaussianLogVarianceGradient(
            means: means, targets: targets, logVariances: logs)
        #expect(
            slopeError(logs, slopes) {
                Reference.diagonalGaussianLoss(means: means, targets: targets, logVariances: $0, count: 2)
                    .reduce(0, +)
            } < 1e-8)
    }

    /// In the logits, about 0 as well as far from it.
    @Test func continuousBernoulliLikelihood() {
        var random = SplitMix(state: 8)
        let logits = random.values(120).doubles.enumerated().map { $1 * [0.05, 2, 40][$0 % 3] }
        let targets = random.values(120).doubles.map { ($0 + 1) / 2 }
        let likelihood = ContinuousBernoulli()
        let gradient = likelihood.referenceGradient(logits, targets: targets, parameters: [], count: 3).output
        #expect(
            slopeError(logits, gradient) {
                likelihood.referenceLoss($0, targets: targets, parameters: [], count: 3).reduce(0, +)
            } < 1e-8)
    }

    /// In the middles, away from where they meet the targets, and in the scale.
    @Test(arguments: [-3, 0, 0.7])
    func laplaceLikelihood(logScale: Double) {
        var random = SplitMix(state: 9)
        let targets = random.values(60).doubles
        let middles = targets.map { $0 + Double(random.signed()) + ($0 < 0 ? 0.001 : -0.001) }
        let likelihood = Laplace()
        let gradient = likelihood.referenceGradient(
            middles, targets: targets, parameters: [[logScale]], count: 4)
        #expect(
            slopeError(middles, gradient.output) {
                likelihood.referenceLoss($0, targets: targets, parameters: [[logScale]], count: 4)
                    .reduce(0, +)
            } < 1e-8)
        #expect(
            slopeError([logScale], gradient.parameters[0]) {
                likelihood.referenceLoss(middles, targets: targets, parameters: [$0], count: 4).reduce(0, +)
            } < 1e-8)
    }

    /// In the middles, the scales and ν, with errors of up to some scales.
    @Test(arguments: [-0.3, 0.5, 3])
    func studentLikelihood(logFreedom: Double) {
        var random = SplitMix(state: 10)
        let logs = random.values(12).doubles.map { 5 * $0 - 4 }
        let targets = random.values(60).doubles
        let middles = targets.indices.map { index in
            targets[index] + 5 * Double(random.signed())
                * DiagonalGaussian.variance(logs[index % 12]).squareRoot()
        }
        let likelihood = StudentT(shape: [12])
        func loss(_ middles: [Double], _ own: [[Double]]) -> Double {
            likelihood.referenceLoss(middles, targets: targets, parameters: own, count: 5).reduce(0, +)
        }
        let gradient = likelihood.referenceGradient(
            middles, targets: targets, parameters: [logs, [logFreedom]], count: 5)
        #expect(slopeError(middles, gradient.output) { loss($0, [logs, [logFreedom]]) } < 1e-7)
        #expect(slopeError(logs, gradient.parameters[0]) { loss(middles, [$0, [logFreedom]]) } < 1e-8)
        #expect(slopeError([logFreedom], gradient.parameters[1]) { loss(middles, [logs, $0]) } < 1e-8)
    }

    /// In weights, middles and scales, at the ends and between; errors of some scales, so that no level's probability is a small difference.
    @Test func logisticMixtureLikelihood() {
        var random = SplitMix(state: 12)
        let targets = (0..<24).map { [0.0, 1, 128, 254, 255, 77][$0 % 6] / 255 }
        let output = random.values(24 * 15).doubles
        let likelihood = LogisticMixture()
        let gradient = likelihood.referenceGradient(output, targets: targets, parameters: [], count: 3).output
        #expect(
            slopeError(output, gradient) {
                likelihood.referenceLoss($0, targets: targets, parameters: [], count: 3).reduce(0, +)
            } < 1e-8)
    }

    /// A whole network's gradient, the log-variances among its parameters, is the slope of its loss.
    @Test(arguments: [
        Likelihood.gaussian, .gaussianChannel, .gaussianValue, .continuousBernoulli, .laplace, .studentT,
        .logisticMixture,
    ])
    func wholeModelWithVariances(likelihood: Likelihood) throws {
        var configuration = ModelConfiguration(
            imageShape: ImageShape(height: 3, width: 4, channels: 2), encoderFilters: [2],
            decoderFilters: [3], hiddenUnits: 4, latentSize: 2)
        configuration.likelihood = likelihood
        // Scales of components below ⅕ make third derivatives ten times as large as others are.
        try expectSlopes(
            ReferenceModel(configuration), pixels: 24, klWeight: 1,
            limit: likelihood == .logisticMixture ? 1e-6 : 1e-7)
    }

    @Test(arguments: [1.0, 0, 0.25, 4])
    func wholeModel(klWeight: Double) throws {
        // 5×4 halves to 3×2 and 2×1: padding on both sides, and levels that do not halve evenly.
        let model = try ReferenceModel(
            ModelConfiguration(
                imageShape: ImageShape(height: 5, width: 4, channels: 2), encoderFilters: [2, 3],
                decoderFilters: [3, 2], hiddenUnits: 4, latentSize: 2))
        try expectSlopes(model, pixels: 40, klWeight: klWeight)
    }

    /// Each with images and dimensions on both sides of the threshold: the test would pass by a slope of 0 otherwise.
    @Test(arguments: [DivergencePenalty.freeBits(0.3), .capacity(1.6)])
    func wholeModelWithPenalty(penalty: DivergencePenalty) throws {
        let model = try ReferenceModel(
            .fullyConnected(
                imageShape: ImageShape(height: 3, width: 4), hiddenUnits: [4], hiddenActivation: .tanh,
                latentSize: 2))
        try expectSlopes(model, pixels: 12, klWeight: 2, penalty: penalty)
    }

    /// Every parameter's gradient, for three images, against the slope of the loss.
    private func expectSlopes(
        _ model: ReferenceModel, pixels: Int, klWeight: Double, penalty: DivergencePenalty = .divergence,
        limit: Double = 1e-7
    ) throws {
        var random = SplitMix(state: 11)
        let images = random.values(3 * pixels).doubles.map { ($0 + 1) / 2 }
        let noise = random.values(6).doubles.map { 2 * $0 }
        var parameters = model.parameterCounts.map { random.values($0).doubles }
        let pass = model.run(
            images, noise: noise, parameters: parameters, klWeight: klWeight, penalty: penalty)
        switch penalty {
        case .divergence: break
        case .freeBits(let least):
            #expect(pass.penalty != pass.klDivergence && pass.klDivergence.contains { $0 > least })
        case .capacity(let target):
            #expect(
                pass.klDivergence.contains { $0 > target } && pass.klDivergence.contains { $0 < target },
                "\(pass.klDivergence)")
        }
        #expect(pass.gradients.map(\.count) == model.parameterCounts)
        for index in parameters.indices {
            let kept = parameters[index]
            let error = slopeError(kept, pass.gradients[index]) {
                parameters[index] = $0
                return model.run(
                    images, noise: noise, parameters: parameters, klWeight: klWeight, penalty: penalty,
                    backward: false
                ).loss
            }
            parameters[index] = kept
            // Third derivatives of this loss reach some hundreds: h²/6 · 10³ = 2e-8.
            #expect(error < limit, "parameter tensor \(index)")
            #expect(pass.gradients[index].contains { $0 != 0 })
        }
    }

    /// The largest difference between `gradient` and the slopes of `function`, relative to the largest of 1
    /// and the gradient's elements.
    private func slopeError(
        _ values: [Double], _ gradient: [Double], _ function: ([Double]) -> Double
    ) -> Double {
        guard gradient.count == values.count else { return .infinity }
        let step = 1e-5
        var (worst, moved) = (0.0, values)
        for index in values.indices {
            moved[index] = values[index] + step
            let above = function(moved)
            moved[index] = values[index] - step
            let slope = (above - function(moved)) / (2 * step)
            moved[index] = values[index]
            worst = max(worst, slope.isFinite ? abs(slope - gradient[index]) : .infinity)
        }
        return worst / gradient.reduce(1) { max($0, abs($1)) }
    }

    private func product(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
