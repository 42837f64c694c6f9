import Kernels
import VAECore

/// The mutual information gap: whether each factor that images were made from is told by one latent dimension alone.
///
/// For each factor the mutual information with every dimension is taken, and the gap is that of the best dimension less that of the
/// second, over the entropy of the factor: 1 where one dimension says all of it and the others nothing, 0 where two say as much.
/// The score is the mean over the factors.
///
/// Information is that of counts: each dimension is cut into bins of equal width from its least value to its largest, as in
/// disentanglement_lib, and nothing is done against the bias of a count, which is upwards: about (bins − 1)(values − 1)/(2n) nats for n
/// points of a dimension that says nothing. It is nearly the same for all dimensions, and so mostly leaves the gap. The estimator of
/// the first paper, from samples of q(z|x), gives other numbers.
///
/// Source: Chen, Li, Grosse and Duvenaud, "Isolating Sources of Disentanglement in VAEs", 2018, equation 6; Locatello and others,
/// "Challenging Common Assumptions in the Unsupervised Learning of Disentangled Representations", 2019, whose estimator from 20 bins
/// of the means of q(z|x) is this one.
public struct MutualInformationGap: Sendable, Hashable, Codable {
    /// Bins of each dimension.
    public let bins: Int
    /// (factors, dimensions): the mutual information of each factor and each dimension, in nats.
    public let information: [[Double]]
    /// The entropy of each factor, in nats.
    public let entropies: [Double]
    /// The gap of each factor, 0 to 1. A single dimension has a second one of no information.
    public let gaps: [Double]
    /// The dimension that says most about each factor.
    public let bestDimensions: [Int]
    /// The mean of the gaps, 0 to 1.
    public var score: Double { gaps.reduce(0, +) / Double(gaps.count) }

    /// The bins of disentanglement_lib.
    public static let defaultBins = 20

    /// O(points · dimensions · factors).
    ///
    /// - Parameters:
    ///   - latents: points of latent space, such as the means of q(z|x); labels are not read
    ///   - factors: (points, factors), row by row: the value of each factor, any whole numbers
    ///   - count: factors of a point, 1 or more
    ///   - bins: bins of each dimension, 2 to 10,000
    /// - Throws: `invalidArgument` when factors are not as many as points, or bins are out of range; `invalidData` when a factor has the
    ///   same value everywhere, which no gap can be told of.
    public init(
        of latents: Points, factors: [Int], count: Int, bins: Int = defaultBins
    ) throws(VAEError) {
        try VAEError.require("bins", bins, in: 2...10_000)
        try VAEError.require("factors", count, in: 1...)
        guard factors.count == latents.count * count else {
            throw VAEError(
                .invalidArgument, "factors", "differ in number from the points",
                expected: "\(latents.count) times \(count)", found: "\(factors.count)")
        }
        let size = latents.size
        let columns = (0..<size).map { Self.binned(latents, dimension: $0, bins: bins) }
        var (information, entropies, gaps, best) = ([[Double]](), [Double](), [Double](), [Int]())
        for factor in 0..<count {
            let index = ClassIndex(stride(from: factor, to: factors.count, by: count).map { factors[$0] })
            guard index.classes.count > 1 else {
                throw VAEError(
                    .invalidData, "factor \(factor)", "has the same value everywhere",
                    expected: "two values or more", found: "\(index.classes.first ?? 0)",
                    advice: "Leave it out: it has no entropy that a gap could be a share of.")
            }
            let entropy = Self.entropy(index.sizes, of: latents.count)
            let row = columns.map { column in
                Self.information(column, bins, index.numbers, index.classes.count)
            }
            let order = row.indices.sorted { (row[$1], $0) < (row[$0], $1) }
            let second = order.count > 1 ? row[order[1]] : 0
            information.append(row)
            entropies.append(entropy)
            gaps.append((row[order[0]] - second) / entropy)
            best.append(order[0])
        }
        self.bins = bins
        (self.information, self.entropies, self.gaps) = (information, entropies, gaps)
        bestDimensions = best
    }

    /// The bin of each point, of `bins` between the least and the largest value with the edges of `numpy.histogram`, the lower edge of each
    /// in it: the largest value is in the last one.
    private static func binned(_ latents: Points, dimension: Int, bins: Int) -> [Int] {
        let values = stride(from: dimension, to: latents.coordinates.count, by: latents.size).map {
            Double(latents.coordinates[$0])
        }
        let (least, largest) = values.reduce((Double.infinity, -Double.infinity)) {
            (min($0.0, $1), max($0.1, $1))
        }
        guard largest > least else { return [Int](repeating: 0, count: values.count) }
        let width = (largest - least) / Double(bins)
        func edge(_ bin: Int) -> Double { Double(bin) * width + least }
        return values.map { value in
            // A division may round over an edge.
            var bin = min(Int((value - least) / width), bins - 1)
            if bin > 0, value < edge(bin) { bin -= 1 }
            if bin + 1 < bins, value >= edge(bin + 1) { bin += 1 }
            return bin
        }
    }

    /// Σ p(a, b) ln (p(a, b) / p(a) p(b)), of counts.
    private static func information(_ a: [Int], _ aCount: Int, _ b: [Int], _ bCount: Int) -> Double {
        var joint = [Int](repeating: 0, count: aCount * bCount)
        var (rows, columns) = ([Int](repeating: 0, count: aCount), [Int](repeating: 0, count: bCount))
        for (a, b) in zip(a, b) {
            joint[a * bCount + b] += 1
            rows[a] += 1
            columns[b] += 1
        }
        let total = Double(a.count)
        var sum = 0.0
        for row in 0..<aCount where rows[row] > 0 {
            for column in 0..<bCount where joint[row * bCount + column] > 0 {
                let share = Double(joint[row * bCount + column])
                sum +=
                    share / total
                    * Elementary.log(share * total / (Double(rows[row]) * Double(columns[column])))
            }
        }
        return max(sum, 0)
    }

    private static func entropy(_ counts: [Int], of total: Int) -> Double {
        -counts.reduce(0) { sum, count in
            guard count > 0 else { return sum }
            let share = Double(count) / Double(total)
            return sum + share * Elementary.log(share)
        }
    }
}
