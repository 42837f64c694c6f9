import Kernels
import VAECore

/// A prior over grids of codes, made of counts: p(z) is a product over positions in reading order, each given its left and its upper neighbour.
///
/// With n(c) a context's count of a code, n that of all and T of how many codes they are,
///
///     p(c | context) = (n(c) + T · p(c | shorter context)) / (n + T),
///
/// from the position with both neighbours to the neighbours anywhere, to the upper one alone, and to the position alone, where one is added to
/// every count. Of codes in one row the context is the position with its left neighbour, then the position. Draws and probabilities follow
/// from whole numbers.
///
/// Source: Witten and Bell, "The Zero-Frequency Problem", 1991, method C, for the share T / (n + T) of the shorter context.
public struct CodePrior: Sendable, Equatable {
    /// K, the number of codes.
    public let size: Int
    /// Rows and columns of a grid.
    public let height, width: Int
    /// From the shortest context to the longest.
    let tables: [CodeCounts]

    /// The prior of some images' codes.
    /// - Parameters:
    ///   - codes: of the training images
    ///   - size: K
    /// - Throws: `invalidArgument` when there are no codes, or a number is none of K.
    /// - Complexity: O(n log n) for n codes.
    public init(fittedTo codes: ImageCodes, size: Int) throws(VAEError) {
        guard codes.count > 0, (2...Codebook.mostCodes).contains(size),
            codes.numbers.count < Self.mostCounts, codes.numbers.allSatisfy({ $0 < size })
        else {
            throw VAEError(
                .invalidArgument, "codes", "are none that a prior can be fitted to",
                expected: "images with codes below \(size)", found: "\(codes.count) images")
        }
        let (height, width) = (codes.height, codes.width)
        (self.size, self.height, self.width) = (size, height, width)
        tables = (0..<Self.levels(height: height)).map { level in
            var keys: [Int] = []
            keys.reserveCapacity(codes.numbers.count)
            for image in 0..<codes.count {
                let start = image * codes.positions
                for position in 0..<codes.positions {
                    let context = Self.context(
                        level, position, width: width, height: height, size: size
                    ) { Int(codes.numbers[start + $0]) }
                    keys.append(context * size + Int(codes.numbers[start + position]))
                }
            }
            return CodeCounts(counting: keys)
        }
    }

    init(size: Int, height: Int, width: Int, tables: [CodeCounts]) {
        (self.size, self.height, self.width, self.tables) = (size, height, width, tables)
    }

    /// −ln p(z) of each image's codes, in nats.
    /// - Throws: `invalidArgument` when the grid is another, or a number is none of the K.
    public func nats(of codes: ImageCodes) throws(VAEError) -> [Double] {
        guard codes.height == height, codes.width == width, codes.numbers.allSatisfy({ $0 < size }) else {
            throw VAEError(
                .invalidArgument, "codes", "are not of the prior's grid",
                expected: "\(height)×\(width) codes below \(size)",
                found: "\(codes.height)×\(codes.width)")
        }
        return (0..<codes.count).map { image in
            let start = image * codes.positions
            return (0..<codes.positions).reduce(0.0) { sum, position in
                sum
                    - Elementary.log(
                        probability(of: Int(codes.numbers[start + position]), at: position) {
                            Int(codes.numbers[start + $0])
                        })
            }
        }
    }

    /// p(code | its context).
    private func probability(of code: Int, at position: Int, _ earlier: (Int) -> Int) -> Double {
        var probability = 1 / Double(size)
        for (level, table) in tables.enumerated() {
            let found = table.range(
                of: Self.context(level, position, width: width, height: height, size: size, earlier),
                size: size)
            guard !found.isEmpty else { continue }
            let total = Double(table.total(found))
            // At the bottom one is added for each of the K codes, which has the same form.
            let shorter = Double(level == 0 ? size : found.count)
            probability =
                (Double(table.count(of: code, in: found, size: size)) + shorter * probability)
                / (total + shorter)
        }
        return probability
    }

    /// Codes drawn one after the other.
    ///
    /// - Parameters:
    ///   - count: images
    ///   - seed: names the draws: the first of many are the same as those of few
    /// - Throws: `invalidArgument` when `count` is not positive.
    public func sample(_ count: Int, seed: UInt64 = 0) throws(VAEError) -> ImageCodes {
        try VAEError.require("samples", count, in: 1...)
        var numbers: [UInt16] = []
        numbers.reserveCapacity(count * height * width)
        for image in 0..<count {
            var stream = RandomStream(seed: seed, purpose: .codeSample, item: image)
            let start = numbers.count
            for position in 0..<height * width {
                numbers.append(UInt16(draw(at: position, &stream) { Int(numbers[start + $0]) }))
            }
        }
        return ImageCodes(height: height, width: width, numbers: numbers)
    }

