import Kernels
import VAECore

extension Engine {
    /// The weights p(x, z) / q(z) of one block's draws.
    func importanceWeights(
        block: Int, of draws: ImportanceDraws, _ weights: Weights, _ workspace: Workspace
    ) -> ImportanceDraws.Sums {
        let (size, latent) = (draws.images.shape.count, draws.posterior.latentSize)
        let (image, part) = block.quotientAndRemainder(dividingBy: draws.blocksPerImage)
        let start = part * ImportanceDraws.blockSize
        let end = min(start + ImportanceDraws.blockSize, draws.samples)
        for copy in 0..<min(network.microBatch, end - start) {
            failure.catching { () throws(VAEError) in
                try draws.images.load(
                    image..<image + 1, into: workspace.images[copy * size..<(copy + 1) * size])
            }
        }
        if let labels = draws.images.labels, network.configuration.isConditional {
            let classes = network.configuration.classes.count
            for copy in 0..<min(network.microBatch, end - start) {
                workspace.setClass(
                    network.configuration.classIndex(labels[image]) ?? 0, of: classes, at: copy)
            }
        }
        // Mean and log-variance once for each draw of a micro-batch, as the kernels want them.
        for index in 0..<min(network.microBatch, end - start) * latent {
            workspace.mean[index] = draws.posterior.mean[image * latent + index % latent]
            workspace.logVariance[index] = draws.posterior.logVariance[image * latent + index % latent]
        }
        var sums = ImportanceDraws.Sums()
        let mixture = draws.prior.map { (MixtureProposal(latentSize: latent), $0) }
        for batch in MicroBatches(start..<end, size: network.microBatch) {
            for (position, draw) in batch.enumerated() {
                workspace.drawNoise(
                    at: position, of: batch.count,
                    from: RandomStream(seed: draws.seed, purpose: .importanceNoise, epoch: draw, item: image))
                guard let (mixture, prior) = mixture else { continue }
                var stream = RandomStream(
                    seed: draws.seed, purpose: .importanceProposal, epoch: draw, item: image)
                workspace.propose(
                    at: position, latent, mixture, prior, share: Double(stream.uniform()),
                    component: Double(stream.uniform()))
            }
            network.sampleLatents(weights, workspace, count: batch.count)
            network.decode(weights, workspace, count: batch.count)
            network.measureReconstruction(weights, workspace, count: batch.count)
            let isStandard = network.configuration.prior.isStandard
            if !isStandard { network.measurePrior(weights, workspace, count: batch.count) }
            for (position, draw) in batch.enumerated() {
                let logRatio =
                    if let (mixture, _) = mixture {
                        workspace.logPriorLessMixture(position, latent, mixture, isStandard: isStandard)
                    } else if isStandard {
                        workspace.logPriorOverPosterior(position, latent)
                    } else {
                        workspace.logPriorLessPosterior(position, latent)
                    }
                let weight = logRatio - Double(workspace.reconstruction[position])
                if draw < (draws.samples + 1) / 2 {
                    sums.first.add(weight)
                } else {
                    sums.rest.add(weight)
                }
            }
        }
        return sums
    }
}

extension Workspace {
    /// ln p(z) − ln q(z|x) of a draw: the normalisations of the two Gaussians cancel but for σ.
    fileprivate func logPriorOverPosterior(_ position: Int, _ latent: Int) -> Double {
        var ratio = 0.0
        for index in position * latent..<(position + 1) * latent {
            let (z, epsilon) = (Double(z[index]), Double(noise[index]))
            ratio += 0.5 * (epsilon * epsilon + Double(logVariance[index]) - z * z)
        }
        return ratio
    }

    /// The same where ln p(z) was measured.
    fileprivate func logPriorLessPosterior(_ position: Int, _ latent: Int) -> Double {
        Double(logPrior[position]) - logPosterior(position, latent)
    }

    /// ln q(z|x) of a draw, or ln of the density of a Gaussian that is wider by a factor.
    private func logPosterior(_ position: Int, _ latent: Int, widening: Double = 1) -> Double {
        var density = -0.5 * Double(latent) * GaussianLatent.logTwoPi
        if widening != 1 { density -= Double(latent) * Elementary.log(widening) }
        for index in position * latent..<(position + 1) * latent {
            let epsilon = Double(noise[index]) / widening
            density -= 0.5 * (epsilon * epsilon + Double(logVariance[index]))
        }
        return density
    }

    /// ln p(z) less ln of the mixture's density.
    fileprivate func logPriorLessMixture(
        _ position: Int, _ latent: Int, _ mixture: MixtureProposal, isStandard: Bool
    ) -> Double {
        var prior = isStandard ? 0 : Double(logPrior[position])
        if isStandard {
            for index in position * latent..<(position + 1) * latent {
                prior -= 0.5 * (Double(z[index]) * Double(z[index]) + GaussianLatent.logTwoPi)
            }
        }
        return prior
            - MixtureProposal.logDensity(
                logPosterior(position, latent),
                logPosterior(position, latent, widening: mixture.widening), prior)
    }

    /// Turns the noise of a draw, of N(0, I), into such that z = μ + σ·ε is a draw of the mixture.
    /// - Parameters:
    ///   - share: uniform on [0, 1): which part
    ///   - component: uniform on [0, 1): which of the prior's
    fileprivate func propose(
        at position: Int, _ latent: Int, _ mixture: MixtureProposal, _ prior: PriorComponents, share: Double,
        component: Double
    ) {
        guard share >= MixtureProposal.narrow else { return }
        let isWide = share < MixtureProposal.narrow + MixtureProposal.wide
        let first = isWide ? 0 : prior.component(at: component) * latent
        for axis in 0..<latent {
            let index = position * latent + axis
            guard !isWide else {
                noise[index] *= Float(mixture.widening)
                continue
            }
            let deviation = prior.variances[first + axis].squareRoot()
            let point = prior.means[first + axis] + deviation * Double(noise[index])
            let scale = Elementary.exp(-0.5 * Double(logVariance[index]))
            noise[index] = Float((point - Double(mean[index])) * scale)
        }
    }
}
