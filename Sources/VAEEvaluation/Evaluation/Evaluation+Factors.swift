import VAE
import VAECore

extension Evaluation {
    /// The factors that the test images were made from, beside the latent dimensions that tell of them.
    public struct Factors: Sendable, Hashable, Codable {
        /// The mean of the gaps, 0 to 1: see ``MutualInformationGap``.
        public let mutualInformationGap: Double
        /// Bins of each dimension.
        public let bins: Int
        /// In the order of the table.
        public let factors: [Factor]

        /// One factor.
        public struct Factor: Sendable, Hashable, Codable {
            /// As the table has it.
            public let name: String
            /// Its entropy, in nats.
            public let entropy: Double
            /// What the best dimension says of it more than the second, over the entropy: 0 to 1.
            public let gap: Double
            /// The dimension that says most of it, from 1.
            public let bestDimension: Int
            /// The mutual information with it, in nats.
            public let information: Double
            /// The dimension that says most after it; nil for a single one.
            public let secondDimension: Int?
            /// The mutual information with that, in nats.
            public let secondInformation: Double?
        }

        /// O(images · dimensions · factors).
        /// - Throws: `invalidArgument` when there is another number of rows than images.
        init(_ known: KnownFactors, _ encoding: Encoding) throws(VAEError) {
            guard known.count == encoding.count else {
                throw VAEError(
                    .invalidArgument, "factors", "differ in number from the test images",
                    expected: "\(encoding.count) rows, one an image in the images' order",
                    found: "\(known.count)")
            }
            let gap = try MutualInformationGap(
                of: Points(encoding), factors: known.ranks, count: known.names.count)
            mutualInformationGap = gap.score
            bins = gap.bins
            factors = known.names.indices.map { index in
                let row = gap.information[index]
                let order = row.indices.sorted { (row[$1], $0) < (row[$0], $1) }
                return Factor(
                    name: String(known.names[index].prefix(100)), entropy: gap.entropies[index],
                    gap: gap.gaps[index], bestDimension: order[0] + 1, information: row[order[0]],
                    secondDimension: order.count > 1 ? order[1] + 1 : nil,
                    secondInformation: order.count > 1 ? row[order[1]] : nil)
            }
        }
    }
}
