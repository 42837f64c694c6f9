/// Steps of training on direct loops: Adam for the network's parameters, and the likelihood's own step for its own.
package struct ReferenceOptimizer<T: ReferenceScalar & Sendable>: Sendable {
    private let model: ReferenceModel
    private let learningRate: T
    private let epsilon: T
    private let weightDecay: T
    private let clipNorm: T?
    private var firstMoments: [[T]]
    private var secondMoments: [[T]]
    package private(set) var stepsTaken = 0

    package init(
        _ model: ReferenceModel, learningRate: T = 1e-3, epsilon: T = 1e-7, weightDecay: T = 0,
        clipNorm: T? = nil
    ) {
        self.model = model
        self.learningRate = learningRate
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.clipNorm = clipNorm
        firstMoments = model.parameterCounts.map { [T](repeating: 0, count: $0) }
        secondMoments = firstMoments
    }

    /// One step, with the gradient of the batch's mean loss.
    /// - Parameters:
    ///   - parameters: in the order and sizes of the model's `parameterCounts`, as are the gradients
    package mutating func step(_ parameters: inout [[T]], gradients: [[T]]) {
        stepsTaken += 1
        let entries = model.topology.plan.layout.entries
        let own = model.topology.likelihoodParameters
        let factor = clipNorm.map { self.factor(limit: $0, gradients) } ?? 1
        let first = entries.firstIndex { own.overlaps($0.range) } ?? entries.count
        parameters[first...] =
            model.topology.referenceLikelihood.referenceSteps(
                Array(parameters[first...]), gradients: Array(gradients[first...]),
                size: model.topology.plan.values[model.topology.images].count, step: stepsTaken)[...]
        let codes = model.topology.plan.nodes[model.topology.latent].entries
        if model.topology.quantisation != nil {
            stepCodebook(&parameters, gradients: gradients, codes.lowerBound)
        }
        for index in parameters.indices.prefix(first)
        where model.topology.quantisation == nil || !codes.contains(index) {
            // Of kernels alone: biases and scales begin as zeros and ones.
            if case .glorotUniform = entries[index].start {
                for place in parameters[index].indices {
                    parameters[index][place] *= 1 - learningRate * weightDecay
                }
            }
            Reference.adam(
                &parameters[index], gradient: gradients[index].map { factor * $0 },
                firstMoment: &firstMoments[index],
                secondMoment: &secondMoments[index], step: stepsTaken, learningRate: learningRate,
                beta1: 0.9, beta2: 0.999, epsilon: epsilon)
        }
    }

    /// The running means of the codebook; its restarts are the trainer's.
    private mutating func stepCodebook(_ parameters: inout [[T]], gradients: [[T]], _ first: Int) {
        guard let codes = model.topology.runningCodes else { return }
        var (table, counts) = (parameters[first], parameters[first + 1])
        if stepsTaken == 1 {
            for index in table.indices {
                firstMoments[first][index] = counts[index / codes.dimension] * table[index]
            }
        }
        codes.referenceStep(
            codes: &table, counts: &counts, sums: &firstMoments[first], batchSums: gradients[first],
            batchCounts: gradients[first + 1])
        (parameters[first], parameters[first + 1]) = (table, counts)
    }

    /// min(1, limit / (norm + 10⁻⁶)), with the norm over all but the likelihood's own parameters.
    private func factor(limit: T, _ gradients: [[T]]) -> T {
        var squares = T(0)
        for (entry, gradient) in zip(model.topology.plan.layout.entries, gradients)
        where !model.topology.likelihoodParameters.overlaps(entry.range)
            && model.topology.codebookParameters?.overlaps(entry.range) != true
        {
            squares += gradient.reduce(0) { $0 + $1 * $1 }
        }
        return min(1, limit / (squares.squareRoot() + T(1e-6)))
    }
}
