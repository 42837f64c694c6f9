extension String {
    /// Whether the name comes before another as people count: `img2` before `img10`. Runs of digits compare by value, all else by bytes of
    /// UTF-8; names that differ in leading zeros alone, by those.
    func naturallyPrecedes(_ other: String) -> Bool {
        // Read where they lie: a folder of a million names takes twenty million comparisons.
        var (left, right) = (self, other)
        return left.withUTF8 { left in right.withUTF8 { right in Self.precedes(left, right) } }
    }

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    private static func precedes(_ left: Bytes, _ right: Bytes) -> Bool {
        var (at, to) = (0, 0)
        while at < left.count, to < right.count {
            guard left[at].isDigit, right[to].isDigit else {
                if left[at] != right[to] { return left[at] < right[to] }
                (at, to) = (at + 1, to + 1)
                continue
            }
            let (first, second) = (number(left, from: &at), number(right, from: &to))
            if first.count != second.count { return first.count < second.count }
            for (digit, other) in zip(first, second) where left[digit] != right[other] {
                return left[digit] < right[other]
            }
        }
        if left.count - at != right.count - to { return left.count - at < right.count - to }
        return left.lexicographicallyPrecedes(right)
    }

    /// The places of the digits from a place on without leading zeros; moves the place behind them.
    private static func number(_ bytes: Bytes, from at: inout Int) -> Range<Int> {
        var start = at
        while at < bytes.count, bytes[at].isDigit { at += 1 }
        while start < at, bytes[start] == UInt8(ascii: "0") { start += 1 }
        return start..<at
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
}
