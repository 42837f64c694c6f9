import Foundation
import VAECore

/// Decoded pictures of one shape in a file of the cache, each with its checksum.
///
/// The file: the images one after the other, bytes or floats of four, lowest byte first; a CRC-32 for each; what they are, as JSON; and 24
/// bytes, which are the length of that JSON and the CRC-32 of checksums and JSON (four bytes each, lowest first), the number of images (eight)
/// and a mark of eight.
final class CachedPictures: PixelStream {
    /// What the images are and came from.
    struct Contents: Codable, Equatable {
        /// What tells these pictures, and what was made of them, from all others.
        let key: String
        let height: Int
        let width: Int
        let channels: Int
        let holdsBytes: Bool
        let count: Int
        /// The places in the list of pictures of those that were skipped, ascending.
        var skipped: [Int] = []
        /// The first of them, and what was wrong with it.
        var firstSkipped: String?
        /// Pictures that are one colour because of what lies under their transparent pixels.
        var hidden = 0

        var shape: ImageShape { ImageShape(height: height, width: width, channels: channels) }
        /// The bytes of one image.
        var imageSize: Int { shape.count * (holdsBytes ? 1 : 4) }
    }

    let contents: Contents
    var count: Int { contents.count }
    var holdsBytes: Bool { contents.holdsBytes }

    private let file: FileDescriptor
    private let path: String
    private let checksums: [UInt32]

    static let mark = Array("vae-img1".utf8)
    static let trailerSize = 24
    private static let longestContents = 1 << 26

    /// Opens a file of the cache; nil where there is none, or it is damaged, or of other pictures: such a one is made again.
    ///
    /// As long as it is open nobody removes it to make room, and the time of its last change becomes that of its use.
    init?(_ path: String, key: String) {
        guard let file = try? FileDescriptor.reading(path), let size = try? file.size(),
            let (contents, checksums) = try? Self.read(file, size), contents.key == key
        else { return nil }
        _ = file.lock(shared: true)
        file.touch()
        self.file = file
        self.path = path
        self.contents = contents
        self.checksums = checksums
    }

    private static func read(
        _ file: borrowing FileDescriptor, _ size: Int
    ) throws -> (Contents, checksums: [UInt32])? {
        let trailer = try file.read(upTo: trailerSize, at: max(0, size - trailerSize))
        guard trailer.count == trailerSize, Array(trailer[16...]) == mark else { return nil }
        let length = Int(trailer.number(at: 0, of: UInt32.self))
        let checksum = trailer.number(at: 4, of: UInt32.self)
        let count = trailer.number(at: 8, of: UInt64.self)
        guard length <= longestContents, count <= UInt64(size / 4) else { return nil }
        let tail = 4 * Int(count) + length
        guard tail + trailerSize <= size else { return nil }
        let bytes = try file.read(upTo: tail, at: size - trailerSize - tail)
        guard bytes.count == tail, Zlib.checksum(bytes[...]) == checksum else { return nil }
        let contents = try JSONDecoder().decode(Contents.self, from: Data(bytes[(4 * Int(count))...]))
        guard contents.count == Int(count), contents.count * contents.imageSize == size - trailerSize - tail
        else { return nil }
        let checksums = (0..<Int(count)).map { bytes.number(at: 4 * $0, of: UInt32.self) }
        return (contents, checksums)
    }

    func values(of image: Int) throws(VAEError) -> PixelValues {
        let size = contents.imageSize
        let bytes = try file.read(upTo: size, at: image * size)
        guard bytes.count == size, Zlib.checksum(bytes[...]) == checksums[image] else {
            throw VAEError(
                .invalidData, path, "is damaged: image \(image) is not what was written",
                advice: "Remove it (vae data --clear-cache) and begin again, or go on with --resume.")
        }
        guard !holdsBytes else { return .bytes(bytes) }
        return .floats(
            (0..<contents.shape.count).map {
                Float(bitPattern: bytes.number(at: 4 * $0, of: UInt32.self))
            })
    }

    func willRead(_ image: Int) { file.willRead(contents.imageSize, at: image * contents.imageSize) }
}

extension [UInt8] {
    /// The number whose bytes begin at a place, lowest first.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(at place: Int, of: Number.Type) -> Number {
        precondition(place >= 0 && place + MemoryLayout<Number>.size <= count, "byte \(place) of \(count)")
        return withUnsafeBytes {
            Number(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Number.self))
        }
    }

    /// Adds a number's bytes, lowest first.
    mutating func append(number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
}
