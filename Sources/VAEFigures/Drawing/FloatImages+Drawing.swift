import VAECore

extension FloatImages {
    /// One image as pixels; values below 0 count as 0, above 1 as 1. Three channels are red, green and
    /// blue, and so are the first three of four, laid over white by the fourth; any other number is
    /// shown as the grey of its mean.
    /// - Throws: `invalidArgument` when a side is above 32,767 pixels.
    /// - Precondition: `index` is within `0..<count`.
    public func picture(at index: Int) throws(VAEError) -> Raster {
        precondition((0..<count).contains(index), "image \(index) of \(count)")
        let values = self.values[index * shape.count..<(index + 1) * shape.count]
        let channels = shape.channels
        if channels == 1 || channels == 3 {
            return try Raster(
                width: shape.width, height: shape.height, channels: channels,
                bytes: values.map(FloatImages.byte))
        }
        var bytes: [UInt8] = []
        for pixel in stride(from: values.startIndex, to: values.endIndex, by: channels) {
            if channels == 4 {
                let alpha = min(max(values[pixel + 3], 0), 1)
                for channel in 0..<3 {
                    bytes.append(
                        FloatImages.byte(1 - alpha + alpha * min(max(values[pixel + channel], 0), 1)))
                }
            } else {
                // Divided before adding: a sum of large values could leave Float's range.
                bytes.append(
                    FloatImages.byte(values[pixel..<pixel + channels].reduce(0) { $0 + $1 / Float(channels) })
                )
            }
        }
        return try Raster(
            width: shape.width, height: shape.height, channels: channels == 4 ? 3 : 1, bytes: bytes)
    }

    /// The mean absolute difference of each pixel's channels from `other`'s, as a heat map of 0 to 1.
    /// - Precondition: both have the same shape, and `index` is within both.
    func difference(from other: FloatImages, _ index: Int) throws(VAEError) -> Raster {
        precondition(shape == other.shape && index < count && index < other.count, "images of one shape")
        let channels = shape.channels
        var bytes: [UInt8] = []
        for pixel in stride(from: index * shape.count, to: (index + 1) * shape.count, by: channels) {
            var sum = 0.0
            for at in pixel..<pixel + channels { sum += abs(Double(values[at]) - Double(other.values[at])) }
            let colour = Palette.heat(sum / Double(channels))
            bytes += [colour.red, colour.green, colour.blue]
        }
        return try Raster(width: shape.width, height: shape.height, channels: 3, bytes: bytes)
    }

    /// The images side by side, row after row, `gap` white pixels between them.
    func sheet(columns: Int, gap: Int) throws(VAEError) -> Raster {
        let columns = min(max(columns, 1), count)
        let rows = (count + columns - 1) / columns
        var pictures: [Raster] = []
        for index in 0..<count { pictures.append(try picture(at: index)) }
        var sheet = try Raster(
            width: columns * (shape.width + gap) - gap, height: rows * (shape.height + gap) - gap,
            channels: pictures.contains { $0.channels == 3 } ? 3 : 1, filledWith: 255)
        for (index, picture) in pictures.enumerated() {
            sheet.paste(
                picture, x: index % columns * (shape.width + gap), y: index / columns * (shape.height + gap))
        }
        return sheet
    }

    /// Pixels to leave between images side by side: none for drawings on a dark ground, whose edges run into one ground, else a
    /// fourteenth of the shorter side. In colour, and with light edges, images without a gap read as one.
    /// - Complexity: O(n) in the values, of which it reads those at the edges of one or two channels.
    package var gapToTellApart: Int {
        let gap = max(1, Int((Double(min(shape.width, shape.height)) / 14).rounded()))
        guard shape.channels < 3 else { return gap }
        var (dark, all) = (0, 0)
        for index in 0..<count {
            for y in 0..<shape.height {
                let isEdge = y == 0 || y == shape.height - 1
                for x in stride(from: 0, to: shape.width, by: isEdge ? 1 : max(1, shape.width - 1)) {
                    for channel in 0..<shape.channels {
                        let at = ((index * shape.height + y) * shape.width + x) * shape.channels + channel
                        all += 1
                        dark += values[at] < 0.1 ? 1 : 0
                    }
                }
            }
        }
        return 2 * dark > all ? 0 : gap
    }
}
