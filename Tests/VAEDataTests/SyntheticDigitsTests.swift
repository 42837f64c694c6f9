import Testing
import VAECore

@testable import VAEData

@Suite struct SyntheticDigitsTests {
    /// Made once: 6,000 images, enough for statistics.
    private static let sample = try! SyntheticDigits.dataset(trainCount: 6000, testCount: 1000)

    @Test func goldenBytes() throws {
        // Written down once; another value means that runs recorded before can't be repeated.
        let data = try SyntheticDigits.dataset(trainCount: 100, testCount: 100)
        try #expect(
            SHA256.digest(of: data.train.pixels).description
                == "219452f0d40294e854891aac37756e7585a13e5b845784a4b1df6ebe91c1c804")
        try #expect(
            SHA256.digest(of: data.test!.pixels).description
                == "db20a2ee0dce627dfbbc0b18e6c8b97446c7c1cce8a54da5e9f1b34a94b38554")
        #expect(
            data.train.labels?.prefix(20) == [8, 0, 5, 4, 3, 6, 4, 3, 9, 8, 1, 1, 0, 3, 6, 6, 5, 6, 2, 0])
    }

    @Test func anImageDependsOnSeedSplitAndIndexOnly() throws {
        let few = try SyntheticDigits.dataset(trainCount: 300, testCount: 5)
        #expect(few.train == Self.sample.train.slice(0..<300))
        #expect(few.test == Self.sample.test?.slice(0..<5))
        #expect(few.train.slice(0..<5) != few.test)
        let other = try SyntheticDigits.dataset(seed: 1, trainCount: 300, testCount: 5)
        #expect(other.train != few.train)
        // Blocks are drawn by whichever thread is free.
        #expect(try SyntheticDigits.dataset(trainCount: 6000, testCount: 1000) == Self.sample)
    }

    @Test func shapeNameAndSource() {
        #expect(Self.sample.name == "synthetic")
        #expect(Self.sample.source.contains("seed 0"))
        #expect(Self.sample.train.shape == ImageShape(height: 28, width: 28))
        #expect(Self.sample.train.count == 6000)
        #expect(Self.sample.test?.count == 1000)
    }

    @Test func countsAreChecked() throws {
        #expect(try SyntheticDigits.dataset(trainCount: 1, testCount: 0).test == nil)
        for (train, test) in [(0, 1), (-1, 1), (1, -1), (.max, 1), (1, .max), (.min, 0)] {
            expectError(.invalidArgument, saying: "10000000") {
                _ = try SyntheticDigits.dataset(trainCount: train, testCount: test)
            }
        }
    }

    @Test func labelsAreBalanced() throws {
        var counts = [Int](repeating: 0, count: 10)
        for label in try #require(Self.sample.train.labels) { counts[Int(label)] += 1 }
        // 600 expected, five standard deviations of 23.
        #expect(counts.allSatisfy { (485...715).contains($0) }, "\(counts)")
    }

    @Test func pixelsAreLikeMNIST() throws {
        // MNIST's training images: mean 0.131, deviation 0.308, 81% of pixels black, 7% nearly white.
        let pixels = try Self.sample.train.pixels
        let values = pixels.map { Double($0) / 255 }
        let mean = values.reduce(0, +) / Double(values.count)
        let square = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
        let deviation = (square - mean * mean).squareRoot()
        #expect(abs(mean - 0.131) < 0.01, "\(mean)")
        #expect(abs(deviation - 0.308) < 0.015, "\(deviation)")
        let black = Double(pixels.count { $0 == 0 }) / Double(pixels.count)
        let white = Double(pixels.count { $0 >= 250 }) / Double(pixels.count)
        #expect(abs(black - 0.81) < 0.02, "\(black)")
        #expect(abs(white - 0.073) < 0.015, "\(white)")
    }

    @Test func everyImageIsInkedAndCentred() throws {
        let set = Self.sample.train
        var clipped = 0
        for index in 0..<set.count {
            let image = try set.pixels[index * 784..<(index + 1) * 784]
            var (mass, x, y) = (0.0, 0.0, 0.0)
            for (place, value) in image.enumerated() {
                mass += Double(value)
                x += Double(value) * (Double(place % 28) + 0.5)
                y += Double(value) * (Double(place / 28) + 0.5)
            }
            #expect(mass > 2000, "image \(index)")
            #expect(abs(x / mass - 14) < 2 && abs(y / mass - 14) < 2, "image \(index)")
            let rim = image.enumerated().contains { place, value in
                value > 30 && (place % 28 % 27 == 0 || place / 28 % 27 == 0)
            }
            clipped += rim ? 1 : 0
        }
        // As in MNIST, now and then a digit with most of its ink on one side reaches the rim.
        #expect(clipped < 300, "\(clipped)")
    }

    @Test func imagesDifferAndClassesCanBeTold() throws {
        let (train, test) = (Self.sample.train, try #require(Self.sample.test))
        let pixels = try train.pixels
        let images = Set((0..<train.count).map { Array(pixels[$0 * 784..<($0 + 1) * 784]) })
        #expect(images.count == train.count)

        // The nearest class mean, the simplest classifier, gets about 82% of MNIST's test images right.
        var means = [[Double]](repeating: [Double](repeating: 0, count: 784), count: 10)
        var counts = [Double](repeating: 0, count: 10)
        for (index, label) in try #require(train.labels).enumerated() {
            counts[Int(label)] += 1
            for place in 0..<784 { means[Int(label)][place] += Double(try train.pixels[index * 784 + place]) }
        }
        for label in 0..<10 { means[label] = means[label].map { $0 / counts[label] } }
        var right = 0
        for (index, label) in try #require(test.labels).enumerated() {
            let image = try test.pixels[index * 784..<(index + 1) * 784].map(Double.init)
            let distances = means.map { mean in
                zip(mean, image).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            }
            if distances.firstIndex(of: distances.min()!) == Int(label) { right += 1 }
        }
        // Neither scribble nor ten fonts.
        #expect((700..<980).contains(right), "\(right) of 1000")
    }

    @Test func splitMix64IsThePublishedOne() {
        // The first outputs for seed 1234567 (https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64).
        var random = SplitMix64(state: 1_234_567)
        let outputs = (0..<5).map { _ in random.next() }
        #expect(
            outputs == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
            ])
    }

    @Test func randomNumbersHaveTheirMoments() {
        var random = SplitMix64(seed: 7, stream: 0, index: 3)
        let count = 20_000
        let normals = (0..<count).map { _ in Double(random.normal(2, 0.5)) }
        let mean = normals.reduce(0, +) / Double(count)
        let variance = normals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        #expect(abs(mean - 2) < 0.02)
        #expect(abs(variance - 0.25) < 0.01)
        #expect(normals.allSatisfy { abs($0 - 2) < 1.74 })
        let uniforms = (0..<count).map { _ in random.uniform(-1, 3) }
        #expect(uniforms.allSatisfy { (-1..<3).contains($0) })
        #expect(abs(uniforms.reduce(0, +) / Float(count) - 1) < 0.05)
        #expect(Set((0..<1000).map { _ in random.below(10) }) == Set(0..<10))
    }

    @Test func sineIsASine() {
        for step in -400...400 {
            let turns = Float(step) / 160
            #expect(abs(Double(sineOfTurns(turns)) - sine(turns: Double(turns))) < 4e-6, "\(turns)")
            #expect(abs(Double(cosineOfTurns(turns)) - sine(turns: Double(turns) + 0.25)) < 4e-6, "\(turns)")
        }
    }

    /// The power series, with terms to spare.
    private func sine(turns: Double) -> Double {
        let x = (turns - turns.rounded()) * 2 * Double.pi
        var (term, sum) = (x, x)
        for n in stride(from: 2.0, through: 40, by: 2) {
            term *= -x * x / (n * (n + 1))
            sum += term
        }
        return sum
    }
}
