import VAECore

/// The records of a table of text, one after the other: lines, or several where a field in quotes goes over them.
struct TableRecords {
    /// Bytes of the longest record.
    static let longest = 1 << 20
    /// The most columns.
    static let mostColumns = 1 << 16

    /// The bytes of the record at hand, without its end of line.
    private(set) var bytes: [UInt8] = []
    /// The line that the record at hand begins in, from 1.
    private(set) var line = 0
    private let input: InputBytes
    private var nextLine = 1
    private var hasBegun = false

    init(_ input: InputBytes) { self.input = input }

    /// Goes on to the next record that is not blank.
    /// - Returns: false at the end
    /// - Throws: `inputOutput`; `invalidData` when the record is too long.
    mutating func advance() throws(VAEError) -> Bool {
        repeat {
            bytes.removeAll(keepingCapacity: true)
            line = nextLine
            guard try readRecord() else { return false }
            if !hasBegun {
                hasBegun = true
                // The mark that some programs begin UTF-8 with.
                if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
            }
        } while bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 }
        return true
    }

    /// - Returns: false when there was not a byte more
    private mutating func readRecord() throws(VAEError) -> Bool {
        var isQuoted = false
        var isEnd = false
        var isAtEnd = false
        var found = false
        var lines = 0
        while !isEnd, !isAtEnd {
            let room = Self.longest + 1 - bytes.count
            try input.withUnread { unread in
                isAtEnd = unread.isEmpty
                let piece = UnsafeBufferPointer(rebasing: unread.prefix(max(0, room)))
                var used = piece.count
                for (index, byte) in piece.enumerated() {
                    if byte == UInt8(ascii: "\"") {
                        isQuoted.toggle()
                    } else if byte == 0x0A {
                        lines += 1
                        if !isQuoted {
                            (used, isEnd) = (index + 1, true)
                            break
                        }
                    }
                }
                bytes.append(contentsOf: piece.prefix(isEnd ? used - 1 : used))
                found = found || used > 0
                return used
            }
            guard bytes.count <= Self.longest else {
                throw VAEError(
                    .invalidData, input.path, "has a line that is too long",
                    expected: "at most \(Self.longest) bytes", found: "more in line \(line)",
                    advice: "Check that this is a table, and that quotes are closed.")
            }
        }
        nextLine += lines
        if bytes.last == 0x0D { bytes.removeLast() }
        return found
    }

    /// The places of the fields of the record at hand.
    /// - Throws: `invalidData` when a quote is not closed, or there are too many fields.
    func fields(separator: UInt8) throws(VAEError) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var start = 0
        var isQuoted = false
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == separator, !isQuoted {
                fields.append(start..<index)
                start = index + 1
            }
        }
        fields.append(start..<bytes.count)
        guard !isQuoted else {
            throw VAEError(
                .invalidData, input.path, "is damaged in line \(line)", expected: "a closing quote",
                found: "none")
        }
        guard fields.count <= Self.mostColumns else {
            throw VAEError(
                .invalidData, input.path, "has too many columns", expected: "at most \(Self.mostColumns)",
                found: "\(fields.count) in line \(line)")
        }
        return fields
    }

    /// The tab, the semicolon or the comma, whichever comes first in this list and outside quotes in the record at hand.
    /// A comma may be part of numbers beside the other two.
    func separator() -> UInt8 {
        var found: Set<UInt8> = []
        var isQuoted = false
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() } else if !isQuoted { found.insert(byte) }
        }
        return [0x09, UInt8(ascii: ";")].first(where: found.contains) ?? UInt8(ascii: ",")
    }
}
