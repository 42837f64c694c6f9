/// JSON as text, for what the decoder does not look at.
package enum JSONText {
    /// A key that an object has twice, of which a decoder takes one and says nothing; nil where there is none. What is no JSON is left to the decoder.
    /// - Complexity: O(n).
    package static func repeatedKey(in bytes: [UInt8]) -> String? {
        // Of each open object the keys so far; nil for an open list.
        var open: [Set<[UInt8]>?] = []
        var at = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "{"): open.append([])
            case UInt8(ascii: "["): open.append(nil)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
            case UInt8(ascii: "\""):
                let key = string(bytes, &at)
                var next = at + 1
                while next < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[next]) { next += 1 }
                guard next < bytes.count, bytes[next] == UInt8(ascii: ":"), var keys = open.last ?? nil else {
                    break
                }
                open[open.count - 1] = nil
                guard keys.insert(key).inserted else {
                    return String(decoding: key.prefix(120), as: UTF8.self)
                }
                open[open.count - 1] = keys
            default: break
            }
            at += 1
        }
        return nil
    }

    /// The bytes of a string without its escapes; `at` goes from its first quote to its last.
    private static func string(_ bytes: [UInt8], _ at: inout Int) -> [UInt8] {
        var text: [UInt8] = []
        at += 1
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            if bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count {
                at += 1
                if bytes[at] == UInt8(ascii: "u"), at + 4 < bytes.count,
                    let unit = UInt32(String(decoding: bytes[at + 1...at + 4], as: UTF8.self), radix: 16)
                {
                    // Halves of pairs stay numbers: equal ones are equal.
                    if let scalar = Unicode.Scalar(unit) {
                        text += Array(String(Character(scalar)).utf8)
                    } else {
                        text += [0xFF, UInt8(unit >> 8 & 0xFF), UInt8(unit & 0xFF)]
                    }
                    at += 4
                } else {
                    text.append(bytes[at])
                }
            } else {
                text.append(bytes[at])
            }
            at += 1
        }
        return text
    }
}
