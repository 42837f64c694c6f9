import Foundation
import Kernels
import VAE
import VAECore

/// The information in z about which image it came from, and the KL divergence of all z together from the prior.
///
/// With q(z) = (1/N) Σₙ q(z|xₙ), the aggregate posterior of N images, the mean KL divergence of the loss is
/// I(n; z) + KL(q(z) ‖ p(z)): mutual information between image and latent, which the decoder lives on, and a gap, because of which
/// samples of the prior look unlike reconstructions.
///
/// Source: Hoffman and Johnson, "ELBO surgery: yet another way to carve up the variational evidence lower bound", 2016,
/// equation 5.
public struct AggregatePosterior: Sendable, Equatable, Codable {
    /// N: images in the mixture.
    public let images: Int
    /// Draws of z for each image.
    public let draws: Int
    /// I(n; z) in nats: the mean of ln q(z|xₙ) − ln q(z) over draws of z from q(z|xₙ), with q(z) computed from all N posteriors.
    public let mutualInformation: Estimate
    /// KL(q(z) ‖ p(z)) in nats: the mean divergence, which is exact, less the mutual information. Noise may bring it a little below 0.
    public let gap: Estimate
    /// ln N: mutual information can't be more, however much z says about x. Near it the estimate says how many images there are, and
    /// of images in general only that it is at least this.
    public let limit: Double

    /// Whether the estimate is so near its limit that more images would raise it.
    public var isSaturated: Bool { Self.isSaturated(mutualInformation, limit: limit) }

    /// Within half a nat, a typical z is explained by fewer than two of the N posteriors.
    static func isSaturated(_ mutualInformation: Estimate, limit: Double) -> Bool {
        mutualInformation.mean > limit - 0.5
    }

    /// The most images that take part: the work grows with their square.
    package static let mostImages = 10_000

    /// Estimates both from the posteriors of the first images of `encoding`, 10,000 at most.
    ///
    /// The standard errors are those of the mean over images, as if the mixture were known.
    ///
    /// - Parameters:
    ///   - encoding: the posteriors, an image each
    ///   - prior: of the model; nil for N(0, I)
    ///   - draws: of z for each image, 1 or more; they are named by seed, image and number
    ///   - seed: names the draws of z
    ///   - threads: workers; the bits of the result do not depend on it
    ///   - onProgress: called with the number of images that are done, now and then, on the calling thread; what it throws ends the work
    /// - Complexity: draws · N² · latentSize
    /// - Throws: `invalidArgument` when there are no images or draws; `invalidData` when a posterior is not finite; `unavailable`
    ///   when there is not memory enough.
    public init(
        of encoding: Encoding, prior: PriorComponents? = nil, draws: Int = 1, seed: UInt64 = 0,
        threads: Int = Machine.physicalCores,
        onProgress: (_ images: Int) throws -> Void = { _ in }
    ) throws {
        let count = min(encoding.count, Self.mostImages)
        guard count > 0, draws > 0, threads > 0 else {
            throw VAEError(
                .invalidArgument, "aggregate posterior", "has nothing to be estimated from",
                expected: "images, draws and threads", found: "\(count), \(draws) and \(threads)")
        }
        let latent = encoding.latentSize
        let means = Array(encoding.mean[..<(count * latent)])
        let logVariances = Array(encoding.logVariance[..<(count * latent)])
        guard zip(means, logVariances).allSatisfy({ $0.isFinite && $1.isFinite }) else {
            throw VAEError(
                .invalidData, "encoding", "has means or variances that are not finite numbers",
                advice:
                    "Its weights are too large for single precision, or it diverged in training: see its losses with vae info."
            )
        }
        let posteriors = Posteriors(
            latentSize: latent, means: means, logVariances: logVariances, draws: draws, seed: seed)
        let values = try posteriors.information(count, threads: threads, onProgress)
        let learned = prior.flatMap { $0.isStandard ? nil : $0 }
        self.images = count
        self.draws = draws
        limit = log(Double(count))
        mutualInformation = Estimate(of: values)
        gap = Estimate(
            of: (0..<count).map { image in
                (learned.map { posteriors.divergence(image, from: $0) } ?? posteriors.klDivergence(image))
                    - values[image]
            })
    }
}

