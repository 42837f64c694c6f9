import Foundation
import Kernels
import VAECore

/// First centres of clusters by greedy k-means++.
///
/// The first centre is a point at random, each further one a point with a chance in proportion to its squared distance from the
/// nearest centre so far; of 2 + ⌊ln k⌋ candidates the one that leaves the least sum of squared distances is taken.
/// Distances are in units of each coordinate's standard deviation.
///
/// Source: Arthur and Vassilvitskii 2007, "k-means++: the advantages of careful seeding", with the candidates of its section 5.
struct MixtureSeeds {
    /// Indices of the points taken, in their order.
    let chosen: [Int]
    /// The number of the centre nearest to each point; of equally near ones the earlier.
    let nearest: [Int]

    /// O(points · count · size · ln count).
    /// - Throws: `invalidArgument` when there are fewer different points than centres.
    init(_ points: Points, count: Int, deviations: [Double], seed: UInt64) throws(VAEError) {
        let size = points.size
        let scaled = points.coordinates.indices.map {
            Double(points.coordinates[$0]) / deviations[$0 % size]
        }
        func squares(from centre: Int, within limits: [Double]) -> [Double] {
            var result = limits
            for point in 0..<points.count {
                var distance = 0.0
                for axis in 0..<size {
                    let difference = scaled[point * size + axis] - scaled[centre * size + axis]
                    distance += difference * difference
                }
                if distance < result[point] { result[point] = distance }
            }
            return result
        }
        var random = RandomStream(seed: seed, purpose: .mixtureSeeding)
        let candidates = 2 + Int(log(Double(count)))
        var chosen = [Int(random.index(below: UInt32(points.count)))]
        var distances = squares(
            from: chosen[0], within: [Double](repeating: .infinity, count: points.count))
        var nearest = [Int](repeating: 0, count: points.count)
        while chosen.count < count {
            guard distances.contains(where: { $0 > 0 }) else {
                throw VAEError(
                    .invalidArgument, "components", "are more than the different points",
                    expected: "\(chosen.count) or fewer", found: "\(count)")
            }
            var best: (centre: Int, distances: [Double], sum: Double)?
            for _ in 0..<candidates {
                let centre = choose(Double(random.uniform()), distances)
                let left = squares(from: centre, within: distances)
                let sum = left.reduce(0, +)
                if best == nil || sum < best?.sum ?? 0 { best = (centre, left, sum) }
            }
            guard let best else { break }
            for point in 0..<points.count where best.distances[point] < distances[point] {
                nearest[point] = chosen.count
            }
            chosen.append(best.centre)
            distances = best.distances
        }
        self.chosen = chosen
        self.nearest = nearest
    }
}
