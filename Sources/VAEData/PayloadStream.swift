import VAECore

/// The content of an input: its bytes as they are, or inflated if they begin with gzip's magic `1f 8b`.
///
/// gzip (RFC 1952) members may follow one another. Nothing is ever allocated from a length that the
/// input states; whoever reads says how many bytes it is ready to take.
final class PayloadStream {
    let input: InputBytes
    let isCompressed: Bool

    private let inflater: GzipInflater?
    private var betweenMembers = false
    private var members = 0
    private var memberStart = 0
    private var scratch: [UInt8] = []

    /// - Throws: what reading the first bytes threw, or `inputOutput` if zlib can't start.
    init(_ input: InputBytes) throws(VAEError) {
        self.input = input
        isCompressed = try input.begins(with: [0x1f, 0x8b])
        inflater = isCompressed ? try GzipInflater(naming: input.path) : nil
        if isCompressed { scratch = [UInt8](repeating: 0, count: 1 << 16) }
    }

    /// Appends up to `count` bytes of content to `output`, fewer only at the content's end.
    /// - Returns: how many were appended.
    /// - Throws: `invalidData` for a damaged, cut off or continued gzip stream; `inputOutput`.
    func append(_ count: Int, to output: inout [UInt8]) throws(VAEError) -> Int {
        guard let inflater else { return try stored(count, to: &output) }
        return try inflated(count, by: inflater, to: &output)
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

    private func inflated(
        _ count: Int, by inflater: GzipInflater, to output: inout [UInt8]
    ) throws(VAEError) -> Int {
        var done = 0
        while done < count {
            var made = 0
            var outcome = GzipInflater.Outcome.goesOn
            var ended = false
            try input.withUnread { unread in
                ended = unread.isEmpty
                guard !ended else { return 0 }
                if betweenMembers {
                    betweenMembers = false
                    memberStart = input.offset
                    inflater.beginMember()
                }
                return scratch.withUnsafeMutableBufferPointer { room in
                    let space = UnsafeMutableBufferPointer(rebasing: room.prefix(count - done))
                    let piece = inflater.inflate(unread, into: space)
                    (made, outcome) = (piece.made, piece.outcome)
                    return piece.used
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
            switch outcome {
            case .goesOn: break
            case .memberEnded:
                members += 1
                betweenMembers = true
            case .damaged(let message): throw damage(message)
            }
        }
        return done
    }

    private func damage(_ message: String) -> VAEError {
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
