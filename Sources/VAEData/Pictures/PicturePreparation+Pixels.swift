import VAECore

extension PicturePreparation {
    /// The pixels of `picture` as a model sees them: (height, width, channels), of `shape(of:channels:)`.
    ///
    /// Pictures of eight bits give bytes, each rounded once, to the nearest; those of sixteen bits give floats from 0 to 1.
    /// Transparent pixels are laid over the background first, rounded to the picture's own bits. The numbers are the same on every
    /// processor.
    /// - Precondition: one channel or three, and `validate()` throws nothing.
    /// - Complexity: O(pixels of the picture + pixels of the result); memory of a row besides both, and of an opaque copy where
    ///   there is alpha.
    package func prepared(_ picture: Picture, channels: Int) -> PixelValues {
        precondition(channels == 1 || channels == 3, "\(channels) channels")
        let opaque = picture.laidOver(background)
        let target = size ?? Size(height: picture.height, width: picture.width)
        let framing = Framing(
            Size(height: picture.height, width: picture.width), into: target, fit: fit)
        let ground = channels == 1 ? [padding.luma] : padding.values
        let finish = RowFinish(
            sourceChannels: opaque.channels, channels: channels, width: target.width,
            columns: framing.columns.range)
        switch opaque.samples {
        case .bytes(let values):
            if framing.isIdentity, opaque.channels == channels { return .bytes(values) }
            var result = Self.filled(with: ground, target)
            Resampler(framing, channels: opaque.channels).forEachRow(of: .bytes(values)) { row, sums in
                finish.round(sums, row: row, into: &result)
            }
            return .bytes(result)
        case .words(let values):
            // Exact: 255 divides 65,535.
            var result = Self.filled(with: ground.map { Float($0) / 255 }, target)
            Resampler(framing, channels: opaque.channels).forEachRow(of: .words(values)) { row, sums in
                finish.scale(sums, row: row, into: &result)
            }
            return .floats(result)
        }
    }

    /// An image of nothing but one colour.
    private static func filled<Value>(with pixel: [Value], _ size: Size) -> [Value] {
        let pixels = size.height * size.width
        guard pixel.count > 1 else { return [Value](repeating: pixel[0], count: pixels) }
        return [Value](unsafeUninitializedCapacity: pixels * pixel.count) { target, count in
            count = pixels * pixel.count
            for at in 0..<pixels {
                for channel in pixel.indices {
                    target.initializeElement(at: at * pixel.count + channel, to: pixel[channel])
                }
            }
        }
    }

    /// Whether laying `picture` over the background leaves one colour of what its alpha shows: white drawings on white paper,
    /// say. A hint that another background is wanted.
    package func hidesContent(of picture: Picture) -> Bool {
        guard picture.hasAlpha else { return false }
        func hides<Sample: Equatable>(_ before: [Sample], _ after: [Sample]) -> Bool {
            let (channels, kept) = (picture.channels, picture.channels - 1)
            let alpha = stride(from: kept, to: before.count, by: channels)
            return alpha.contains { before[$0] != before[kept] }
                && !after.indices.contains { after[$0] != after[$0 % kept] }
        }
        // Of eight bits or sixteen, as the picture is.
        switch (picture.samples, picture.laidOver(background).samples) {
        case (.bytes(let before), .bytes(let after)): return hides(before, after)
        case (.words(let before), .words(let after)): return hides(before, after)
        default: return false
        }
    }
}

extension PicturePreparation.Colour {
    var values: [UInt8] { [red, green, blue] }
    var luma: UInt8 { Luma.of(red, green, blue) }
}

extension Picture {
    /// The picture without alpha, on a background: (alpha · colour + (most − alpha) · background) / most, rounded to the nearest.
    ///
    /// On a background that is grey, grey stays grey; on another one it becomes RGB.
    func laidOver(_ background: PicturePreparation.Colour) -> Picture {
        guard hasAlpha else { return self }
        let isGrey = isGrey && background.red == background.green && background.green == background.blue
        let colours = isGrey ? 1 : 3
        let samples: Samples =
            switch samples {
            case .bytes(let values):
                .bytes(Picture.opaque(values, channels, over: background.values.prefix(colours).map { $0 }))
            case .words(let values):
                .words(
                    Picture.opaque(
                        values, channels, over: background.values.prefix(colours).map { UInt16($0) * 257 }))
            }
        return Picture(width: width, height: height, channels: colours, samples: samples)
    }

    private static func opaque<Sample: FixedWidthInteger & UnsignedInteger>(
        _ values: [Sample], _ channels: Int, over ground: [Sample]
    ) -> [Sample] {
        let most = UInt64(Sample.max)
        let pixels = values.count / channels
        return [Sample](unsafeUninitializedCapacity: pixels * ground.count) { target, count in
            count = pixels * ground.count
            for pixel in 0..<pixels {
                let from = pixel * channels
                let alpha = UInt64(values[from + channels - 1])
                for colour in ground.indices {
                    let value = UInt64(values[from + (channels == 2 ? 0 : colour)])
                    let mixed = (alpha * value + (most - alpha) * UInt64(ground[colour]) + most / 2) / most
                    target.initializeElement(
                        at: pixel * ground.count + colour, to: Sample(truncatingIfNeeded: mixed))
                }
            }
        }
    }
}