/// The posteriors that take part, and their draws.
private struct Posteriors {
    let latentSize: Int
    let means: [Float]
    let logVariances: [Float]
    let draws: Int
    let seed: UInt64

    /// The mean of ln q(z|xₙ) − ln q(z) over the draws of each image.
    func information(
        _ count: Int, threads: Int, _ onProgress: (_ images: Int) throws -> Void
    ) throws -> [Double] {
        let density: AggregateDensity
        let scratch: FloatStorage
        let workers = min(threads, max(1, Machine.processors), count)
        let pool = WorkerPool(threads: workers, try Seating.here(workers: workers))
        let room: Int
        do throws(OutOfMemory) {
            density = try AggregateDensity(
                mean: means.span, logVariance: logVariances.span, latentSize: latentSize)
            // A point, its noise, and the exponents, each on cache lines of its own.
            room = (density.scratchCount + 2 * latentSize + 31) & ~15
            scratch = try FloatStorage(count: pool.count * room)
        } catch {
            throw VAEError(
                .unavailable, "memory", "could not be had", expected: "\(error.bytes >> 20) MiB more",
                advice: "Evaluate fewer images.")
        }
        var values = [Double](repeating: 0, count: count)
        var rounds = PacedRounds(workers: pool.count)
        var start = 0
        while start < count {
            try Task.checkCancellation()
            let size = min(rounds.size, count - start)
            rounds.time {
                values.withUnsafeMutableBufferPointer { values in
                    pool.run(parts: size) { worker, part in
                        values[start + part] = information(
                            of: start + part, density, scratch.region[worker * room..<(worker + 1) * room])
                    }
                }
            }
            start += size
            try onProgress(start)
        }
        withExtendedLifetime(scratch) {}
        return values
    }

    private func information(of image: Int, _ density: AggregateDensity, _ room: FloatRegion) -> Double {
        let (z, noise) = (room[0..<latentSize], room[latentSize..<2 * latentSize])
        let scratch = room[2 * latentSize..<2 * latentSize + density.scratchCount]
        var sum = 0.0
        for draw in 0..<draws {
            var stream = RandomStream(seed: seed, purpose: .aggregateNoise, epoch: draw, item: image)
            stream.fillNormal(noise)
            var height = 0.0
            for dimension in 0..<latentSize {
                let index = image * latentSize + dimension
                let (mean, logVariance) = (Double(means[index]), Double(logVariances[index]))
                let deviation = exp(0.5 * logVariance)
                z[dimension] = Float(mean + deviation * Double(noise[dimension]))
                // Of z as it is, rounded, so that both densities are of one point.
                let distance = (Double(z[dimension]) - mean) / deviation
                height -= 0.5 * (distance * distance + logVariance + log(2 * Double.pi))
            }
            sum += height - density.logDensity(z, scratch: scratch)
        }
        return sum / Double(draws)
    }

    /// KL(q(z|xₙ) ‖ p(z)) by the draws: the mean of ln q(z|xₙ) − ln p(z).
    func divergence(_ image: Int, from prior: PriorComponents) -> Double {
        var sum = 0.0
        var noise = [Float](repeating: 0, count: latentSize)
        for draw in 0..<draws {
            var stream = RandomStream(seed: seed, purpose: .aggregateNoise, epoch: draw, item: image)
            FloatRegion.withRegion(&noise) { stream.fillNormal($0) }
            var z: [Float] = []
            for dimension in 0..<latentSize {
                let index = image * latentSize + dimension
                let (mean, logVariance) = (Double(means[index]), Double(logVariances[index]))
                let epsilon = Double(noise[dimension])
                z.append(Float(mean + exp(0.5 * logVariance) * epsilon))
                sum -= 0.5 * (epsilon * epsilon + logVariance + log(2 * Double.pi))
            }
            sum -= prior.logDensity(z[...])
        }
        return sum / Double(draws)
    }

    /// KL(q(z|xₙ) ‖ N(0, I)).
    func klDivergence(_ image: Int) -> Double {
        (image * latentSize..<(image + 1) * latentSize).reduce(0) { sum, index in
            let (mean, logVariance) = (Double(means[index]), Double(logVariances[index]))
            return sum + 0.5 * (mean * mean + expm1(logVariance) - logVariance)
        }
    }
}
