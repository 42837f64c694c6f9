/// The correction to a PDF file of cairo's.
enum PDFDocument {
    /// The date that every file has, as cairo is told it: the same figure would be another file each second otherwise.
    static let date = "2000-01-01T00:00:00+00:00"

    /// The document with that date as the format has it: cairo 1.16 leaves out the `D:` in front. The file is as long as before, for its parts are found
    /// by their places. One whose date can't be found is returned as it is.
    static func correctingDate(of document: [UInt8]) -> [UInt8] {
        let key = Array("/CreationDate (".utf8)
        let right = Array("D:20000101000000Z)".utf8)
        guard
            let start = document.indices.first(where: {
                document[$0] == key[0] && document[$0...].starts(with: key)
            }),
            let end = document[start...].firstIndex(of: UInt8(ascii: ")")),
            end + 1 - (start + key.count) >= right.count
        else { return document }
        var result = document
        let place = start + key.count..<end + 1
        result.replaceSubrange(
            place, with: right + [UInt8](repeating: UInt8(ascii: " "), count: place.count - right.count))
        return result
    }
}
