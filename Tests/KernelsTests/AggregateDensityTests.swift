import Foundation
import Kernels
import ReferenceKernels
import Testing

/// The density of a mixture of posteriors against its definition in Double.
@Suite("Aggregate density")
struct AggregateDensityTests {
    private struct Case {
        var mean: [Float]
        var logVariance: [Float]
        let points: [Float]
        let size: Int

        /// Posteriors from narrow to wide, and points near some of them and near none.
        init(components: Int, size: Int) {
            var random = SplitMix(state: UInt64(components * 100 + size))
            mean = random.values(components * size).map { 4 * $0 }
            logVariance = random.values(components * size).map { 4 * $0 - 4 }
            points =
                Array(mean.prefix(size)) + mean.prefix(size).map { $0 + 0.1 }
                + random.values(size).map { 30 * $0 }
            self.size = size
        }

        func logDensities() throws -> [Double] {
            let density = try AggregateDensity(
                mean: mean.span, logVariance: logVariance.span, latentSize: size)
            let (all, scratch) = (try Guarded(points), try Guarded(untouched: density.scratchCount))
            let found = stride(from: 0, to: points.count, by: size).map {
                density.logDensity(all.region[$0..<$0 + size], scratch: scratch.region)
            }
            #expect(areIntact([all, scratch]) && all.values == points)
            return found
        }
    }

    @Test(arguments: [1, 2, 7, 8, 9, 64, 257, 1000], [1, 2, 3, 10, 64])
    func isTheMixture(components: Int, size: Int) throws {
        let one = Case(components: components, size: size)
        let found = try one.logDensities()
        for (index, value) in found.enumerated() {
            let point = one.points[index * size..<(index + 1) * size].map(Double.init)
            let expected = Reference.logAggregateDensity(
                point, mean: one.mean.doubles, logVariance: one.logVariance.doubles)
            // The exponent of the component that counts most is a height, rounded once, and a sum of `size` squares, each of
            // which is rounded eight times on its way; then 32 terms are added, with exponentials good to two units. Heights are below
            // 6 a dimension.
            let squares = abs(expected) + 6 * Double(size) + log(Double(components))
            let bound = unitRoundoff * (Double(size + 9) * squares + 40)
            #expect(abs(value - expected) <= bound, "\(value) for \(expected)")
        }
    }

    /// One standard normal at its centre and one unit away; and the same one many times over.
    @Test func byHand() throws {
        var one = Case(components: 1, size: 2)
        for copies in [1, 5, 16, 33] {
            one.mean = [Float](repeating: 0.5, count: 2 * copies)
            one.logVariance = [Float](repeating: 0, count: 2 * copies)
            let density = try AggregateDensity(
                mean: one.mean.span, logVariance: one.logVariance.span, latentSize: 2)
            let (centre, away) = (try Guarded([0.5, 0.5]), try Guarded([0.5, 1.5]))
            let scratch = try Guarded(untouched: density.scratchCount)
            let atCentre = density.logDensity(centre.region, scratch: scratch.region)
            let oneAway = density.logDensity(away.region, scratch: scratch.region)
            #expect(abs(atCentre + log(2 * Double.pi)) < 4 * unitRoundoff)
            #expect(abs(oneAway + log(2 * Double.pi) + 0.5) < 4 * unitRoundoff)
            #expect(areIntact([centre, away, scratch]))
        }
    }

    /// A point beyond all reach has no density, and what is no number gives none.
    @Test func extremes() throws {
        let density = try AggregateDensity(
            mean: [0 as Float, 1].span, logVariance: [0 as Float, 0].span, latentSize: 1)
        let scratch = try Guarded(untouched: density.scratchCount)
        let (far, none) = (try Guarded([1e30]), try Guarded([.nan]))
        #expect(density.logDensity(far.region, scratch: scratch.region) == -.infinity)
        let value = density.logDensity(none.region, scratch: scratch.region)
        #expect(value.isNaN || value == -.infinity)
        #expect(areIntact([scratch, far, none]))
    }
}
