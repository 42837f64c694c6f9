import VAECore

/// A ZIP archive of stored entries that is written piece by piece, each of a size known before, and appears when it is whole.
///
/// Sizes and places of 4 GiB and more are written as Zip64, which `numpy.load`, libzip and others read. The same entries give the same bytes: the time
/// of all is 1980, the earliest that there is.
///
/// Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (APPNOTE 6.3.10, 4.3 and 4.5.3).
struct ZipWriter: ~Copyable {
    private var file: GrowingFile
    /// Bytes written.
    private var position = 0
    private var entries: [Entry] = []
    /// The first number that 32 bits are not taken for.
    private let large: Int

    private struct Entry {
        let name: [UInt8]
        let size: Int
        /// The place of the entry's local header.
        let start: Int
        var checksum: UInt32 = 0
        var written = 0
    }

    /// What stands in 32 bits in place of a number that is in Zip64's 64 bits.
    private static let elsewhere = UInt32.max
    /// The place of the checksum in a local header.
    private static let checksumOffset = 14
    /// Versions of the format: stored files, and Zip64.
    private static let (plain, zip64): (UInt16, UInt16) = (20, 45)
    /// 1 January 1980.
    private static let date: UInt16 = 1 << 5 | 1

    /// - Parameter large: the first size or place that is written as Zip64; a test takes a small one
    /// - Throws: `cannotCreate` when the file can't be made.
    init(_ path: String, large: Int = Int(UInt32.max)) throws(VAEError) {
        file = try GrowingFile(path)
        self.large = large
    }

    /// Begins an entry; the one before it is complete.
    /// - Precondition: the name is ASCII and of less than 64 KiB.
    /// - Throws: `inputOutput`.
    mutating func begin(_ name: String, size: Int) throws(VAEError) {
        try end()
        let name = Array(name.utf8)
        entries.append(Entry(name: name, size: size, start: position))
        let isLarge = size >= large
        var header = Array("PK\u{3}\u{4}".utf8)
        appendCommon(size: size, isLarge: isLarge, checksum: 0, to: &header)
        header.append(number: UInt16(name.count))
        header.append(number: UInt16(isLarge ? 20 : 0))
        header += name
        if isLarge { appendZip64([size, size], to: &header) }
        try write(header)
    }

    /// Goes on with the entry that was begun last.
    /// - Throws: `inputOutput`.
    mutating func append(_ bytes: [UInt8]) throws(VAEError) {
        let last = entries.count - 1
        entries[last].checksum = Zlib.checksum(bytes[...], after: entries[last].checksum)
        entries[last].written += bytes.count
        try write(bytes)
    }

    /// Writes the directory, and gives the file its name.
    /// - Throws: `inputOutput` or `cannotCreate`.
    consuming func finish() throws(VAEError) {
        try end()
        let start = position
        for entry in entries { try write(directoryEntry(entry)) }
        let size = position - start
        let isLarge = start >= large || size >= large
        if isLarge {
            let place = position
            var record = Array("PK\u{6}\u{6}".utf8)
            record.append(number: UInt64(44))
            record.append(number: Self.zip64)
            record.append(number: Self.zip64)
            record.append(number: UInt64(0))
            for number in [entries.count, entries.count, size, start] {
                record.append(number: UInt64(number))
            }
            record += Array("PK\u{6}\u{7}".utf8)
            record.append(number: UInt32(0))
            record.append(number: UInt64(place))
            record.append(number: UInt32(1))
            try write(record)
        }
        var tail = Array("PK\u{5}\u{6}".utf8)
        tail.append(number: UInt32(0))
        tail.append(number: UInt16(entries.count))
        tail.append(number: UInt16(entries.count))
        tail.append(number: isLarge ? Self.elsewhere : UInt32(size))
        tail.append(number: isLarge ? Self.elsewhere : UInt32(start))
        tail.append(number: UInt16(0))
        try write(tail)
        try file.finish()
    }

    private func directoryEntry(_ entry: Entry) -> [UInt8] {
        let (isLarge, isFar) = (entry.size >= large, entry.start >= large)
        let wide = (isLarge ? [entry.size, entry.size] : []) + (isFar ? [entry.start] : [])
        var header = Array("PK\u{1}\u{2}".utf8)
        header.append(number: Self.zip64 | 3 << 8)
        appendCommon(
            size: entry.size, isLarge: isLarge, isFar: isFar, checksum: entry.checksum, to: &header)
        header.append(number: UInt16(entry.name.count))
        header.append(number: UInt16(wide.isEmpty ? 0 : 4 + 8 * wide.count))
        header += [UInt8](repeating: 0, count: 6)
        // The mode of a regular file, which the system of the byte above reads here.
        header.append(number: UInt32(0o100644) << 16)
        header.append(number: isFar ? Self.elsewhere : UInt32(entry.start))
        header += entry.name
        if !wide.isEmpty { appendZip64(wide, to: &header) }
        return header
    }

    /// The fields that a local header and an entry of the directory share: version to sizes.
    private func appendCommon(
        size: Int, isLarge: Bool, isFar: Bool = false, checksum: UInt32, to header: inout [UInt8]
    ) {
        header.append(number: isLarge || isFar ? Self.zip64 : Self.plain)
        // Flags, and the method: stored.
        header.append(number: UInt32(0))
        header.append(number: UInt16(0))
        header.append(number: Self.date)
        header.append(number: checksum)
        for _ in 0..<2 { header.append(number: isLarge ? Self.elsewhere : UInt32(size)) }
    }

    private func appendZip64(_ numbers: [Int], to header: inout [UInt8]) {
        header.append(number: UInt16(1))
        header.append(number: UInt16(8 * numbers.count))
        for number in numbers { header.append(number: UInt64(number)) }
    }

    /// Ends the entry at hand: its checksum goes to where its header is.
    private mutating func end() throws(VAEError) {
        guard let entry = entries.last else { return }
        precondition(entry.written == entry.size, "\(entry.written) bytes of \(entry.size)")
        var checksum: [UInt8] = []
        checksum.append(number: entry.checksum)
        try file.replace(checksum, at: entry.start + Self.checksumOffset)
    }

    private mutating func write(_ bytes: [UInt8]) throws(VAEError) {
        try file.append(bytes)
        position += bytes.count
    }
}
