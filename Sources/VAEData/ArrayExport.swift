import VAECore

/// An array of a data set that is written a few megabytes at a time.
struct ArrayExport {
    let type: NumericType
    let shape: [Int]
    private let content: Content

    private enum Content {
        case images(ImageSet)
        case values(NumericArray.Values)
    }

    /// The images of a set, (n, height, width), × channels unless grey: bytes, or floats that bytes would round.
    init(_ images: ImageSet) {
        let shape = images.shape
        type = images.holdsBytes ? .uint8 : .float32
        self.shape =
            [images.count, shape.height, shape.width] + (shape.channels == 1 ? [] : [shape.channels])
        content = .images(images)
    }

    /// Numbers that are in memory.
    init(_ array: NumericArray) {
        (type, shape, content) = (array.type, array.shape, .values(array.values))
    }

    /// The bytes of all numbers.
    var size: Int { shape.reduce(type.size, *) }

    /// Calls `body` with the bytes of some numbers after the other.
    /// - Throws: what reading images throws, and what `body` throws.
    func forEachPiece(
        isBigEndian: Bool, _ body: ([UInt8]) throws(VAEError) -> Void
    ) throws(VAEError) {
        func write(_ values: NumericArray.Values) throws(VAEError) {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(values.count * values.type.size)
            NumericCoding.append(values, isBigEndian: isBigEndian, to: &bytes)
            try body(bytes)
        }
        switch content {
        case .values(let values): try write(values)
        case .images(let images):
            let atOnce = max(1, Self.pieceValues / images.shape.count)
            for start in stride(from: 0, to: images.count, by: atOnce) {
                switch try images.values(of: start..<min(start + atOnce, images.count)) {
                case .bytes(let bytes) where type == .uint8: try write(.bytes(bytes))
                case let values: try write(.floats(values.floats))
                }
            }
        }
    }

    private static let pieceValues = 1 << 20
}
