import Kernels
import VAE

extension ReferenceModel {
    /// - Parameters:
    ///   - images: (count, height, width, channels), values in [0, 1]
    ///   - noise: (count, latent)
    ///   - labels: (count, classes), of a conditional model
    ///   - parameters: the tensors in the order of `parameterCounts`
    // Callers in other modules would otherwise run unspecialised code, some fifteen times slower.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package func run<T: ReferenceScalar>(
        _ images: [T], noise: [T], labels: [T] = [], parameters: [[T]], klWeight: T = 1,
        penalty: DivergencePenalty = .divergence, backward: Bool = true
    ) -> Pass<T> {
        let plan = topology.plan
        let count = images.count / plan.values[topology.images].count
        let own = Array(parameters.suffix(topology.likelihood.parameters.count))
        var pass = Pass<T>()
        pass.klWeight = klWeight
        pass.values = [[T]](repeating: [], count: plan.values.count)
        pass.values[topology.images] = images
        pass.values[topology.noise] = noise
        if let value = topology.labels { pass.values[value] = labels }
        for node in plan.nodes {
            pass.values[node.output] = node.reference.referenceForward(
                node.inputs.map { pass.values[$0] }, parameters: Array(parameters[node.entries]), count: count
            )
        }
        pass.mean = pass.values[topology.mean]
        pass.logVariance = pass.values[topology.logVariance]
        pass.output = pass.values[topology.output]
        if let codes = topology.quantisation {
            pass.klDivergence = [T](
                repeating: T(codes.positions) * T.log(T(codes.size)), count: count)
            pass.penalty =
                codes.referenceCommitment(pass.mean, pass.values[topology.z], count: count).losses
        } else {
            pass.klDivergence = Reference.klDivergence(
                mean: pass.mean, logVariance: pass.logVariance, count: count)
            pass.penalty = Reference.penalty(
                penalty, mean: pass.mean, logVariance: pass.logVariance, count: count)
        }
        pass.reconstruction = topology.referenceLikelihood.referenceLoss(
            pass.output, targets: images, parameters: own, count: count)
        if backward { pass.gradients = gradients(pass, penalty, images, parameters, own, count: count) }
        return pass
    }

    /// The gradient of the mean loss, by each tensor.
    private func gradients<T: ReferenceScalar>(
        _ pass: Pass<T>, _ penalty: DivergencePenalty, _ images: [T], _ parameters: [[T]], _ own: [[T]],
        count: Int
    ) -> [[T]] {
        let scale = 1 / T(count)
        func scaled(_ values: [T], _ factor: T) -> [T] { values.map { $0 * factor } }
        let likelihood = topology.referenceLikelihood.referenceGradient(
            pass.output, targets: images, parameters: own, count: count)
        var seeds = [topology.output: scaled(likelihood.output, scale)]
        if let codes = topology.quantisation {
            seeds[topology.mean] = scaled(
                codes.referenceCommitment(pass.mean, pass.values[topology.z], count: count).gradient,
                scale * pass.klWeight)
        } else {
            let klDivergence = Reference.penaltyGradient(
                penalty, mean: pass.mean, logVariance: pass.logVariance, count: count)
            seeds[topology.mean] = scaled(klDivergence.mean, scale * pass.klWeight)
            seeds[topology.logVariance] = scaled(klDivergence.logVariance, scale * pass.klWeight)
        }
        var result = gradients(seeds, pass, parameters, count: count)
        for (index, gradient) in likelihood.parameters.enumerated() {
            result[parameters.count - own.count + index] = scaled(gradient, scale)
        }
        return result
    }

    /// The way back of a pass from the gradients of some of its values, to those of the network's tensors.
    func gradients<T: ReferenceScalar>(
        _ seeds: [Int: [T]], _ pass: Pass<T>, _ parameters: [[T]], count: Int
    ) -> [[T]] {
        let plan = topology.plan
        var gradients = plan.values.indices.map { seeds[$0] ?? [] }
        var result = parameters.map { [T](repeating: 0, count: $0.count) }
        for node in plan.nodes.reversed() where plan.values[node.output].wantsGradient {
            let below = node.reference.referenceBackward(
                gradients[node.output], inputs: node.inputs.map { pass.values[$0] },
                output: pass.values[node.output], parameters: Array(parameters[node.entries]), count: count,
                wanted: node.inputs.map { plan.values[$0].wantsGradient })
            result.replaceSubrange(node.entries, with: below.parameters)
            for (input, gradient) in zip(node.inputs, below.inputs) where plan.values[input].wantsGradient {
                gradients[input] =
                    gradients[input].isEmpty
                    ? gradient : gradient.indices.map { gradients[input][$0] + gradient[$0] }
            }
        }
        return result
    }
}
