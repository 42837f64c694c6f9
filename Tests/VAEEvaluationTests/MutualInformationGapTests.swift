import Foundation
import Testing
import VAECore
import VAEEvaluation

/// The mutual information gap, against NumPy's histograms and on data whose factors are known.
@Suite("Mutual information gap") struct MutualInformationGapTests {
    /// Points of three factors and four dimensions that a congruential generator gives anywhere.
    private static func made() throws -> (points: Points, factors: [Int]) {
        var state = 7
        func next(_ bound: Int) -> Int {
            state = (state * 1_103_515_245 + 12345) % (1 << 31)
            return state / 65536 % bound
        }
        var (z, factors) = ([Float](), [Int]())
        for _ in 0..<200 {
            let f = [next(3), next(4), next(2)]
            let e = (0..<4).map { _ in Float(next(1000)) / 1000 }
            factors += f
            z += [
                Float(f[0]) + e[0], Float(f[1]) + e[1] * 0.5,
                Float(f[1]) * 0.5 + Float(f[2]) * 0.25 + e[2], e[3],
            ]
        }
        return (try Points(z, size: 4), factors)
    }

    /// By NumPy, of the same points: edges from `numpy.histogram(z[:, d], 20)[1][:-1]`, bins from `numpy.digitize`, and of the counts c
    /// with p = c / c.sum() and q the outer product of its sums `(p[c > 0] * numpy.log(p[c > 0] / q[c > 0])).sum()`.
    @Test func asNumPy() throws {
        let (points, factors) = try Self.made()
        let found = try MutualInformationGap(of: points, factors: factors, count: 3)
        let information = [
            [1.0123943028895428, 0.06977560418520289, 0.0886227640553094, 0.08742888399501549],
            [0.2358849661172307, 1.3836901710289786, 0.7557753560829344, 0.18801496851948563],
            [0.08255162729499597, 0.06869550476202828, 0.06966160344179138, 0.05217518756397686],
        ]
        // Sums of some tens of terms below 1 in Double.
        for (found, expected) in zip(found.information, information) {
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-14 }, "\(found)")
        }
        let entropies = [1.0905452997738974, 1.3836901710289786, 0.6913460990017393]
        #expect(zip(found.entropies, entropies).allSatisfy { abs($0 - $1) < 1e-14 })
        let gaps = [0.8470730551273375, 0.45379726480177024, 0.01864482040445008]
        #expect(zip(found.gaps, gaps).allSatisfy { abs($0 - $1) < 1e-13 })
        #expect(abs(found.score - 0.439838380111186) < 1e-13)
        #expect(found.bestDimensions == [0, 1, 0] && found.bins == 20)
    }

    /// A square at one of 5 × 5 places in one of 2 sizes, all combinations once: dimensions that are the factors have the gap 1, rotated by
    /// 45 degrees two of them share what is said, and of a dimension that is everywhere the same nothing is learnt.
    @Test func knownFactors() throws {
        var factors: [Int] = []
        for x in 0..<5 { for y in 0..<5 { for size in 0..<2 { factors += [x, y, size] } } }
        func score(_ dimensions: (_ x: Float, _ y: Float, _ size: Float) -> [Float]) throws
            -> MutualInformationGap
        {
            let z = stride(from: 0, to: factors.count, by: 3).map { at in
                dimensions(Float(factors[at]), Float(factors[at + 1]), Float(factors[at + 2]))
            }
            return try MutualInformationGap(
                of: Points(z.flatMap { $0 }, size: z[0].count), factors: factors, count: 3)
        }
        let apart = try score { x, y, size in [size, -2 * y, x / 3, 1] }
        // Factors and dimensions are independent: an information of exactly 0 but for the rounding of quotients that are 1.
        #expect(apart.gaps.allSatisfy { abs($0 - 1) < 1e-14 }, "\(apart.gaps)")
        #expect(apart.bestDimensions == [2, 1, 0] && abs(apart.score - 1) < 1e-14)
        #expect(zip(apart.entropies, [5, 5, 2].map { log($0) }).allSatisfy { abs($0 - $1) < 1e-14 })
        let turned = try score { x, y, size in [x + y, x - y, size] }
        #expect(abs(turned.gaps[0]) < 1e-14 && abs(turned.gaps[1]) < 1e-14 && abs(turned.gaps[2] - 1) < 1e-14)
        // One dimension alone has no rival.
        let alone = try MutualInformationGap(
            of: Points([0, 1, 2, 3], size: 1), factors: [0, 0, 1, 1], count: 1)
        #expect(abs(alone.score - 1) < 1e-14)
    }

    /// Squares are drawn into images whose centre of mass and ink are then codes: factors read off pixels are told apart, pixels
    /// themselves are not.
    @Test func drawnSquares() throws {
        var (codes, pixels, factors) = ([Float](), [Float](), [Int]())
        for x in 0..<4 {
            for y in 0..<4 {
                for size in 1...3 {
                    var image = [Float](repeating: 0, count: 144)
                    for row in 0..<size {
                        for column in 0..<size { image[(2 * y + row + 1) * 12 + 2 * x + column + 1] = 1 }
                    }
                    let ink = image.reduce(0, +)
                    let across = image.indices.reduce(Float(0)) { $0 + image[$1] * Float($1 % 12) } / ink
                    let down = image.indices.reduce(Float(0)) { $0 + image[$1] * Float($1 / 12) } / ink
                    let side = ink.squareRoot()
                    codes += [across - side / 2, down - side / 2, side]
                    pixels += image
                    factors += [x, y, size]
                }
            }
        }
        let told = try MutualInformationGap(of: Points(codes, size: 3), factors: factors, count: 3)
        #expect(told.score > 0.99, "\(told.score)")
        let raw = try MutualInformationGap(of: Points(pixels, size: 144), factors: factors, count: 3)
        #expect(raw.score < 0.2, "\(raw.score)")
    }

    @Test func badInput() throws {
        let points = try Points([0, 1, 2, 3], size: 2)
        func refusal(_ factors: [Int], _ count: Int, bins: Int = 20) -> VAEError? {
            do throws(VAEError) {
                _ = try MutualInformationGap(of: points, factors: factors, count: count, bins: bins)
                return nil
            } catch { return error }
        }
        #expect(refusal([0, 1, 1], 2)?.kind == .invalidArgument)
        #expect(refusal([0, 1], 0)?.kind == .invalidArgument)
        #expect(refusal([0, 1], 1, bins: 1)?.kind == .invalidArgument)
        #expect(refusal([4, 4], 1)?.kind == .invalidData)
        #expect(refusal([0, 1], 1) == nil)
    }
}
