extension ImageSet {
    /// (count, height, width, channels) in the precision in which they are kept. O(n) for a part of another set, and for images that are
    /// not in memory.
    /// - Throws: `missingInput`, `inputOutput` or `invalidData` when images that are not in memory can't be read.
    public var values: PixelValues {
        get throws(VAEError) { try values(of: 0..<count) }
    }

    /// (count, height, width, channels) in 8 bits, for pictures and files that have no more: floats are rounded. O(n).
    /// - Throws: as ``values``.
    public var pixels: [UInt8] {
        get throws(VAEError) {
            switch try values {
            case .bytes(let bytes): bytes
            case .floats(let floats): floats.map(FloatImages.byte)
            }
        }
    }

    /// The values of the images at `positions`: (positions.count, height, width, channels).
    /// - Precondition: `positions` lies within `0..<count`.
    /// - Throws: as ``values``.
    public func values(of positions: Range<Int>) throws(VAEError) -> PixelValues {
        precondition(
            positions.lowerBound >= 0 && positions.upperBound <= count, "images \(positions) of \(count)")
        switch source {
        case .memory(let values):
            if let run = selection.run(positions) { return values[Self.span(run, shape)] }
            return values.joined(at: positions.map { Self.span(selection[$0]..<selection[$0] + 1, shape) })
        case .stream(let stream):
            guard positions.count != 1 else { return try stream.values(of: selection[positions.lowerBound]) }
            return try joined(positions, of: stream)
        }
    }

    /// The values of several images of a stream, in memory for them alone.
    private func joined(_ positions: Range<Int>, of stream: any PixelStream) throws(VAEError) -> PixelValues {
        var (bytes, floats): ([UInt8], [Float]) = ([], [])
        let count = positions.count * shape.count
        if stream.holdsBytes { bytes.reserveCapacity(count) } else { floats.reserveCapacity(count) }
        for position in positions {
            switch try stream.values(of: selection[position]) {
            case .bytes(let values): bytes += values
            case .floats(let values): floats += values
            }
        }
        return stream.holdsBytes ? .bytes(bytes) : .floats(floats)
    }

    /// Whether values are bytes; floats otherwise.
    package var holdsBytes: Bool {
        switch source {
        case .memory(.bytes): true
        case .memory(.floats): false
        case .stream(let stream): stream.holdsBytes
        }
    }

    /// Whether the values are in memory, where reading them can't fail and costs nothing.
    package var isInMemory: Bool { if case .memory = source { true } else { false } }

    /// Calls `body` with all values, in their order, some megabytes of them at a time.
    /// - Throws: what reading them throws, and what `body` throws.
    package func forEachBlock(
        _ body: (_ positions: Range<Int>, _ values: PixelValues) throws(VAEError) -> Void
    ) throws(VAEError) {
        let most =
            isInMemory && selection.run(0..<count) != nil ? count : max(1, Self.blockValues / shape.count)
        for start in stride(from: 0, to: count, by: max(1, most)) {
            let positions = start..<min(start + most, count)
            try body(positions, try values(of: positions))
        }
    }

    /// The values of one image in Double, 0 to 1: exact for floats, and bytes divided by 255.
    /// - Precondition: the position is in `0..<count`.
    /// - Throws: as ``values``.
    package func doubles(of position: Int) throws(VAEError) -> [Double] {
        switch try values(of: position..<position + 1) {
        case .bytes(let bytes): bytes.map { Double($0) / 255 }
        case .floats(let floats): floats.map(Double.init)
        }
    }

    /// Whether all values are black or white. O(n).
    /// - Throws: as ``values``.
    package var areBinary: Bool {
        get throws(VAEError) {
            for start in stride(from: 0, to: count, by: Self.binaryAtOnce) {
                guard try values(of: start..<min(start + Self.binaryAtOnce, count)).areBinary else {
                    return false
                }
            }
            return true
        }
    }

    /// Lends the values that hold an image in memory, with its place there, without a copy; nil for an image that is not in memory.
    @inline(__always)
    package func inMemory(_ positions: Range<Int>) -> (values: PixelValues, range: Range<Int>)? {
        guard case .memory(let values) = source, let run = selection.run(positions) else { return nil }
        return (values, Self.span(run, shape))
    }

    /// Asks the system to fetch images that are read soon.
    package func willRead(_ position: Int) {
        if case .stream(let stream) = source { stream.willRead(selection[position]) }
    }

    /// The errors of images that could not be read any more and in whose place others were given, since the last call.
    package func takeReplacements() -> [VAEError] {
        if case .stream(let stream) = source { stream.takeReplacements() } else { [] }
    }

    private static let binaryAtOnce = 64
    private static let blockValues = 1 << 22

    private static func span(_ images: Range<Int>, _ shape: ImageShape) -> Range<Int> {
        images.lowerBound * shape.count..<images.upperBound * shape.count
    }
}

extension ImageSet: Equatable {
    /// Whether shapes, values and labels are the same; values of another precision are others. Images that can't be read are equal to none.
    /// O(n).
    public static func == (left: ImageSet, right: ImageSet) -> Bool {
        guard left.shape == right.shape, left.count == right.count, left.labels == right.labels,
            left.holdsBytes == right.holdsBytes
        else { return false }
        guard !left.isInMemory || !right.isInMemory else { return (try? left.values) == (try? right.values) }
        guard let digest = try? left.digest else { return false }
        return digest == (try? right.digest)
    }
}
