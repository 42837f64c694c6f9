extension String {
    /// Whether the name comes before another as people count: `img2` before `img10`. Runs of digits compare by value, all else by bytes of
    /// UTF-8; names that differ in leading zeros alone, by those.
    func naturallyPrecedes(_ other: String) -> Bool {
        let (left, right) = (Array(utf8), Array(other.utf8))
        var (at, to) = (0, 0)
        while at < left.count, to < right.count {
            guard left[at].isDigit, right[to].isDigit else {
                if left[at] != right[to] { return left[at] < right[to] }
                (at, to) = (at + 1, to + 1)
                continue
            }
            let (first, second) = (left.number(from: &at), right.number(from: &to))
            if first.count != second.count { return first.count < second.count }
            if first != second { return first.lexicographicallyPrecedes(second) }
        }
        if left.count - at != right.count - to { return left.count - at < right.count - to }
        return left.lexicographicallyPrecedes(right)
    }
}

extension [UInt8] {
    /// The digits from a place on without leading zeros; moves the place behind them.
    fileprivate func number(from at: inout Int) -> ArraySlice<UInt8> {
        let start = at
        while at < count, self[at].isDigit { at += 1 }
        return self[start..<at].drop { $0 == UInt8(ascii: "0") }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
}
