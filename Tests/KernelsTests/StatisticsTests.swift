import Glibc
import Kernels
import ReferenceKernels
import Testing

/// Sums over points against plain loops in Double, on sizes that no block divides.
@Suite("Sums over points")
struct StatisticsTests {
    /// Half a unit in the last place of 1 in Double.
    static let roundoff = 0x1p-53

    /// Whether all entries agree up to `terms` roundings of the entry of `scale`, doubled for the two orders of summation.
    private func agree(_ found: [Double], _ expected: [Double], terms: Int, scale: [Double]) -> Bool {
        found.count == expected.count
            && found.indices.allSatisfy {
                abs(found[$0] - expected[$0]) <= 2 * Double(terms + 4) * Self.roundoff * scale[$0]
            }
    }

    @Test(arguments: [(1, 1), (300, 2), (257, 5), (600, 129), (40, 300)])
    func scatterOfPoints(count: Int, size: Int) {
        var random = SplitMix(state: UInt64(count))
        let points = random.values(count * size)
        let groups = (0..<count).map { $0 % 3 }
        let centres = (0..<3 * size).map { Double($0) / 100 }
        let centred = points.indices.map {
            Double(points[$0]) - centres[groups[$0 / size] * size + $0 % size]
        }
        let expected = Reference.scatter(centred, size: size)
        let scale = Reference.scatter(centred.map(abs), size: size)
        let results = [1, 2, 3, 8].map {
            Scatter.of(
                points: points, size: size, centres: centres, groups: groups, pool: WorkerPool(threads: $0))
        }
        #expect(agree(results[0], expected, terms: count, scale: scale))
        for result in results { #expect(identical(result, results[0])) }
    }

    @Test func scatterAndInnerProductsOfPixels() {
        var random = SplitMix(state: 4)
        let (count, size) = (270, 131)
        let pixels = (0..<count * size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let mean = (0..<size).map { 0.4 + Double($0) / 1000 }
        let centred = pixels.indices.map { Double(pixels[$0]) / 255 - mean[$0 % size] }
        let transposed = (0..<size * count).map { centred[$0 % count * size + $0 / count] }
        for threads in [1, 3] {
            let pool = WorkerPool(threads: threads)
            #expect(
                agree(
                    Scatter.of(pixels: pixels, mean: mean, pool: pool),
                    Reference.scatter(centred, size: size), terms: count,
                    scale: Reference.scatter(centred.map(abs), size: size)))
            #expect(
                agree(
                    Scatter.gram(ofPixels: pixels, mean: mean, pool: pool),
                    Reference.scatter(transposed, size: count), terms: size,
                    scale: Reference.scatter(transposed.map(abs), size: count)))
        }
    }