    /// A code by the same mixture of contexts: from the longest on, each gives the code or leaves it to the shorter.
    private func draw(at position: Int, _ stream: inout RandomStream, _ earlier: (Int) -> Int) -> Int {
        for (level, table) in tables.enumerated().reversed() {
            let found = table.range(
                of: Self.context(level, position, width: width, height: height, size: size, earlier),
                size: size)
            guard !found.isEmpty else { continue }
            let total = table.total(found)
            let shorter = level == 0 ? size : found.count
            let drawn = Int(stream.index(below: UInt32(total + shorter)))
            if drawn < total { return table.key(at: drawn, in: found) % size }
        }
        return Int(stream.index(below: UInt32(size)))
    }

    static func levels(height: Int) -> Int { height > 1 ? 4 : 2 }

    /// The number of a position's context; K stands for a neighbour beyond the border. At most 2¹⁴ positions of 2¹⁶ codes leave room for a code
    /// behind it in 63 bits.
    private static func context(
        _ level: Int, _ position: Int, width: Int, height: Int, size: Int, _ code: (Int) -> Int
    ) -> Int {
        if level == 0 { return position }
        let left = position % width > 0 ? code(position - 1) : size
        guard height > 1 else { return position * (size + 1) + left }
        let upper = position >= width ? code(position - width) : size
        if level == 1 { return upper }
        let neighbours = left * (size + 1) + upper
        return level == 2 ? neighbours : position * (size + 1) * (size + 1) + neighbours
    }

    /// Contexts that a level may have.
    static func contexts(_ level: Int, height: Int, width: Int, size: Int) -> Int {
        if level == 0 { return height * width }
        guard height > 1 else { return width * (size + 1) }
        let neighbours = (size + 1) * (size + 1)
        return level == 1 ? size + 1 : level == 2 ? neighbours : height * width * neighbours
    }
}

/// How often each code followed each context: only what was seen, in the order of context · K + code.
struct CodeCounts: Sendable, Equatable {
    let keys: [Int]
    /// Counts of the keys before each, and of all.
    let before: [Int]

    init(counting unsorted: [Int]) {
        var (keys, before) = ([Int](), [Int]())
        for (index, key) in unsorted.sorted().enumerated() where key != keys.last {
            keys.append(key)
            before.append(index)
        }
        self.keys = keys
        self.before = before + [unsorted.count]
    }

    init(keys: [Int], counts: [Int]) {
        self.keys = keys
        before = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    }

    var counts: [Int] { keys.indices.map { before[$0 + 1] - before[$0] } }

    /// The place of the first key that is not less. O(log n).
    private func place(of key: Int) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The places of a context's keys.
    func range(of context: Int, size: Int) -> Range<Int> {
        place(of: context * size)..<place(of: (context + 1) * size)
    }

    func total(_ range: Range<Int>) -> Int { before[range.upperBound] - before[range.lowerBound] }

    func count(of code: Int, in range: Range<Int>, size: Int) -> Int {
        let key = keys[range.lowerBound] / size * size + code
        let place = place(of: key)
        return range.contains(place) && keys[place] == key ? before[place + 1] - before[place] : 0
    }

    /// The key of the n-th of a context's codes, each taken as often as it was counted.
    func key(at number: Int, in range: Range<Int>) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        let wanted = before[range.lowerBound] + number
        while high - low > 1 {
            let middle = (low + high) / 2
            if before[middle] <= wanted { low = middle } else { high = middle }
        }
        return keys[low]
    }
}

extension CodePrior {
    /// Codes seen in all contexts of all levels.
    package var entryCount: Int { tables.reduce(0) { $0 + $1.keys.count } }

    /// From the shortest context to the longest: the contexts that were seen, ascending, each with its codes and their counts.
    package var levels: [[(context: Int, entries: [(code: Int, count: Int)])]] {
        tables.map { table in
            var level: [(context: Int, entries: [(code: Int, count: Int)])] = []
            for (key, count) in zip(table.keys, table.counts) {
                if level.last?.context != key / size { level.append((key / size, [])) }
                level[level.count - 1].entries.append((key % size, count))
            }
            return level
        }
    }
}
