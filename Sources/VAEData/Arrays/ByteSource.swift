import VAECore

/// Bytes that come one after the other: of a file, or of what is unpacked from one.
protocol ByteSource {
    /// The name errors give.
    var name: String { get }
    /// Appends the next `count` bytes to `output`, fewer only at the end.
    /// - Returns: how many were appended.
    func append(_ count: Int, to output: inout [UInt8]) throws(VAEError) -> Int
}

extension ByteSource {
    /// The next `count` bytes, fewer at the end. For counts that are small, or known to be there.
    func take(_ count: Int) throws(VAEError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        _ = try append(count, to: &bytes)
        return bytes
    }
}

extension InputBytes: ByteSource {
    var name: String { path }

    func append(_ count: Int, to output: inout [UInt8]) throws(VAEError) -> Int {
        var done = 0
        var ended = false
        while done < count, !ended {
            try withUnread { unread in
                let used = min(unread.count, count - done)
                output.append(contentsOf: unread.prefix(used))
                done += used
                ended = unread.isEmpty
                return used
            }
        }
        return done
    }
}

extension PayloadStream: ByteSource {
    var name: String { input.path }
}
