import VAE

extension Evaluation {
    /// The activity of each latent dimension on the test images, which of them are unused, and the aggregate posterior beside the prior.
    public struct Latents: Sendable, Hashable, Codable {
        /// Dimensions whose mean has a variance above 0.01.
        public let activeUnits: Int
        /// The extent to which the latent space is lost.
        public let collapse: PosteriorCollapse.Verdict
        /// How many dimensions have means that hardly move.
        public let inactive: Int
        /// How many are on the prior.
        public let collapsed: Int
        /// How many stand still off the prior.
        public let still: Int
        /// The 1,000 of largest divergence, in the order of their numbers.
        public let dimensions: [Dimension]
        /// I(x; z), in nats.
        public let mutualInformation: Estimate
        /// ln N for N images: the estimate can't be more.
        public let mutualInformationLimit: Double
        /// KL(q(z) ‖ p(z)), in nats.
        public let aggregateGap: Estimate
        /// N: the first so many test images.
        public let aggregateImages: Int

        /// One dimension of z.
        public struct Dimension: Sendable, Hashable, Codable {
            /// From 1.
            public let index: Int
            /// The mean KL divergence, in nats; those of all dimensions add up to that of the objective.
            public let kl: Double
            /// Of the posterior's mean, over the images.
            public let varianceOfMean: Double
            /// Whether that variance is above 0.01.
            public let active: Bool
            /// Whether the posterior is the prior for nearly all images.
            public let collapsed: Bool
            /// Whether the mean stands still, on the posterior's own scale, off the prior.
            public let still: Bool
        }

        /// The dimensions, of those that are listed, that are not lost and yet carry less than counts as use.
        package var hardlyUsed: [Dimension] {
            dimensions.filter { !$0.collapsed && !$0.still && $0.kl < LatentActivity.leastUse }
        }

        /// How many dimensions are not lost and carry as much as counts as use.
        package var usedUnits: Int {
            dimensions.count { !$0.collapsed && !$0.still && $0.kl >= LatentActivity.leastUse }
        }

        /// Dimensions that are listed: of thousands, those that carry anything.
        package static let mostDimensions = 1000

        /// Whether mutual information is so near its limit that more images would raise it.
        package var isSaturated: Bool {
            AggregatePosterior.isSaturated(mutualInformation, limit: mutualInformationLimit)
        }

        /// O(n·d) for n posteriors of d dimensions.
        init(of encoding: Encoding, _ aggregate: AggregatePosterior) {
            let activity = LatentActivity(of: encoding)
            let collapse = PosteriorCollapse(of: encoding)
            let (inactive, collapsed) = (Set(collapse.inactive), Set(collapse.collapsed))
            let still = Set(collapse.still).subtracting(collapsed)
            let kl = activity.kl
            // Of equal ones the earlier, whatever the sort does.
            let largest = kl.indices.sorted { (-kl[$0], $0) < (-kl[$1], $1) }
                .prefix(Self.mostDimensions).sorted()
            activeUnits = activity.activeUnits
            self.collapse = collapse.verdict
            self.inactive = inactive.count
            self.collapsed = collapsed.count
            self.still = still.count
            dimensions = largest.map {
                Dimension(
                    index: $0 + 1, kl: kl[$0], varianceOfMean: activity.varianceOfMean[$0],
                    active: !inactive.contains($0), collapsed: collapsed.contains($0),
                    still: still.contains($0))
            }
            mutualInformation = aggregate.mutualInformation
            mutualInformationLimit = aggregate.limit
            aggregateGap = aggregate.gap
            aggregateImages = aggregate.images
        }
    }
}
