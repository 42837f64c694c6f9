import Kernels
import VAECore

/// The draws of z for a set of images, cut into blocks that can be weighed one by one, on any worker.
struct ImportanceDraws {
    let images: ImageSet
    let posterior: Encoding
    /// K: draws for each image.
    let samples: Int
    let seed: UInt64

    /// Draws of a block. Fixed, so that sums have one order; few enough that many workers can share the draws of one image.
    static let blockSize = 256

    var blocksPerImage: Int { (samples + Self.blockSize - 1) / Self.blockSize }
    var blocks: Int { images.count * blocksPerImage }

    /// The weights of the first half of an image's draws, and of the rest.
    struct Sums {
        var first = WeightSum()
        var rest = WeightSum()

        mutating func merge(_ other: Sums) {
            first.merge(other.first)
            rest.merge(other.rest)
        }

        var all: WeightSum {
            var sum = first
            sum.merge(rest)
            return sum
        }
    }
}

extension Engine {
    /// The weights p(x, z) / q(z|x) of one block's draws.
    func weigh(
        block: Int, of draws: ImportanceDraws, _ weights: Weights, _ workspace: Workspace
    ) -> ImportanceDraws.Sums {
        let (size, latent) = (draws.images.shape.count, draws.posterior.latentSize)
        let (image, part) = block.quotientAndRemainder(dividingBy: draws.blocksPerImage)
        let start = part * ImportanceDraws.blockSize
        let end = min(start + ImportanceDraws.blockSize, draws.samples)
        for copy in 0..<min(network.microBatch, end - start) {
            Pixels.scale(
                draws.images.pixels.span, range: image * size..<(image + 1) * size,
                into: workspace.images[copy * size..<(copy + 1) * size])
        }
        // Mean and log-variance once for each draw of a micro-batch, as the kernels want them.
        for index in 0..<min(network.microBatch, end - start) * latent {
            workspace.mean[index] = draws.posterior.mean[image * latent + index % latent]
            workspace.logVariance[index] = draws.posterior.logVariance[image * latent + index % latent]
        }
        var sums = ImportanceDraws.Sums()
        for first in stride(from: start, to: end, by: network.microBatch) {
            let count = min(network.microBatch, end - first)
            for position in 0..<count {
                var stream = RandomStream(
                    seed: draws.seed, purpose: .importanceNoise, epoch: first + position, item: image)
                stream.fillNormal(workspace.noise[position * latent..<(position + 1) * latent])
            }
            network.sampleLatents(workspace, count: count)
            network.decode(weights, workspace, count: count)
            network.measureReconstruction(weights, workspace, count: count)
            for position in 0..<count {
                let weight =
                    workspace.logPriorOverPosterior(position, latent)
                    - Double(workspace.reconstruction[position])
                if first + position < (draws.samples + 1) / 2 {
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
}
