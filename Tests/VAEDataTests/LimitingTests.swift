import Testing
import VAECore

@testable import VAEData

/// Some of the training images.
@Suite struct LimitingTests {
    /// Images of one pixel, whose values are their places.
    private func data(_ labels: [Int]?, count: Int? = nil) throws -> Dataset {
        let count = count ?? labels?.count ?? 0
        let set = try ImageSet(
            shape: ImageShape(height: 1, width: 2),
            pixels: (0..<count).flatMap { [UInt8($0 / 256), UInt8($0 % 256)] }, labels: labels)
        return try Dataset(name: "a", train: set, test: nil, source: "here")
    }

    private func places(_ data: Dataset) throws -> [Int] {
        let pixels = try data.train.pixels
        return stride(from: 0, to: pixels.count, by: 2).map { Int(pixels[$0]) * 256 + Int(pixels[$0 + 1]) }
    }

    private func sorted(_ sizes: [Int]) -> [Int] {
        sizes.enumerated().flatMap { [Int](repeating: 9 - $0, count: $1) }
    }

    /// The first images of folders of classes would be those of the first class.
    @Test func everyClassGivesItsShare() throws {
        let labels = sorted([60, 30, 9, 1])
        let data = try data(labels)
        for (count, shares) in [(10, [6, 3, 1, 0]), (50, [30, 15, 5, 0]), (99, [60, 30, 9, 0])] {
            let limited = try data.limited(to: count)
            let places = try places(limited)
            #expect(limited.train.count == count && places == places.sorted() && Set(places).count == count)
            #expect(limited.train.labels == places.map { labels[$0] })
            // The last class has half an image or more only in the last case, where all others are whole.
            let found = [9, 8, 7, 6].map { label in limited.train.labels?.count { $0 == label } ?? 0 }
            #expect(zip(found, shares).allSatisfy { abs($0 - $1) <= 1 }, "\(count): \(found)")
            #expect(found.reduce(0, +) == count)
            #expect(
                limited.source.hasPrefix("here, \(count) of 100 training images drawn evenly from "),
                "\(limited.source)")
        }
        #expect(try places(data.limited(to: 10)).prefix(6) != [0, 1, 2, 3, 4, 5])
        #expect(try data.limited(to: 100) == data && data.limited(to: 1).train.count == 1)
        #expect(try places(data.limited(to: 10, by: .first)) == Array(0..<10))
    }

    /// Runs that have the rule on record rely on these very images, which a program in Python drew, too.
    @Test func theDrawIsAlwaysTheSame() throws {
        let limited = try data(sorted([25, 25, 25, 25])).limited(to: 8)
        #expect(try places(limited) == [10, 24, 25, 48, 70, 71, 75, 96])
    }

    @Test(arguments: [
        // No labels, mixed classes, one class, and numbers of images.
        nil, (0..<40).map { $0 * 7 % 10 }, [Int](repeating: 3, count: 40), Array(0..<40),
        [0, 0, 1, 1, 0] + [Int](repeating: 2, count: 35),
    ])
    func othersGiveTheirFirst(labels: [Int]?) throws {
        let data = try data(labels, count: 40)
        #expect(!data.train.isSortedByClass)
        let limited = try data.limited(to: 9)
        #expect(try places(limited) == Array(0..<9) && limited.source == "here")
    }

    @Test func theTestSetStays() throws {
        let split = try data(sorted([40, 40])).holdingOutTest()
        let limited = try split.limited(to: 10)
        #expect(limited.test == split.test && limited.train.labels?.count { $0 == 9 } == 5)
    }

    @Test(arguments: [
        ([0, 0, 1, 1], true), ([5, 5, 5, 2, 2, 9], true), ([0, 0, 1, 2], true), ([0, 1, 2, 2, 3], false),
        ([1, 1, 0, 0, 1], false), ([4, 4], false), ([4], false), ([1, 2], false),
    ])
    func sortedByClass(labels: [Int], isSorted: Bool) throws {
        #expect(try data(labels).train.isSortedByClass == isSorted)
    }
}
