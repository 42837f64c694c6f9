/// Sums in the order of one binary tree, which the number of an addend alone decides.
///
/// Addends 2i and 2i + 1 are added first, then the sums of these pairs in pairs, and so on; one that has no partner goes up as it
/// is. Whoever holds an aligned run of 2ᵏ addends can add them alone, before anything is known of the others, and the whole
/// has the same bits. The rounding error grows with the tree's height, not with the number of addends (Higham, "Accuracy and
/// Stability of Numerical Algorithms", 2002, section 4.2).
package enum PairwiseSum {
    /// The sum of `count` values; 0 for none.
    package static func of(_ count: Int, _ value: (Int) -> Double) -> Double {
        count == 0 ? 0 : sum(0..<count, value)
    }

    private static func sum(_ range: Range<Int>, _ value: (Int) -> Double) -> Double {
        if range.count == 1 { return value(range.lowerBound) }
        // The largest power of two below the count: all of the left half's pairs are whole.
        let left = 1 << (Int.bitWidth - 1 - (range.count - 1).leadingZeroBitCount)
        let middle = range.lowerBound + left
        return sum(range.lowerBound..<middle, value) + sum(middle..<range.upperBound, value)
    }

    /// Adds up `count` rows of `length` floats, one after the other, element by element. The sum takes the place of the first row; the
    /// others are left as sums of parts.
    package static func addRows(_ rows: FloatRegion, count: Int, length: Int) {
        precondition(rows.count >= count * length, "\(count) rows of \(length) floats")
        addRows(rows.base, count: count, stride: length, length: length)
    }

    /// Adds up a range of the elements of `count` rows of `length` floats, one after the other. The sums take their place in the first
    /// row; the others are left as sums of parts.
    package static func addRows(_ rows: FloatRegion, count: Int, length: Int, range: Range<Int>) {
        precondition(
            rows.count >= count * length && range.lowerBound >= 0 && range.upperBound <= length,
            "\(range) of \(count) rows of \(length) floats")
        addRows(rows.base + range.lowerBound, count: count, stride: length, length: range.count)
    }

    /// Adds up `count` rows of `length` floats that lie `stride` apart, element by element. The sum takes the place of the first
    /// row; the others are left as sums of parts.
    static func addRows(
        _ first: UnsafeMutablePointer<Float>, count: Int, stride: Int, length: Int
    ) {
        var distance = 1
        while distance < count {
            var row = 0
            while row + distance < count {
                let target = first + row * stride
                let other = UnsafePointer(first + (row + distance) * stride)
                for index in 0..<length { target[index] += other[index] }
                row += 2 * distance
            }
            distance *= 2
        }
    }
}

extension WorkerPool {
    /// Elements that one worker adds up at a time.
    private static let chunk = 8192

    /// Adds up `count` rows of `length` floats, one after the other, as ``PairwiseSum`` does: each worker a part of the elements. The sum takes
    /// the place of the first row; the others are left as sums of parts. Allocates nothing.
    package func addRows(_ rows: FloatRegion, count: Int, length: Int) {
        guard count > 1 else { return }
        run(parts: (length + Self.chunk - 1) / Self.chunk, with: (rows, count, length)) { context, _, part in
            let ((rows, count, length), chunk) = (context, WorkerPool.chunk)
            PairwiseSum.addRows(
                rows, count: count, length: length, range: part * chunk..<min((part + 1) * chunk, length))
        }
    }
}
