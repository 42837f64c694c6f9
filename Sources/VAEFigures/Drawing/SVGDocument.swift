/// The corrections to an SVG file of cairo's: what it leaves out, and what it puts in that does not belong there.
enum SVGDocument {
    /// The document with a `<title>` as its first element and a role that makes screen readers say it.
    /// A document without an `<svg` tag is returned as it is.
    static func adding(title: String, to document: [UInt8]) -> [UInt8] {
        let opening = Array("<svg ".utf8)
        let close = UInt8(ascii: ">")
        guard let start = document.indices.first(where: { document[$0...].starts(with: opening) }),
            let end = document[start...].firstIndex(of: close)
        else { return document }
        let head = document[..<(start + opening.count)]
        let attributes = document[(start + opening.count)...end]
        return head + Array("role=\"img\" ".utf8) + attributes
            + Array("\n<title>\(title.escapedForXML())</title>".utf8) + document[(end + 1)...]
    }

    /// The document with its identifiers numbered in the order in which they come.
    ///
    /// Cairo numbers surfaces from the start of the program, so that the same drawing would be another file for what was drawn before it.
    static func numberingIdentifiers(of document: [UInt8]) -> [UInt8] {
        let marks = ["id=\"", "url(#", "href=\"#"].map { Array($0.utf8) }
        var result: [UInt8] = []
        result.reserveCapacity(document.count)
        var names: [ArraySlice<UInt8>: [UInt8]] = [:]
        var counts: [ArraySlice<UInt8>: Int] = [:]
        var at = 0
        while at < document.count {
            // All three end in one of two characters, which are rare.
            result.append(document[at])
            at += 1
            guard result.last == UInt8(ascii: "#") || result.last == UInt8(ascii: "\""),
                marks.contains(where: { result.suffix($0.count).elementsEqual($0) })
            else { continue }
            let name = document[at...].prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: ")") }
            at += name.count
            if let known = names[name] {
                result += known
                continue
            }
            var base = name
            while let last = base.last, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last) {
                base.removeLast()
            }
            guard base.count < name.count else {
                result += name
                continue
            }
            let number = (counts[base] ?? 0) + 1
            counts[base] = number
            names[name] = base + Array("\(number)".utf8)
            result += names[name] ?? []
        }
        return result
    }
}
