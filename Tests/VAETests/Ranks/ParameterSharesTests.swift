import Kernels
import Testing

@testable import VAE

/// Which rank has which parameters, and the numbers that travel between them.
@Suite struct ParameterSharesTests {
    @Test func everyParameterHasOneOwner() {
        for optimized in [0, 1, 99, 100, 101, 750, 1024] {
            for ranks in 1...9 {
                let shares = ParameterShares(
                    ranks: ranks, optimized: optimized, length: optimized + 7, unit: 100)
                var (owned, added, chunks) = (0, 0, 0)
                for rank in 0..<ranks {
                    #expect(shares.owned(by: rank).lowerBound == owned)
                    #expect(owned.isMultiple(of: 100) || owned == optimized, "a unit has two owners")
                    owned = shares.owned(by: rank).upperBound
                    #expect(shares.added(by: rank).lowerBound == added)
                    added = shares.added(by: rank).upperBound
                    let mine = shares.chunks(of: rank, size: 25)
                    #expect(mine.isEmpty == shares.owned(by: rank).isEmpty)
                    if !mine.isEmpty {
                        #expect(mine.lowerBound == chunks)
                        chunks = mine.upperBound
                    }
                }
                #expect(owned == optimized && added == optimized + 7 && chunks == (optimized + 24) / 25)
            }
        }
    }

    @Test func ownersHaveAboutTheSame() {
        let shares = ParameterShares(ranks: 7, optimized: 134_165, length: 134_165, unit: 2048)
        #expect((0..<7).map { shares.chunks(of: $0, size: 2048).count } == [9, 9, 10, 9, 10, 9, 10])
    }

    @Test func numbersTravelWithAllOfTheirBits() throws {
        let numbers = [
            1.0 / 3, -0.0, .infinity, Double(bitPattern: 0x7FF0_0000_7F80_0001),
            Double(bitPattern: 0x7F80_0001_FFA0_0000), .leastNonzeroMagnitude,
        ]
        let (sent, received) = (DoubleStorage(count: numbers.count), DoubleStorage(count: numbers.count))
        for (index, number) in numbers.enumerated() { sent[index] = number }
        let message = try FloatStorage(count: 2 * numbers.count)
        sent.write(0..<4, to: message.region)
        sent.write(4..<6, to: message.region)
        received.read(from: message.region)
        #expect(numbers.indices.allSatisfy { received[$0].bitPattern == numbers[$0].bitPattern })
    }
}
