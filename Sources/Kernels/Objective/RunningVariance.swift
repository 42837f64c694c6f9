/// The variances of a Gaussian likelihood as running means of the squared error, which is where their loss is least.
///
/// Of all σ² that a batch could have, its mean squared error costs it the fewest nats: ∂L/∂σ² = 0 there, in closed form. So no
/// optimiser is needed, which would move log σ² by a learning rate a step and take thousands of steps from σ² = 1 to the 0.01 of
/// a photograph, while the noise drowns the picture. Step t sets
///
///     σ² ← (1 − a) σ² + a · mean (x − m)²,    a = max(1/100, 1/(t + 1)),
///
/// a plain mean of all batches at first, in which the σ² = 1 of the beginning counts as one of them, and one over about a hundred
/// later. That one keeps values that are rarely other than usual, such as the margins of digits, from a σ² near 0 after a first
/// batch without any.
///
/// The mean squared error comes from the gradient, which shards and threads have added already in their fixed order: by log σ² it is
/// ½ n (1 − (x − m)²/σ²) for n values, on average over the batch.
///
/// The scale b of a Laplace likelihood is the mean absolute error in the same way: by ln b the gradient is n (1 − |x − m|/b).
///
/// Source: Rybkin, Daniilidis and Levine, "Simple and Effective VAE Training with Calibrated Decoders", 2021, section 4.1;
/// running means over batches are ours.
package enum RunningVariance {
    /// The least weight of a batch in the mean.
    package static let leastWeight = 0.01
    /// The least e^p: σ = 10⁻⁶, or far enough below a floor that only the floor is left, and p's gradient still tells of it.
    package static let least = 1e-12, leastAboveFloor = 1e-9
    /// The least b, as far down as the least σ.
    package static let leastScale = 1e-6

    /// The weight a of the batch of a step.
    package static func weight(step: Int) -> Double { max(leastWeight, 1 / Double(step + 1)) }

    /// New p of σ² = floor + e^p.
    ///
    /// - Parameters:
    ///   - parameters: p, of one value or a channel each
    ///   - gradient: of the batch's mean loss by each p
    ///   - values: values of an image that have each p's σ²
    ///   - step: steps of training with this one, from 1
    ///   - power: of the errors whose mean it is: 2 for σ², 1 for the scale b = e^p of absolute errors
    static func update(
        _ parameters: FloatRegion, gradient: FloatRegion, values: Int, step: Int, floor: Double,
        power exponent: Double = 2
    ) {
        precondition(
            gradient.count == parameters.count && values > 0 && step > 0, "\(values) values, step \(step)")
        let factor = weight(step: step) * exponent / Double(values)
        let least = floor > 0 ? leastAboveFloor : exponent == 1 ? leastScale : least
        for index in 0..<parameters.count {
            let p = Double(parameters[index])
            let power = Elementary.exp(p)
            // e^p/σ²: by how much p moves log σ², and so a factor of the gradient by p.
            let share = power / (floor + power)
            let change = 1 - factor * Double(gradient[index]) / (share * share)
            let next = power * change
            // What is no number stays none, for the training to end with.
            parameters[index] = Float(
                next.isFinite ? Elementary.log(max(next, least)) : .nan)
        }
    }
}
