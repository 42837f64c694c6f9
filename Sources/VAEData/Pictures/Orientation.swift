/// How a stored picture has to be turned to be upright, by EXIF's numbers.
///
/// Source: EXIF 2.32 (CIPA DC-008), tag 0x0112.
enum Orientation: Int, CaseIterable {
    case upright = 1
    case mirrored, turnedHalf, flipped, transposed, turnedRight, transversed, turnedLeft

    /// Whether width and height change places.
    var swapsSides: Bool { rawValue >= 5 }

    /// The orientation that a TIFF structure names in its first directory, as EXIF has it; upright where it names none, or where
    /// it is damaged.
    ///
    /// Of the structure nothing else is looked at.
    /// - Parameter tiff: bytes from the mark of their order, `II` or `MM`, on
    init(tiff: ArraySlice<UInt8>) {
        self = Orientation.named(in: tiff) ?? .upright
    }

    private static func named(in tiff: ArraySlice<UInt8>) -> Orientation? {
        let isLittle: Bool
        if tiff.starts(with: [0x49, 0x49, 0x2A, 0]) {
            isLittle = true
        } else if tiff.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
            isLittle = false
        } else {
            return nil
        }
        // nil beyond the end: four bytes can't say an offset that overflows.
        func number(_ count: Int, at offset: Int) -> Int? {
            guard offset <= tiff.count - count else { return nil }
            let bytes = tiff[tiff.startIndex + offset..<tiff.startIndex + offset + count]
            return isLittle
                ? bytes.reversed().reduce(0) { $0 << 8 | Int($1) } : bytes.reduce(0) { $0 << 8 | Int($1) }
        }
        guard let directory = number(4, at: 4), let entries = number(2, at: directory) else { return nil }
        for entry in 0..<entries {
            // Tag, type, count, value, in twelve bytes.
            let at = directory + 2 + 12 * entry
            guard let tag = number(2, at: at) else { return nil }
            guard tag == 0x0112 else { continue }
            // One value of type SHORT.
            guard number(2, at: at + 2) == 3, number(4, at: at + 4) == 1 else { return nil }
            return number(2, at: at + 8).flatMap(Orientation.init)
        }
        return nil
    }
}

extension Picture {
    /// The picture turned upright, from the way it was stored.
    func turned(from orientation: Orientation) -> Picture {
        guard orientation != .upright else { return self }
        let turned: Samples =
            switch samples {
            case .bytes(let values):
                .bytes(Picture.turned(values, width, height, channels, from: orientation))
            case .words(let values):
                .words(Picture.turned(values, width, height, channels, from: orientation))
            }
        let (width, height) = orientation.swapsSides ? (height, width) : (width, height)
        return Picture(width: width, height: height, channels: channels, samples: turned)
    }

    private static func turned<Sample>(
        _ values: [Sample], _ width: Int, _ height: Int, _ channels: Int, from orientation: Orientation
    ) -> [Sample] {
        let swaps = orientation.swapsSides
        let (columns, rows) = swaps ? (height, width) : (width, height)
        // Where the first pixel of the upright picture is stored, and how far a step right and a step down go.
        let isFromRight = [.mirrored, .turnedHalf, .turnedLeft, .transversed].contains(orientation)
        let isFromBottom = [.turnedHalf, .flipped, .turnedRight, .transversed].contains(orientation)
        let start = (isFromRight ? width - 1 : 0) + (isFromBottom ? (height - 1) * width : 0)
        let (along, across) = (isFromRight ? -1 : 1, isFromBottom ? -width : width)
        let (right, down) = swaps ? (across, along) : (along, across)
        return [Sample](unsafeUninitializedCapacity: values.count) { target, count in
            var to = 0
            for row in 0..<rows {
                var from = (start + row * down) * channels
                for _ in 0..<columns {
                    for channel in 0..<channels {
                        target.initializeElement(at: to + channel, to: values[from + channel])
                    }
                    to += channels
                    from += right * channels
                }
            }
            count = to
        }
    }
}