    @Test(arguments: [1, 2, 7, 33])
    func distanceSums(size: Int) {
        var random = SplitMix(state: UInt64(size))
        let points = random.values(150 * size).map { $0 + 100 }
        let groups = (0..<150).map { $0 < 3 ? 0 : $0 % 4 + 1 }
        // Group 5 is empty.
        let expected = Reference.distanceSums(points, size: size, groups: groups, groupCount: 6)
        let results = [1, 2, 5].map {
            DistanceSums.between(
                points, size: size, groups: groups, groupCount: 6, pool: WorkerPool(threads: $0))
        }
        #expect(agree(results[0], expected, terms: 150 + size, scale: expected))
        for result in results { #expect(identical(result, results[0])) }
    }

    /// Densities against forward substitution; 40 components of 9 dimensions are more than one product.
    @Test(arguments: [(1, 1), (2, 3), (9, 40), (50, 3)])
    func expectation(size: Int, components: Int) throws {
        var random = SplitMix(state: UInt64(size))
        let points = random.values(300 * size)
        let means = random.values(components * size).map(Double.init)
        let factors = try (0..<components).map { _ in
            let root = random.values(size * size).map(Double.init)
            var matrix = Reference.scatter(root, size: size)
            for axis in 0..<size { matrix[axis * size + axis] += 0.5 }
            return try CholeskyFactor(matrix, size: size)
        }
        var logWeights = (0..<components).map {
            log(Double($0 + 1) / Double(components * (components + 1) / 2))
        }
        if components > 2 { logWeights[1] = -.infinity }
        let gaussians = GaussianComponents(size: size, logWeights: logWeights, means: means, factors: factors)
        let (logs, shares) = gaussians.expectation(of: points, pool: WorkerPool(threads: 1))
        for point in 0..<300 {
            let densities = (0..<components).map {
                logWeights[$0]
                    + Reference.logDensity(
                        points[point * size..<(point + 1) * size], mean: means[$0 * size..<($0 + 1) * size],
                        lower: factors[$0].lower)
            }
            let sum = densities.reduce(0) { $0 + exp($1) }
            // Exponents of a few hundred, with condition numbers of about size² / 0.5: 1e-12 is a thousand roundings.
            #expect(abs(logs[point] - log(sum)) < 1e-11 * max(1, abs(log(sum))))
            for component in 0..<components {
                #expect(abs(shares[component * 300 + point] - exp(densities[component]) / sum) < 1e-11)
            }
        }
        for threads in [2, 3, 8] {
            let other = gaussians.expectation(of: points, pool: WorkerPool(threads: threads))
            #expect(identical(other.logs, logs) && identical(other.shares, shares))
        }
    }

    /// Points whose densities are 0 in Double still have logarithms, and shares that add up to 1.
    @Test func farPointsHaveLogarithms() throws {
        let factor = try CholeskyFactor([1], size: 1)
        let gaussians = GaussianComponents(
            size: 1, logWeights: [log(0.5), log(0.5)], means: [0, 10], factors: [factor, factor])
        let (logs, shares) = gaussians.expectation(of: [1000, 5], pool: WorkerPool(threads: 1))
        // −½ · 990² − ½ ln 2π − ln 2, to a few roundings of half a million.
        #expect(abs(logs[0] + 490_050 + 0.5 * log(2 * .pi) + log(2)) < 1e-9)
        #expect(shares[2] == 1 && shares[0] == 0)
        #expect(abs(shares[1] - 0.5) < 1e-14 && abs(shares[3] - 0.5) < 1e-14)
    }

    @Test(arguments: [1, 2, 9])
    func moments(size: Int) throws {
        var random = SplitMix(state: UInt64(size))
        let points = random.values(530 * size)
        var weights = random.values(3 * 530).map { abs(Double($0)) }
        for point in 530..<2 * 530 { weights[point] = 0x1p-60 }
        let results = [1, 2, 3].map {
            GroupMoments.of(points, size: size, weights: weights, groups: 3, pool: WorkerPool(threads: $0))
        }
        #expect(results[0][1] == nil)
        for group in [0, 2] {
            let found = try #require(results[0][group])
            let row = Array(weights[group * 530..<(group + 1) * 530])
            let total = row.reduce(0, +)
            let mean = (0..<size).map { axis in
                (0..<530).reduce(0) { $0 + row[$1] * Double(points[$1 * size + axis]) } / total
            }
            let centred = points.indices.map { Double(points[$0]) - mean[$0 % size] }
            let scale = Reference.scatter(centred.map(abs), weights: row, size: size).map { $0 / total }
            #expect(agree([found.weight], [total], terms: 530, scale: [total]))
            // Coordinates are below 1, and so are their mean's terms.
            #expect(agree(found.mean, mean, terms: 530, scale: mean.map { _ in 1 }))
            #expect(
                agree(
                    found.covariance, Reference.scatter(centred, weights: row, size: size).map { $0 / total },
                    terms: 530, scale: scale))
            for result in results {
                #expect(identical(result[group]?.covariance ?? [], found.covariance))
                #expect(identical(result[group]?.mean ?? [], found.mean))
            }
        }
    }

    @Test(arguments: [1, 2, 9, 64])
    func inverseOfAFactor(size: Int) throws {
        var random = SplitMix(state: UInt64(size))
        var matrix = Reference.scatter(random.values(size * size).map(Double.init), size: size)
        for axis in 0..<size { matrix[axis * size + axis] += 1 }
        let factor = try CholeskyFactor(matrix, size: size)
        let product =
            RealMatrix(size, size, factor.lower) * RealMatrix(size, size, factor.inverseLower)
        let residual = product - RealMatrix.identity(size)
        // ‖L X − I‖ is at most size · u · ‖L‖ ‖X‖ (Higham 2002, section 14.2); both norms are moderate.
        let scale =
            RealMatrix(size, size, factor.lower).norm * RealMatrix(size, size, factor.inverseLower).norm
        #expect(residual.norm <= Double(size) * 2 * Self.roundoff * scale)
        for row in 0..<size {
            #expect(factor.inverseLower[row * size + row + 1..<(row + 1) * size].allSatisfy { $0 == 0 })
        }
    }
}
