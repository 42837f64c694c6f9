/// Positions along one axis of a convolution that meet the same taps of the kernel.
///
/// At the edges some taps hang over and meet nothing. Positions are grouped by the taps that remain, so that no padding is
/// ever multiplied, nor copied.
struct TapGroup {
    /// A row or column of the kernel, and the input index that it meets at the group's first position.
    struct Tap: Hashable {
        let kernel: Int
        let input: Int
    }

    /// The group's output indices: `first`, `first + step`, …
    let first: Int
    let step: Int
    var count: Int
    let taps: [Tap]
    /// From the input index of a position to that of the next.
    let inputStep: Int
}

extension [TapGroup] {
    /// The groups with only those positions that are in a range, or only the others.
    func positions(_ range: Range<Int>, inside: Bool) -> [TapGroup] {
        flatMap { group in
            var parts: [TapGroup] = []
            for index in 0..<group.count where range.contains(group.first + index * group.step) == inside {
                if let last = parts.last,
                    last.first + last.count * group.step == group.first + index * group.step
                {
                    parts[parts.count - 1].count += 1
                } else {
                    parts.append(
                        TapGroup(
                            first: group.first + index * group.step, step: group.step, count: 1,
                            taps: group.taps.map {
                                TapGroup.Tap(kernel: $0.kernel, input: $0.input + index * group.inputStep)
                            }, inputStep: group.inputStep))
                }
            }
            return parts
        }
    }
}

/// One axis of a `ConvolutionGeometry`.
struct TapAxis {
    let imageSize: Int
    let gridSize: Int
    let kernel: Int
    let stride: Int
    let padding: Int

    /// Grid positions, each summing over the image values under its kernel.
    var down: [TapGroup] {
        group(count: gridSize, first: 0, step: 1, inputStep: stride) { position in
            (0..<kernel).compactMap { tap in
                let input = position * stride + tap - padding
                return (0..<imageSize).contains(input) ? TapGroup.Tap(kernel: tap, input: input) : nil
            }
        }
    }

    /// Image positions, each summing over the grid positions whose kernel covers it. For a stride of s they fall into s classes, each an
    /// ordinary convolution with every s-th tap: the sub-pixel form of a transposed convolution (Shi et al. 2016).
    var up: [TapGroup] {
        (0..<min(stride, imageSize)).flatMap { phase in
            group(
                count: (imageSize - phase + stride - 1) / stride, first: phase, step: stride, inputStep: 1
            ) { position in
                let position = phase + position * stride + padding
                return (0..<kernel).compactMap { tap in
                    let offset = position - tap
                    guard offset >= 0, offset % stride == 0, offset / stride < gridSize else { return nil }
                    return TapGroup.Tap(kernel: tap, input: offset / stride)
                }
            }
        }
    }

    /// The grid positions at which `tap` falls on the image.
    func overlap(_ tap: Int) -> Range<Int> {
        let positions = (0..<gridSize).filter { (0..<imageSize).contains($0 * stride + tap - padding) }
        return positions.isEmpty ? 0..<0 : positions[0]..<positions[positions.count - 1] + 1
    }

    /// Runs of grid positions at which `tap` falls on the image, within or beside some.
    func overlaps(_ tap: Int, outside: Range<Int>) -> [Range<Int>] {
        let all = overlap(tap)
        return [
            all.clamped(to: 0..<outside.lowerBound),
            all.clamped(to: outside.upperBound..<max(outside.upperBound, gridSize)),
        ].filter { !$0.isEmpty }
    }

    private func group(
        count: Int, first: Int, step: Int, inputStep: Int, taps: (Int) -> [TapGroup.Tap]
    ) -> [TapGroup] {
        var groups: [TapGroup] = []
        for position in 0..<count {
            let here = taps(position)
            if let last = groups.last,
                last.taps.map({ TapGroup.Tap(kernel: $0.kernel, input: $0.input + last.count * inputStep) })
                    == here
            {
                groups[groups.count - 1].count += 1
            } else {
                groups.append(
                    TapGroup(
                        first: first + position * step, step: step, count: 1, taps: here, inputStep: inputStep
                    ))
            }
        }
        return groups
    }
}
