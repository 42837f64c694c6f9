import Kernels

extension Reference {
    /// New p of σ² = floor + e^p, from the definition: (1 − a) σ² + a · mean (x − m)², with the mean squared error of the batch that the
    /// gradient by p, ½ n (1 − mean (x − m)²/σ²) · e^p/σ², tells of.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package static func runningVariance<T: ReferenceScalar>(
        _ parameters: [T], gradient: [T], values: Int, step: Int, floor: Double
    ) -> [T] {
        let weight = T(RunningVariance.weight(step: step))
        let least = T(floor > 0 ? RunningVariance.leastAboveFloor : RunningVariance.least)
        return zip(parameters, gradient).map { p, slope in
            let variance = T(floor) + T.exp(p)
            let share = T.exp(p) / variance
            let squaredError = variance * (1 - 2 * slope / (T(values) * share))
            let next = (1 - weight) * variance + weight * squaredError - T(floor)
            return T.log(max(next, least))
        }
    }
}
