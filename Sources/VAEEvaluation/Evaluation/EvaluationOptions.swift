import VAE
import VAECore

extension Evaluation {
    /// The settings of an evaluation; none of them is chosen by the results.
    public struct Options: Sendable, Hashable {
        /// Names all random numbers.
        public var seed: UInt64
        /// Draws of z for each image in the objective.
        public var draws: Int
        /// K: draws of z for each image to estimate its likelihood from, 1 or more; nil to integrate over z where it has three dimensions at most, and for
        /// ``usualSamples`` elsewhere.
        public var samples: Int?
        /// K where nothing is said and z has too many dimensions to integrate over.
        public static let usualSamples = 100
        /// The number of test images that take part in the likelihood, the first ones, or where they
        /// are sorted by class ones spread over all; nil for as many as
        /// fit into about a minute on two cores, at least 100.
        public var likelihoodImages: Int?
        /// Makes all images black and white before anything is measured.
        public var binarization: Binarization?

        /// The settings of an evaluation; ``validate()`` checks them.
        public init(
            seed: UInt64 = 0, draws: Int = 1, samples: Int? = nil, likelihoodImages: Int? = nil,
            binarization: Binarization? = nil
        ) {
            self.seed = seed
            self.draws = draws
            self.samples = samples
            self.likelihoodImages = likelihoodImages
            self.binarization = binarization
        }

        /// - Throws: `invalidArgument` naming the field, its range and its value.
        public func validate() throws(VAEError) {
            let numbers = [
                ("draws", draws, 1...1000), ("samples", samples ?? 1, 1...1_000_000),
                ("images", likelihoodImages ?? 1, 1...Int(Int32.max)),
            ]
            for (name, value, range) in numbers { try VAEError.require(name, value, in: range) }
        }
    }

    /// A part of the work, for whoever shows progress.
    public enum Stage: String, Sendable, Codable, CaseIterable {
        /// The loss and its parts.
        case objective = "loss"
        /// Integrating over latents, or drawing and weighing them, which takes longest.
        case likelihood = "likelihood"
        /// Mutual information and the gap to the prior.
        case aggregate = "aggregate posterior"
        /// Neighbours, discriminant, silhouette and mixture of the latent means.
        case separation = "clusters"
        /// Principal components and the pixelwise mean.
        case baselines = "baselines"
        /// Draws from the prior beside test images.
        case frechet = "Fréchet distance"
    }

    /// Operations that a likelihood may take where nobody says of how many images it is to be.
    static let mostOperations = 2e13

    /// The number of images that an importance-weighted likelihood of `samples` draws can have for about `operations` floating-point
    /// operations: the sizes alone decide, so that the same command does the same on every machine. At least 100.
    ///
    /// 2·10¹³ operations are some 45 seconds on two cores.
    static func images(
        within model: ModelConfiguration, samples: Int, operations: Double = mostOperations
    ) throws(VAEError) -> Int {
        let topology = try Topology(model)
        let decoder = Double(topology.forwardFlop(topology.decoder))
        // What is not a product costs something, too: some 100 operations a pixel.
        let draw = decoder + 100 * Double(model.imageShape.count)
        return max(100, Int(min(operations / draw / Double(samples), 1e9)))
    }
}
