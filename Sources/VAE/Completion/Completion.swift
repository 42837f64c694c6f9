import VAECore

/// Draws of what an image has where it was not seen: of p(x_missing|x_seen).
public struct Completion: Sendable, Equatable {
    /// Dimensions of z.
    public let latentSize: Int
    /// (count, latentSize): draws of p(z|x_seen).
    public let latents: [Float]
    /// (count, height, width, channels): the image with the missing values filled in from each draw. Values that were seen are as given.
    public let images: [Float]
    /// (height, width, channels): the image with the missing values at their mean E[x_missing|x_seen], which all proposals have a part in.
    public let mean: [Float]
    /// The standard deviation of each missing value under p(x_missing|x_seen) that comes of z alone, without the noise of p(x|z); 0 where seen.
    public let deviation: [Float]
    /// ln p(x_seen), in nats: the logarithm of the mean weight.
    public let logLikelihood: Double
    /// The effective number of proposals, (Σ w)² / Σ w², 1 to `proposals` (Kong 1992). Where it is not well above the number of draws,
    /// draws repeat each other and are not to be relied on.
    public let effectiveCount: Double
    /// Draws of the proposal that were weighed in the end.
    public let proposals: Int

    /// Draws.
    public var count: Int { latents.count / latentSize }
}

/// The settings of a completion.
public struct CompletionOptions: Sendable, Hashable {
    /// Draws to be returned, 1 or more.
    public var count: Int
    /// Draws of z that are weighed, 16 or more; twice as many besides, to find where to draw.
    public var proposals: Int
    /// Chains that look for the modes of p(z|x_seen) from draws of the prior, 1 or more.
    public var chains: Int
    /// Steps of each chain, 0 or more.
    public var sweeps: Int
    /// Whether missing values are draws of p(x|z); their means are taken otherwise, as pictures are looked at.
    public var drawsValues: Bool
    /// Names all random numbers.
    public var seed: UInt64

    /// Settings that are enough for small images.
    public init(
        count: Int = 8, proposals: Int = 4096, chains: Int = 64, sweeps: Int = 20, drawsValues: Bool = false,
        seed: UInt64 = 0
    ) {
        self.count = count
        self.proposals = proposals
        self.chains = chains
        self.sweeps = sweeps
        self.drawsValues = drawsValues
        self.seed = seed
    }

    func check() throws(VAEError) {
        try VAEError.require("draws", count, in: 1...1_000_000)
        try VAEError.require("proposals", proposals, in: 16...10_000_000)
        try VAEError.require("chains", chains, in: 1...100_000)
        try VAEError.require("sweeps", sweeps, in: 0...100_000)
    }
}
