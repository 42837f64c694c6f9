import CZlib

/// gzip members, made and mended.
package enum Gzip {
    /// `bytes` as one member.
    package static func member(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        precondition(
            deflateInit2_(
                &stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK)
        defer { deflateEnd(&stream) }
        var input = bytes
        let room = Int(deflateBound(&stream, UInt(bytes.count)))
        return [UInt8](unsafeUninitializedCapacity: room) { output, count in
            input.withUnsafeMutableBufferPointer { from in
                stream.next_in = from.baseAddress
                stream.avail_in = UInt32(from.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(room)
                precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
            }
            count = room - Int(stream.avail_out)
        }
    }

    /// A plain member header, then what follows the first ten bytes as far as it is sound deflate data, with the
    /// checksum and length of its content; nil when it isn't sound or unpacks to more than 64 KiB.
    static func mended(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > 10 else { return nil }
        var stream = z_stream()
        // −15: deflate data without a header.
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        var input = Array(bytes[10...])
        let length = input.count
        var output = [UInt8](repeating: 0, count: 1 << 16)
        let room = output.count
        var used = 0
        let made: Int? = input.withUnsafeMutableBufferPointer { from in
            output.withUnsafeMutableBufferPointer { to in
                stream.next_in = from.baseAddress
                stream.avail_in = UInt32(length)
                stream.next_out = to.baseAddress
                stream.avail_out = UInt32(room)
                guard inflate(&stream, Z_FINISH) == Z_STREAM_END else { return nil }
                used = length - Int(stream.avail_in)
                return room - Int(stream.avail_out)
            }
        }
        guard let made else { return nil }
        let checksum = UInt32(crc32(0, output, UInt32(made)))
        let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
        return header + input[..<used] + littleEndian(checksum) + littleEndian(UInt32(made))
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
