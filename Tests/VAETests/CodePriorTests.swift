import Foundation
import Testing
import VAECore

@testable import VAE

/// The prior of counts: a distribution, by hand and by draws; its files.
@Suite("The prior of codes")
struct CodePriorTests {
    private func codes(_ count: Int, height: Int, width: Int, size: Int) -> ImageCodes {
        var random = SplitMix(state: UInt64(count + size))
        // Neighbours alike more often than not.
        var numbers: [UInt16] = []
        for _ in 0..<count {
            for position in 0..<height * width {
                let other = UInt16(random.next() % UInt64(size))
                numbers.append(position > 0 && random.next() % 3 > 0 ? numbers[numbers.count - 1] : other)
            }
        }
        return ImageCodes(height: height, width: width, numbers: numbers)
    }

    /// All grids that there are, so that their probabilities are all there is.
    private func everything(height: Int, width: Int, size: Int) -> ImageCodes {
        let positions = height * width
        let number = (0..<positions).reduce(1) { total, _ in total * size }
        var numbers: [UInt16] = []
        for grid in 0..<number {
            var rest = grid
            for _ in 0..<positions {
                numbers.append(UInt16(rest % size))
                rest /= size
            }
        }
        return ImageCodes(height: height, width: width, numbers: numbers)
    }

    @Test(arguments: [(2, 2, 3), (3, 2, 2), (1, 4, 3), (2, 1, 4)])
    func probabilitiesAddUpToOne(height: Int, width: Int, size: Int) throws {
        let known = codes(30, height: height, width: width, size: size)
        let prior = try CodePrior(fittedTo: known, size: size)
        let all = everything(height: height, width: width, size: size)
        let sum = try prior.nats(of: all).reduce(0) { $0 + exp(-$1) }
        #expect(abs(sum - 1) < 1e-12)
    }

    /// Two images of one row: counts 2 of code 1 and 0 of others at the first position; code 0, then 2 after it.
    @Test func byHand() throws {
        let prior = try CodePrior(
            fittedTo: ImageCodes(height: 1, width: 2, numbers: [1, 0, 1, 2]), size: 3)
        let found = try prior.nats(
            of: ImageCodes(height: 1, width: 2, numbers: [1, 0, 0, 1])
        ).map { exp(-$0) }
        // First position: add-one 3/5 for code 1; behind the border one code in two counts: (2 + 1 · 3/5) / 3.
        let (one, zero) = ((2 + 3.0 / 5) / 3, (0 + 1.0 / 5) / 3)
        // Second: add-one (1 + 1) / 5 for code 0. After 1: two codes in two counts: (1 + 2 · 2/5) / 4. After 0: never seen.
        #expect(abs(found[0] - one * (1 + 2 * 2.0 / 5) / 4) < 1e-14)
        #expect(abs(found[1] - zero * 1.0 / 5) < 1e-14)
    }

    /// Frequencies of 40,000 draws within five standard deviations of their probabilities.
    @Test(arguments: [(2, 2, 2), (1, 3, 3)]) func draws(height: Int, width: Int, size: Int) throws {
        let prior = try CodePrior(
            fittedTo: codes(12, height: height, width: width, size: size), size: size)
        let all = everything(height: height, width: width, size: size)
        let probabilities = try prior.nats(of: all).map { exp(-$0) }
        let number = 40_000
        let drawn = try prior.sample(number, seed: 3)
        let positions = height * width
        var counts = [Int](repeating: 0, count: all.count)
        for image in 0..<number {
            var grid = 0
            for position in (0..<positions).reversed() {
                grid = grid * size + Int(drawn.numbers[image * positions + position])
            }
            counts[grid] += 1
        }
        for (count, probability) in zip(counts, probabilities) {
            let deviation = (Double(number) * probability * (1 - probability)).squareRoot()
            #expect(abs(Double(count) - Double(number) * probability) < 5 * deviation + 1)
        }
        let (few, others) = (try prior.sample(5, seed: 3), try prior.sample(5, seed: 4))
        #expect(few.numbers == Array(drawn.numbers.prefix(5 * positions)) && others != few)
    }

    /// A prior costs what was seen less than a uniform one does.
    @Test func isBetterThanUniform() throws {
        let known = codes(300, height: 3, width: 3, size: 8)
        let prior = try CodePrior(fittedTo: known, size: 8)
        let nats = try prior.nats(of: codes(299, height: 3, width: 3, size: 8))
        let mean = nats.reduce(0, +) / 299
        #expect(mean < 0.9 * 9 * log(8))
    }

    @Test func files() throws {
        let scratch = try ScratchFolder()
        let model = try VariationalAutoencoder(CodesTests.grid)
        let images = try bars(20, CodesTests.grid.imageShape)
        let prior = try CodePrior(fittedTo: model.codes(of: images), size: 5)
        let digest = try model.sha256
        try prior.write(to: scratch("p"), of: digest)
        #expect(try CodePrior(contentsOf: scratch("p"), of: model) == prior)
        let other = try VariationalAutoencoder(CodesTests.grid, seed: 1)
        #expect(try CodePrior(contentsOf: scratch("p"), of: other) == nil)
        let file = try SafeTensors(contentsOf: scratch("p"))
        func write(_ name: String, _ change: ([Int]) -> [Int]) throws {
            let tensors = try file.tensors.map { tensor in
                let values = try tensor.integers()
                let changed = tensor.name == name ? change(values) : values
                return try SafeTensors.Tensor(
                    name: tensor.name, shape: [changed.count], integers: changed)
            }
            try SafeTensors(tensors, metadata: file.metadata).write(to: scratch("q"))
        }
        for (name, change) in [
            ("position.keys", { $0.reversed() }), ("position.keys", { $0.map { $0 + 1000 } }),
            ("position.counts", { $0.map { _ in 0 } }), ("neighbours.counts", { $0.map { _ in 1 << 40 } }),
            ("neighbour.keys", { _ in [] }), ("neighbour.keys", { [-1] + $0.dropFirst() }),
            ("position_and_neighbours.counts", { Array($0.dropLast()) }),
        ] as [(String, ([Int]) -> [Int])] {
            try write(name, change)
            #expect(throws: VAEError.self, "\(name)") {
                try CodePrior(contentsOf: scratch("q"), of: model)
            }
        }
        try model.write(to: scratch("m"))
        #expect(throws: VAEError.self) { try CodePrior(contentsOf: scratch("m"), of: model) }
    }

    @Test func whatCannotBeIsRefused() throws {
        let known = codes(3, height: 2, width: 2, size: 4)
        #expect(throws: VAEError.self) { try CodePrior(fittedTo: known, size: 2) }
        #expect(throws: VAEError.self) {
            try CodePrior(fittedTo: ImageCodes(height: 2, width: 2, numbers: []), size: 4)
        }
        let prior = try CodePrior(fittedTo: known, size: 4)
        #expect(throws: VAEError.self) { try prior.sample(0) }
        #expect(throws: VAEError.self) {
            try prior.nats(of: ImageCodes(height: 1, width: 4, numbers: [0, 0, 0, 0]))
        }
        #expect(throws: VAEError.self) {
            try prior.nats(of: ImageCodes(height: 2, width: 2, numbers: [0, 0, 0, 4]))
        }
    }
}
