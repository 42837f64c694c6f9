import CZlib

/// The functions of zlib that this package uses: packing at once, unpacking piece by piece, and checksums.
package enum Zlib {
    /// Deflate turns two bits into at most 258 bytes.
    package static let largestExpansion = 1032

    /// The CRC-32 of PNG, gzip and ZIP.
    /// - Parameter before: that of the bytes before these; 0 for none
    package static func checksum(_ bytes: ArraySlice<UInt8>, after before: UInt32 = 0) -> UInt32 {
        UInt32(
            truncatingIfNeeded: bytes.withUnsafeBufferPointer {
                // Asked for the checksum of nowhere, zlib answers that of nothing, whatever came before.
                $0.isEmpty ? UInt(before) : crc32(UInt(before), $0.baseAddress, UInt32($0.count))
            })
    }

    /// `bytes` as a zlib stream, which PNG holds and browsers unpack by themselves (`DecompressionStream("deflate")`).
    /// - Parameter purpose: what is packed, for the error
    /// - Throws: `unavailable` when there is not memory enough.
    package static func deflated(
        _ bytes: ArraySlice<UInt8>, for purpose: String
    ) throws(VAEError) -> [UInt8] {
        var size = compressBound(UInt(bytes.count))
        var packed = [UInt8](repeating: 0, count: Int(size))
        // Level 6 is within 1% of the best on digits, in half the time.
        let status = bytes.withUnsafeBufferPointer {
            compress2(&packed, &size, $0.baseAddress, UInt($0.count), 6)
        }
        // The room is what zlib asks for, so only memory can be short.
        guard status == Z_OK else {
            throw VAEError(.unavailable, "memory", "could not be had", expected: "to compress \(purpose)")
        }
        packed.removeLast(packed.count - Int(size))
        return packed
    }
}

/// A gzip stream (RFC 1952) that is unpacked member by member, in pieces as small as one likes.
package final class GzipInflater {
    /// The outcome of unpacking a piece.
    package enum Outcome {
        case goesOn
        /// The member's checksum and length were right; `beginMember` is next.
        case memberEnded
        /// zlib's words for the damage, or its number.
        case damaged(String)
    }

    // zlib keeps a pointer back to this struct, so that it may not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Throws: `inputOutput` about `path` if zlib can't start.
    package init(naming path: String) throws(VAEError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15: the largest window; +16: gzip only.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw VAEError(.inputOutput, path, "can't be inflated: zlib did not start (\(status))")
        }
    }

    deinit {
        inflateEnd(stream)  // harmless on a stream that never started
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    package func beginMember() { inflateReset(stream) }

    /// Unpacks what it can of `input` into `output`.
    /// - Returns: bytes used of the one and made in the other.
    package func inflate(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) -> (used: Int, made: Int, outcome: Outcome) {
        let offered = UInt32(min(input.count, Int(UInt32.max)))
        let room = UInt32(min(output.count, Int(UInt32.max)))
        // zlib declares its input as mutable and does not write to it.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = offered
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = room
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        let outcome: Outcome =
            switch status {
            case Z_OK: .goesOn
            case Z_STREAM_END: .memberEnded
            default: .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "status \(status)")
            }
        return (Int(offered - stream.pointee.avail_in), Int(room - stream.pointee.avail_out), outcome)
    }
}
