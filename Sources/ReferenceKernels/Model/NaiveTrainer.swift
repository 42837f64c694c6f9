/// Training on direct loops in single precision, one thread: what the engine's speed is measured against.
///
/// Direct loops, but compiled as well as the compiler can: in every build optimised, and made for `Float`. A naive
/// implementation that is slow for another reason proves nothing.
package struct NaiveTrainer: Sendable {
    package let model: ReferenceModel
    /// Kernel, bias, kernel, bias, … in the order of the model.
    package private(set) var parameters: [[Float]]
    private var optimizer: ReferenceOptimizer<Float>

    /// - Parameter parameters: what to start from, in the order and sizes of `model.parameterCounts`
    package init(_ model: ReferenceModel, parameters: [[Float]]) {
        precondition(parameters.map(\.count) == model.parameterCounts, "parameters of another model")
        self.model = model
        self.parameters = parameters
        optimizer = ReferenceOptimizer(model)
    }

    /// One step on one batch, with the constants that the engine has by default.
    /// - Parameters:
    ///   - images: (count, height, width, channels), values in [0, 1]
    ///   - noise: (count, latent)
    /// - Returns: the mean loss of the batch before the step, in nats
    package mutating func step(_ images: [Float], noise: [Float]) -> Float {
        let pass: ReferenceModel.Pass<Float> = model.run(images, noise: noise, parameters: parameters)
        optimizer.step(&parameters, gradients: pass.gradients)
        return pass.loss
    }
}
