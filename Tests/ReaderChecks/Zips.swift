import CZlib

/// ZIP archives.
package enum Zips {
    /// An archive of entries, all stored or all deflated.
    package static func file(_ entries: [(name: String, content: [UInt8])], isDeflated: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for (name, content) in entries {
            // Without gzip's header of ten bytes, and the checksum and the length behind.
            let packed = isDeflated ? Array(Gzip.member(content).dropFirst(10).dropLast(8)) : content
            let checksum = UInt32(crc32(0, content, UInt32(content.count)))
            let fields =
                number(20, 2) + number(0, 2) + number(isDeflated ? 8 : 0, 2) + number(0, 2) + number(0x21, 2)
                + number(Int(checksum), 4) + number(packed.count, 4) + number(content.count, 4)
                + number(name.utf8.count, 2) + number(0, 2)
            directory += Array("PK\u{1}\u{2}".utf8) + number(20, 2) + fields + number(0, 2) + number(0, 2)
            directory += number(0, 2) + number(0, 4) + number(bytes.count, 4) + name.utf8
            bytes += Array("PK\u{3}\u{4}".utf8) + fields
            bytes += name.utf8
            bytes += packed
        }
        let end =
            Array("PK\u{5}\u{6}".utf8) + number(0, 2) + number(0, 2) + number(entries.count & 0xFFFF, 2)
            + number(entries.count & 0xFFFF, 2) + number(directory.count, 4) + number(bytes.count, 4)
            + number(0, 2)
        return bytes + directory + end
    }

    private static func number(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
