/// The lines of a response before its body, as far as they matter.
struct ResponseHead {
    private(set) var status = 0
    private(set) var location: String?
    private var encoding = "identity"
    private var length: Int?

    /// Takes a line, its end included.
    /// - Returns: whether that was the last line of the final answer.
    mutating func isComplete(with line: String) -> Bool {
        let line = line.trimmingEnd()
        if line.hasPrefix("HTTP/") {
            self = ResponseHead()
            status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            return false
        }
        // Answers of 100 to 199 are followed by another.
        if line.isEmpty { return !(100..<200).contains(status) }
        guard let colon = line.firstIndex(of: ":") else { return false }
        let value = String(line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" })
        switch line[..<colon].lowercased() {
        case "location": location = value
        case "content-encoding": encoding = value
        case "content-length": length = Int(value)
        default: break
        }
        return false
    }

    var isRedirect: Bool { (300..<400).contains(status) && status != 304 }

    /// Why a body of `size` bytes is not to be had from this answer; nil when it is.
    func refusal(size: Int) -> String? {
        if status != 200 { return "it answers with status \(status)" }
        if encoding.lowercased() != "identity" {
            return "it sends the file in another encoding, \(encoding.prefix(40))"
        }
        guard let length else { return "it does not say how long the file is" }
        return length == size ? nil : "the file has \(length) bytes instead of \(size)"
    }
}

extension String {
    fileprivate func trimmingEnd() -> Substring {
        self[..<(lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? startIndex)]
    }
}
