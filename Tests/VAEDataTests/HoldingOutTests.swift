import Testing
import VAECore

@testable import VAEData

/// Test sets that are held out of the training images.
@Suite struct HoldingOutTests {
    /// Images of one pixel, whose values are their places.
    private func data(_ labels: [Int]) throws -> Dataset {
        try Dataset(name: "a", train: images(labels.count, labels), test: nil, source: "here")
    }

    private func images(_ count: Int, _ labels: [Int]?) throws -> ImageSet {
        try ImageSet(
            shape: ImageShape(height: 1, width: 2),
            pixels: (0..<count).flatMap { [UInt8($0 / 256), UInt8($0 % 256)] }, labels: labels)
    }

    private func places(_ images: ImageSet?) throws -> [Int] {
        let pixels = try #require(try images?.pixels)
        return stride(from: 0, to: pixels.count, by: 2).map { Int(pixels[$0]) * 256 + Int(pixels[$0 + 1]) }
    }

    private func counts(_ labels: [Int]?) -> [Int: Int] {
        Dictionary(grouping: labels ?? [], by: \.self).mapValues(\.count)
    }

    /// Sorted by class, the last tenth would be of one class.
    @Test func everyClassGivesItsShare() throws {
        let labels = (0..<10).flatMap { [Int](repeating: $0 - 3, count: 30 + 20 * $0) }
        let data = try data(labels)
        let split = try data.holdingOutTest()
        let test = try #require(split.test)
        #expect(test.count == labels.count / 10 && split.train.count + test.count == labels.count)
        for (label, count) in counts(test.labels) {
            #expect(count == counts(labels)[label]! / 10, "class \(label)")
        }
        let (kept, held) = (try places(split.train), try places(test))
        #expect(kept == kept.sorted() && held == held.sorted())
        #expect((kept + held).sorted() == Array(labels.indices))
        #expect(test.labels == held.map { labels[$0] } && split.train.labels == kept.map { labels[$0] })
        #expect(
            split.source
                == "here, 120 of 1,200 images held out as the test set, drawn evenly from 10 classes")
        // No class gives its first or its last ones.
        for label in -3..<7 {
            let members = labels.indices.filter { labels[$0] == label }
            let chosen = held.filter { labels[$0] == label }
            #expect(chosen != Array(members.prefix(chosen.count)))
            #expect(chosen != Array(members.suffix(chosen.count)))
        }
    }

    /// Runs that have the rule on record rely on these very images, which a program in Python drew, too.
    @Test func theDrawIsAlwaysTheSame() throws {
        let sorted = try data((0..<100).map { $0 / 25 }).holdingOutTest()
        #expect(try places(sorted.test) == [6, 23, 28, 41, 45, 52, 70, 72, 84, 98])
        let plain = try Dataset(name: "a", train: images(100, nil), test: nil, source: "here")
            .holdingOutTest()
        #expect(try places(plain.test) == [4, 26, 29, 50, 53, 66, 72, 73, 86, 94])
        #expect(plain.test?.labels == nil)
        #expect(plain.source == "here, 10 of 100 images held out as the test set, drawn at random")
    }

    /// Rounding up goes to the largest remainders, first of all of classes that would give none.
    @Test func sharesAreRoundedByRemainders() throws {
        func shares(_ sizes: [Int]) throws -> [Int] {
            let labels = sizes.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) }
            let test = try data(labels).holdingOutTest().test
            return sizes.indices.map { counts(test?.labels)[$0] ?? 0 }
        }
        #expect(try shares([36, 34, 30]) == [4, 3, 3])
        #expect(try shares([18, 19, 3]) == [1, 2, 1])
        #expect(try shares([91, 7, 2]) == [9, 1, 0])
        // Which of equal ones is left to chance, but not which number of them.
        let equal = try shares([Int](repeating: 15, count: 10))
        #expect(equal.sorted() == [1, 1, 1, 1, 1, 2, 2, 2, 2, 2] && equal != equal.sorted())
        #expect(equal != equal.sorted(by: >))
    }

    @Test func aClassKeepsAnImageToTrainWith() throws {
        let labels = [Int](repeating: 5, count: 18) + [8, 9]
        let split = try data(labels).holdingOutTest()
        #expect(split.test?.labels == [5, 5] && split.train.labels?.suffix(2) == [8, 9])
        #expect(
            split.source.hasSuffix(
                "2 of 20 images held out as the test set, drawn evenly from 1 of 3 classes"))
        let most = try data((0..<25).map { $0 % 10 }).holdingOutTest(fraction: 0.999)
        #expect(counts(most.train.labels) == counts(Array(0..<10)))
        let pairs = try data([1, 1, 2, 2]).holdingOutTest()
        #expect(pairs.test?.count == 1 && pairs.train.count == 3)
        #expect(try data([4, 4]).holdingOutTest(fraction: 0.9).source.hasSuffix("from 1 class"))
    }

    /// Labels that are numbers of images say nothing of classes.
    @Test func imagesAloneInTheirClassAreDrawnUniformly() throws {
        let split = try data(Array(0..<200)).holdingOutTest()
        #expect(split.test?.count == 20 && split.source.hasSuffix("drawn at random"))
        let plain = try Dataset(name: "a", train: images(200, nil), test: nil, source: "here")
        #expect(try places(split.test) == places(plain.holdingOutTest().test))
        let half = try data(Array(0..<100) + [Int](repeating: 100, count: 100)).holdingOutTest()
        #expect(half.test?.labels == [Int](repeating: 100, count: 20))
    }

    /// Over many sizes, every place is drawn about equally often.
    @Test func theDrawIsUniform() throws {
        var thirds = [0, 0, 0]
        for count in 300..<400 {
            let test = try Dataset(name: "a", train: images(count, nil), test: nil, source: "here")
                .holdingOutTest().test
            for place in try places(test) { thirds[3 * place / count] += 1 }
        }
        // 3,450 draws: a third is 1,150, with a standard deviation of 28 if they were independent. The draws of two sizes
        // are alike, which makes it larger.
        for third in thirds { #expect(abs(third - 1150) < 250, "\(thirds)") }
    }

    @Test func theSharesOfTheSetAndItsLimits() throws {
        let data = try data((0..<25).map { $0 % 10 })
        let split = try data.holdingOutTest()
        #expect(split.test?.count == 2 && split.train.count == 23)
        #expect(try data.holdingOutTest(fraction: 0.001).test?.count == 1)
        let plain = try Dataset(name: "a", train: images(25, nil), test: nil, source: "here")
        #expect(try plain.holdingOutTest(fraction: 0.999).train.count == 1)
        #expect(try plain.holdingOutTest(fraction: 1.nextDown).train.count == 1)
        #expect(try split.holdingOutTest(fraction: 0.5) == split)
        for fraction in [0, 1, -1, .nan, .infinity] {
            expectError(.invalidArgument, saying: "out of range") {
                _ = try data.holdingOutTest(fraction: fraction)
            }
        }
        let single = try Dataset(name: "a", train: images(1, nil), test: nil, source: "here")
        expectError(.invalidArgument, saying: "too small") { _ = try single.holdingOutTest() }
    }

    /// A test set that came with the data, or that an old rule held out, may be of one class.
    @Test func aTestSetOfFewClassesIsSaid() throws {
        let sorted = try data((0..<100).map { $0 / 10 })
        #expect(
            try sorted.holdingOutTest(by: .last).remarkOnClasses
                == "the test set has images of 1 of the 10 classes alone: 9")
        #expect(try sorted.holdingOutTest().remarkOnClasses == nil && sorted.remarkOnClasses == nil)
        func remark(_ train: [Int], _ test: [Int], _ names: [String] = []) throws -> String? {
            try Dataset(
                name: "a", train: images(train.count, train), test: images(test.count, test), source: "here",
                classNames: names
            ).remarkOnClasses
        }
        #expect(
            try remark([0, 0, 1, 1, 2, 2, 3, 3], [2, 2, 1, 1], ["a", "b", "c", "d"])
                == "the test set has images of 2 of the 4 classes alone: b, c")
        #expect(try remark([0, 0, 1, 1, 2, 2, 3, 3], [2, 2, 1, 0]) == nil)
        // Too few images to have all, and numbers of images.
        #expect(try remark([0, 0, 1, 1, 2, 2, 3, 3], [2, 2, 2]) == nil)
        #expect(try remark([0, 1, 2, 3], [3, 3, 3, 3]) == nil)
    }

    /// The rule of runs of before.
    @Test func theLastImages() throws {
        let data = try data((0..<25).map { $0 / 10 })
        let split = try data.holdingOutTest(by: .last)
        #expect(try places(split.train) == Array(0..<23) && places(split.test) == [23, 24])
        #expect(split.test?.labels == [2, 2])
        #expect(split.source == "here, its last 2 images held out as the test set")
        #expect(try split.holdingOutTest(by: .stratified) == split)
    }
}
