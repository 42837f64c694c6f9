import VAECore

extension ImageSet {
    /// The images in another shape: see `ImageFiles`.
    /// - Parameter path: what errors name.
    func conforming(
        to shape: ImageShape, fit: Bool, invert: Bool, path: String
    ) throws(VAEError) -> ImageSet {
        let isSized = self.shape.height == shape.height && self.shape.width == shape.width
        guard isSized || fit else {
            throw VAEError(
                .invalidData, path, "has another size than the model's images",
                expected: "\(shape.height)×\(shape.width) pixels",
                found: "\(self.shape.height)×\(self.shape.width)",
                advice: "Resize it, or let --fit scale it.")
        }
        guard
            self.shape.channels == shape.channels
                || Set([self.shape.channels, shape.channels]) == [1, 3]
        else {
            throw VAEError(
                .invalidData, path, "has other channels than the model's images",
                expected: "\(shape.channels)",
                found: "\(self.shape.channels)",
                advice: "Give an array of \(shape.channels) channels, as NPY or IDX.")
        }
        var pixels = self.pixels
        if invert { pixels = pixels.map { 255 - $0 } }
        if self.shape.channels != shape.channels {
            pixels = shape.channels == 1 ? ImageSet.luma(pixels) : pixels.flatMap { [$0, $0, $0] }
        }
        let sized = ImageShape(
            height: self.shape.height, width: self.shape.width, channels: shape.channels)
        guard !isSized else { return try ImageSet(shape: shape, pixels: pixels, labels: labels) }
        let fitting = Fitting(sized, into: shape)
        var fitted: [UInt8] = []
        fitted.reserveCapacity(count * shape.count)
        for image in 0..<count {
            fitted += fitting.fit(pixels[image * sized.count..<(image + 1) * sized.count])
        }
        return try ImageSet(shape: shape, pixels: fitted, labels: labels)
    }

    /// Grey of RGB, the luma of ITU-R 601 in Pillow's fixed-point numbers; a grey pixel keeps its value.
    private static func luma(_ pixels: [UInt8]) -> [UInt8] {
        var grey: [UInt8] = []
        grey.reserveCapacity(pixels.count / 3)
        for at in stride(from: 0, to: pixels.count, by: 3) {
            let (red, green, blue) = (Int(pixels[at]), Int(pixels[at + 1]), Int(pixels[at + 2]))
            grey.append(UInt8((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16))
        }
        return grey
    }
}

/// Scales images of one shape into another with the same channels, keeping their proportions, on black.
struct Fitting {
    private let source: ImageShape
    private let target: ImageShape
    /// The rows and columns that the image covers in the target.
    private let rows: Range<Int>
    private let columns: Range<Int>
    private let vertical: [Share]
    private let horizontal: [Share]

    /// The pixels that one new pixel covers on one axis, with the length of each within it; the lengths add up to 1.
    private struct Share {
        let first: Int
        let weights: [Double]
    }

    init(_ source: ImageShape, into target: ImageShape) {
        self.source = source
        self.target = target
        let scale = min(
            Double(target.height) / Double(source.height), Double(target.width) / Double(source.width))
        func length(_ size: Int, _ room: Int) -> Int {
            min(room, max(1, Int((Double(size) * scale).rounded())))
        }
        func centred(_ length: Int, _ room: Int) -> Range<Int> {
            let start = (room - length) / 2
            return start..<start + length
        }
        rows = centred(length(source.height, target.height), target.height)
        columns = centred(length(source.width, target.width), target.width)
        vertical = Fitting.shares(source.height, rows.count)
        horizontal = Fitting.shares(source.width, columns.count)
    }

    private static func shares(_ from: Int, _ to: Int) -> [Share] {
        let step = Double(from) / Double(to)
        return (0..<to).map { place in
            let (start, end) = (Double(place) * step, Double(place + 1) * step)
            let first = min(Int(start), from - 1)
            let last = min(max(first, Int(end.rounded(.up)) - 1), from - 1)
            let lengths = (first...last).map { min(end, Double($0 + 1)) - max(start, Double($0)) }
            let sum = lengths.reduce(0, +)
            return Share(first: first, weights: lengths.map { $0 / sum })
        }
    }

    /// One image, `target.count` values.
    func fit(_ pixels: ArraySlice<UInt8>) -> [UInt8] {
        let channels = source.channels
        // Columns first: (source.height, columns, channels).
        var narrow: [Double] = []
        narrow.reserveCapacity(source.height * columns.count * channels)
        for y in 0..<source.height {
            let row = pixels.startIndex + y * source.width * channels
            for share in horizontal {
                for channel in 0..<channels {
                    var sum = 0.0
                    for (index, weight) in share.weights.enumerated() {
                        sum += weight * Double(pixels[row + (share.first + index) * channels + channel])
                    }
                    narrow.append(sum)
                }
            }
        }
        var result = [UInt8](repeating: 0, count: target.count)
        let width = columns.count * channels
        for (y, share) in zip(rows, vertical) {
            for x in 0..<width {
                var sum = 0.0
                for (index, weight) in share.weights.enumerated() {
                    sum += weight * narrow[(share.first + index) * width + x]
                }
                result[(y * target.width + columns.lowerBound) * channels + x] =
                    UInt8(min(255, max(0, sum.rounded())))
            }
        }
        return result
    }
}
