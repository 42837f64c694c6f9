import VAECore

extension VAEError {
    /// The error as a rank sends it, which names the rank.
    package func rankText(_ rank: Int) -> [UInt8] {
        let fields = [
            kind.rawValue, "rank \(rank): \(subject)", problem, expected ?? "", found ?? "", advice ?? "",
        ]
        return Array(fields.joined(separator: "\0").utf8)
    }

    /// The error that a rank sent; nil for bytes that are none.
    package init?(rankText bytes: [UInt8]) {
        let fields = String(decoding: bytes, as: UTF8.self).split(
            separator: "\0", omittingEmptySubsequences: false
        )
        .map(String.init)
        guard fields.count == 6, let kind = Kind(rawValue: fields[0]) else { return nil }
        func optional(_ text: String) -> String? { text.isEmpty ? nil : text }
        self.init(
            kind, fields[1], fields[2], expected: optional(fields[3]), found: optional(fields[4]),
            advice: optional(fields[5]))
    }
}
