/// Neighbouring outputs of a stride-2 convolution in pairs, along one axis.
///
/// Taps 0 and 2 of three meet every second place, so that each output is a sum of two taps there and one between. Of two neighbours the four
/// products of two taps share a place, and three are enough: F(2, 2) of Winograd, "Arithmetic Complexity of Computations", 1980. With places
/// x₋, x₀, x₊ around the middle of a pair, and taps a and b:
///
///     first output   b·x₋ + a·x₀ = (x₋ − x₀)·b + x₀·(a + b)
///     second output  b·x₀ + a·x₊ = (x₊ − x₀)·a + x₀·(a + b)
///
/// What a pair reads beyond the edge is zero; outputs that are left over, and those whose other places lie beyond it, are computed directly.
struct PairedAxis: Sendable {
    /// Pairs side by side.
    let pairs: Int
    /// x₀ of the first pair, from one pair to the next, and from x₀ to x₋ and x₊: among the input's indices.
    let middle: Int
    let distance: Int
    let reach: Int
    /// Size of the input along the axis.
    let size: Int
    /// The place that the middle tap meets for the first output of the first pair, and from one output to the next.
    let single: Int
    let singleStep: Int
    /// Outputs of the pairs: the first of what taps 0 and 2 give, from one to the next.
    let firstOutput: Int
    let outputStep: Int
    /// The products (x₋ − x₀), x₀ and (x₊ − x₀) are taken with the first tap (0), both (1) or the last (2), as `PairedTaps` numbers them.
    let taps: [PairedTaps]

    /// Outputs that the pairs cover.
    var outputs: Range<Int> {
        // Upwards the outputs of the middle tap lie between the others.
        firstOutput..<firstOutput + 2 * pairs * outputStep
    }

    /// Whether x₋ of the first pair, or x₊ of the last, lies beyond the edge.
    func isMissing(_ side: PairSide, of pair: Int) -> Bool {
        let place = middle + pair * distance + (side == .before ? -reach : reach)
        return !(0..<size).contains(place)
    }
}

/// x₋ or x₊.
enum PairSide: CaseIterable { case before, after }

/// Taps along one axis, or their sum: the order of their matrices in packed weights.
enum PairedTaps: Int, CaseIterable {
    case first, both, last, middle
}

extension TapAxis {
    /// From image to grid: pairs of grid positions, over the image places of their taps.
    var pairsDown: PairedAxis {
        let first = max(0, padding / 2)
        let pairs = max(0, (min(gridSize, (imageSize + padding) / 2) - first) / 2)
        let middle = 2 * first + 2 - padding
        return PairedAxis(
            pairs: pairs, middle: middle, distance: 4, reach: 2, size: imageSize, single: middle - 1,
            singleStep: 2, firstOutput: first, outputStep: 1, taps: [.first, .both, .last])
    }

    /// From grid to image: pairs of image positions that taps 0 and 2 reach, and those that the middle tap reaches beside them.
    var pairsUp: PairedAxis {
        let first = (padding + 1) / 2
        let pairs = max(0, (min(gridSize, (imageSize + padding) / 2) - first) / 2)
        return PairedAxis(
            pairs: pairs, middle: first, distance: 2, reach: 1, size: gridSize, single: first, singleStep: 1,
            firstOutput: 2 * first - padding, outputStep: 2, taps: [.last, .both, .first])
    }
}
