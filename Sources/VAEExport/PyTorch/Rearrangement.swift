import VAECore

/// A tensor of another program as the numbers of one of the engine's in another order.
///
/// Each axis of the other tensor has for each of its indices an offset, and the number at (i, j, …) is the engine's at offset i of the first axis
/// plus offset j of the second and so on. A transposed kernel, flattened feature maps in another order and both together are such sums.
struct Rearrangement: Sendable {
    /// The other tensor's name.
    let name: String
    /// The offsets of each axis, the slowest first.
    let axes: [[Int]]

    /// The other tensor's sizes.
    var shape: [Int] { axes.map(\.count) }

    /// The other tensor's numbers, row-major, from the engine's. O(n).
    func gather(_ values: [Float]) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(values.count)
        forEachOffset { result.append(values[$0]) }
        return result
    }

    /// The engine's numbers, row-major, from the other tensor's. O(n).
    func scatter(_ values: [Float]) -> [Float] {
        var result = [Float](repeating: 0, count: values.count)
        var position = 0
        forEachOffset {
            result[$0] = values[position]
            position += 1
        }
        return result
    }

    /// Calls `body` with the offset of each number, row after row.
    private func forEachOffset(_ body: (Int) -> Void) {
        func walk(_ axis: Int, _ offset: Int) {
            guard axis < axes.count - 1 else {
                for step in axes[axis] { body(offset + step) }
                return
            }
            for step in axes[axis] { walk(axis + 1, offset + step) }
        }
        walk(0, 0)
    }

    /// An axis of so many steps of one length.
    static func axis(_ count: Int, by stride: Int = 1) -> [Int] { (0..<count).map { $0 * stride } }
}
