import Kernels

/// A part of the gradient of the parameters that one thread sums while others sum the rest.
struct GradientTask: Sendable, Equatable {
    enum Sum: Sendable, Equatable {
        case node(Int, part: Int)
        /// Of the likelihood's own parameters.
        case likelihood
        /// Of the numbers that a trained prior is made of.
        case prior(part: Int)
    }

    let sum: Sum
    /// About its operations for an image, to deal out the longest first.
    let weight: Int
}

/// The way back in two steps, by which threads share the images of a gradient: `propagate` with some of the images each, and when all of them are
/// done the gradient's tasks, each with all images. The bits are those of `backward`.
extension Network {
    /// Whether the way back comes apart: where no row of a product knows of the others.
    var isSeparable: Bool {
        plan.nodes.allSatisfy { node in
            node.parameters.isEmpty || (node.separableLayer?.gradientParts ?? 0) > 0
        }
    }

    /// All of a gradient, the longest first.
    var gradientTasks: [GradientTask] {
        var tasks = plan.nodes.enumerated().flatMap { index, node in
            let parts = node.separableLayer?.gradientParts ?? 0
            return (0..<parts).map {
                GradientTask(
                    sum: .node(index, part: $0), weight: (node.layer.product?.flop ?? 0) / max(1, parts))
            }
        }
        if !topology.likelihoodParameters.isEmpty {
            tasks.append(GradientTask(sum: .likelihood, weight: topology.likelihoodParameters.count))
        }
        let prior = topology.prior.kernel
        tasks += (0..<prior.gradientParts).map {
            // A component's exponential is most of it.
            GradientTask(
                sum: .prior(part: $0), weight: draws * 8 * prior.componentCount / prior.gradientParts)
        }
        return tasks.sorted { $0.weight > $1.weight }
    }

    /// `backward` without the gradient of the parameters.
    func propagate(_ weights: Weights, _ workspace: Workspace, _ pass: BackwardPass) {
        forEachNodeBack(workspace, pass) { index, workspace, pass in
            if index == topology.latent, isSampled {
                workspace.forEachBlock { addPriorGradient(weights, $0, pass, to: .draws) }
            }
            propagate(index, weights, workspace, pass)
        }
    }

    /// The same of a node.
    func propagate(_ index: Int, _ weights: Weights, _ workspace: Workspace, _ pass: BackwardPass) {
        let node = workspace.nodes[index]
        if let layer = node.separable {
            layer.propagate(workspace.binding(of: index), weights, pass)
        } else {
            node.layer.backward(workspace.binding(of: index), weights, pass)
        }
    }

    /// A task of the gradient, of images that have all been propagated.
    /// - Parameters:
    ///   - workspace: of the images
    ///   - own: of the thread at work, for its scratch
    func sum(
        _ task: GradientTask, _ weights: Weights, _ workspace: Workspace, own: Workspace, _ pass: BackwardPass
    ) {
        switch task.sum {
        case .node(let index, let part):
            let start = own.times == nil ? 0 : StepTimes.now
            let node = workspace.nodes[index]
            var pass = pass
            if index > topology.latent { pass.count *= workspace.draws }
            node.separable?.sumGradient(part, node.binding, weights, pass, scratch: own.scratch)
            own.times?.add(backward: index, since: start)
        case .likelihood:
            sumLikelihoodGradient(workspace, pass)
        case .prior(let part):
            addPriorGradient(weights, workspace, pass, to: .components(part: part))
        }
    }
}

extension Plan.Node {
    /// The layer, where it has parameters and its way back can come apart.
    var separableLayer: (any SeparableLayer)? { parameters.isEmpty ? nil : layer as? any SeparableLayer }
}
