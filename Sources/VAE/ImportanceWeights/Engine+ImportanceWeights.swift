import Kernels
import VAECore

extension Engine {
    /// The weights p(x, z) / q(z|x) of one block's draws.
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
        for batch in MicroBatches(start..<end, size: network.microBatch) {
            for (position, draw) in batch.enumerated() {
                workspace.drawNoise(
                    at: position, of: batch.count,
                    from: RandomStream(seed: draws.seed, purpose: .importanceNoise, epoch: draw, item: image))
            }
            network.sampleLatents(weights, workspace, count: batch.count)
            network.decode(weights, workspace, count: batch.count)
            network.measureReconstruction(weights, workspace, count: batch.count)
            let isStandard = network.configuration.prior.isStandard
            if !isStandard { network.measurePrior(weights, workspace, count: batch.count) }
            for (position, draw) in batch.enumerated() {
                let weight =
                    (isStandard
                        ? workspace.logPriorOverPosterior(position, latent)
                        : workspace.logPriorLessPosterior(position, latent))
                    - Double(workspace.reconstruction[position])
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
        var logPosterior = -0.5 * Double(latent) * GaussianLatent.logTwoPi
        for index in position * latent..<(position + 1) * latent {
            let epsilon = Double(noise[index])
            logPosterior -= 0.5 * (epsilon * epsilon + Double(logVariance[index]))
        }
        return Double(logPrior[position]) - logPosterior
    }
}
