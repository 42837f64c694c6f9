import Foundation
import VAECore

extension CachedPictures {
    /// A file of the cache that is being made: images of one shape, one after the other.
    struct Writer: ~Copyable {
        private var file: GrowingFile
        private var checksums: [UInt32] = []
        private let format: CommonFormat

        /// - Throws: `cannotCreate` when it can't be made.
        init(_ path: String, _ format: CommonFormat) throws(VAEError) {
            file = try GrowingFile(path)
            self.format = format
        }

        /// - Precondition: as many values as an image of the format has; bytes where it holds bytes.
        /// - Throws: `inputOutput` when it can't be written.
        mutating func append(_ values: PixelValues) throws(VAEError) {
            precondition(values.count == format.shape.count, "\(values.count) values")
            let bytes = Self.bytes(values, format)
            checksums.append(Zlib.checksum(bytes[...]))
            try file.append(bytes)
        }

        /// Ends the file.
        /// - Throws: `inputOutput` or `cannotCreate` when it can't be written.
        consuming func finish(
            key: String, skipped: [Int], firstSkipped: String?, hidden: Int
        ) throws(VAEError) {
            let shape = format.shape
            let contents = Contents(
                key: key, height: shape.height, width: shape.width, channels: shape.channels,
                holdsBytes: format.holdsBytes, count: checksums.count, skipped: skipped,
                firstSkipped: firstSkipped, hidden: hidden)
            var tail: [UInt8] = []
            for checksum in checksums { tail.append(number: checksum) }
            let json: Data
            do { json = try JSONEncoder().encode(contents) } catch { throw .json(file.path, error) }
            tail += json
            let checksum = Zlib.checksum(tail[...])
            tail.append(number: UInt32(json.count))
            tail.append(number: checksum)
            tail.append(number: UInt64(checksums.count))
            try file.append(tail + CachedPictures.mark)
            try file.finish()
        }

        private static func bytes(_ values: PixelValues, _ format: CommonFormat) -> [UInt8] {
            if case .bytes(let bytes) = values, format.holdsBytes { return bytes }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(4 * values.count)
            for value in values.floats { bytes.append(number: value.bitPattern) }
            return bytes
        }
    }
}
