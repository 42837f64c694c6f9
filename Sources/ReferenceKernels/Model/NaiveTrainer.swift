/// Training on direct loops in single precision, one thread: what the engine's speed is measured against.
///
/// Direct loops, but compiled as well as the compiler can: in every build optimised, and made for `Float`. A naive
/// implementation that is slow for another reason proves nothing.
package struct NaiveTrainer: Sendable {
    package let model: ReferenceModel
    /// Kernel, bias, kernel, bias, … in the order of the model.
    package private(set) var parameters: [[Float]]
    private var firstMoments: [[Float]]
    private var secondMoments: [[Float]]
    private var stepsTaken = 0

    /// - Parameter parameters: what to start from, in the order and sizes of `model.parameterCounts`
    package init(_ model: ReferenceModel, parameters: [[Float]]) {
        precondition(parameters.map(\.count) == model.parameterCounts, "parameters of another model")
        self.model = model
        self.parameters = parameters
        firstMoments = parameters.map { [Float](repeating: 0, count: $0.count) }
        secondMoments = firstMoments
    }

    /// One step of Adam on one batch, with the constants that the engine has by default.
    /// - Parameters:
    ///   - images: (count, height, width, channels), values in [0, 1]
    ///   - noise: (count, latent)
    /// - Returns: the mean loss of the batch before the step, in nats
    package mutating func step(_ images: [Float], noise: [Float]) -> Float {
        let pass: ReferenceModel.Pass<Float> = model.run(images, noise: noise, parameters: parameters)
        stepsTaken += 1
        for index in parameters.indices {
            Reference.adam(
                &parameters[index], gradient: pass.gradients[index], firstMoment: &firstMoments[index],
                secondMoment: &secondMoments[index], step: stepsTaken, learningRate: 1e-3, beta1: 0.9,
                beta2: 0.999, epsilon: 1e-7)
        }
        return pass.loss
    }
}
