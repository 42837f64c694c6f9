import CZlib
import VAECore

/// The content of an input: its bytes as they are, or inflated if they begin with gzip's magic `1f 8b`.
///
/// gzip (RFC 1952) members may follow one another. Nothing is ever allocated from a length that the
/// input states; whoever reads says how many bytes it is ready to take.
final class PayloadStream {
    let input: InputBytes
    let isCompressed: Bool

    // zlib keeps a pointer back to this struct, so that it may not move.
    private let zlib: UnsafeMutablePointer<z_stream>
    private var betweenMembers = false
    private var members = 0
    private var memberStart = 0
    private var scratch: [UInt8] = []

    /// Deflate turns two bits into at most 258 bytes.
    static let largestExpansion = 1032

    /// - Throws: what reading the first bytes threw, or `inputOutput` if zlib can't start.
    init(_ input: InputBytes) throws(VAEError) {
        self.input = input
        let compressed = try input.begins(with: [0x1f, 0x8b])
        isCompressed = compressed
        zlib = .allocate(capacity: 1)
        zlib.initialize(to: z_stream())
        guard compressed else { return }
        scratch = [UInt8](repeating: 0, count: 1 << 16)
        // 15: the largest window; +16: gzip only.
        let status = inflateInit2_(zlib, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw VAEError(.inputOutput, input.path, "can't be inflated: zlib did not start (\(status))")
        }
    }

    deinit {
        inflateEnd(zlib)  // harmless on a stream that never started
        zlib.deinitialize(count: 1)
        zlib.deallocate()
    }

    /// Appends up to `count` bytes of content to `output`, fewer only at the content's end.
    /// - Returns: how many were appended.
    /// - Throws: `invalidData` for a damaged, cut off or continued gzip stream; `inputOutput`.
    func append(_ count: Int, to output: inout [UInt8]) throws(VAEError) -> Int {
        isCompressed ? try inflated(count, to: &output) : try stored(count, to: &output)
    }

    private func stored(_ count: Int, to output: inout [UInt8]) throws(VAEError) -> Int {
        var done = 0
        var ended = false
        while done < count, !ended {
            try input.withUnread { unread in
                let used = min(unread.count, count - done)
                output.append(contentsOf: unread.prefix(used))
                done += used
                ended = unread.isEmpty
                return used
            }
        }
        return done
    }

    private func inflated(_ count: Int, to output: inout [UInt8]) throws(VAEError) -> Int {
        var done = 0
        while done < count {
            var made = 0
            var status = Z_OK
            var ended = false
            try input.withUnread { unread in
                ended = unread.isEmpty
                guard !ended else { return 0 }
                if betweenMembers {
                    betweenMembers = false
                    memberStart = input.offset
                    inflateReset(zlib)
                }
                return scratch.withUnsafeMutableBufferPointer { room in
                    // zlib declares its input as mutable and does not write to it.
                    zlib.pointee.next_in = UnsafeMutablePointer(mutating: unread.baseAddress)
                    zlib.pointee.avail_in = UInt32(min(unread.count, Int(UInt32.max)))
                    let offered = zlib.pointee.avail_in
                    let space = UInt32(min(room.count, count - done))
                    zlib.pointee.next_out = room.baseAddress
                    zlib.pointee.avail_out = space
                    status = inflate(zlib, Z_NO_FLUSH)
                    made = Int(space - zlib.pointee.avail_out)
                    return Int(offered - zlib.pointee.avail_in)
                }
            }
            if ended {
                if betweenMembers { return done }
                throw VAEError(
                    .invalidData, input.path, "is cut off: the gzip stream does not end",
                    expected: "more than \(input.size) bytes", found: "the file's end",
                    advice: "Download or copy the file again.")
            }
            output.append(contentsOf: scratch[..<made])
            done += made
            switch status {
            case Z_OK: break
            case Z_STREAM_END:
                members += 1
                betweenMembers = true
            default: throw damage(status)
            }
        }
        return done
    }

    private func damage(_ status: Int32) -> VAEError {
        let message = zlib.pointee.msg.map { String(cString: $0) } ?? "status \(status)"
        let advice = "Download or copy the file again."
        if message == "incorrect header check", members > 0 {
            return VAEError(
                .invalidData, input.path, "goes on after the gzip stream",
                expected: "the file's end or another gzip member at byte \(memberStart)",
                found: "\(input.size - memberStart) other bytes", advice: advice)
        }
        let problem =
            switch message {
            case "incorrect data check": "is damaged: the CRC-32 of the content is wrong"
            case "incorrect length check": "is damaged: the length of the content is wrong"
            default: "is damaged: not a valid gzip stream (\(message))"
            }
        return VAEError(
            .invalidData, input.path, "\(problem), near byte \(input.offset)", advice: advice)
    }
}
