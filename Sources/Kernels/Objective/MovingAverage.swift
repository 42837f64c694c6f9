/// The exponential moving average of parameters over the steps of a training.
///
/// a ← a + (1 − d)(w − a) after each step, with d = min(decay, (1 + t)/(10 + t)) at step t from 1: in the beginning the average forgets fast,
/// and so the random weights of the start have no part in it later, as the zeros of Adam's means have none by its correction.
///
/// Source: Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992; the exponential form and its beginning as in
/// TensorFlow's `ExponentialMovingAverage` with `num_updates`.
package enum MovingAverage {
    /// 1 − d at step `step`, from 1.
    package static func weight(decay: Double, step: Int) -> Float {
        Float(1 - min(decay, Double(1 + step) / Double(10 + step)))
    }

    /// a ← a + weight · (w − a).
    package static func update(_ average: FloatRegion, toward parameters: FloatRegion, weight: Float) {
        precondition(average.count == parameters.count, "\(average.count) averages")
        for index in 0..<average.count {
            average.base[index] += weight * (parameters.base[index] - average.base[index])
        }
    }
}
