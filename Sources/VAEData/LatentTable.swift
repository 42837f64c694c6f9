import VAECore

/// Points of latent space as text: a row each, numbers with commas between them.
///
/// The first line names the columns, `z1`, `z2`, … among them in any order, and others are passed over; a table
/// without such a line holds the numbers of the points and nothing else, as `numpy.savetxt` writes them.
package enum LatentTable {
    /// Bytes of the longest file.
    package static let longestFile = 1 << 28
    /// Bytes of the longest line for points of `size` numbers: numbers have some 25 digits at most, a name some thousands.
    private static func longestLine(_ size: Int) -> Int { 8192 + 64 * size }

    /// Reads the points of a text file, or of an NPY file of floats, (n, latentSize) or (latentSize).
    ///
    /// - Returns: (n, latentSize)
    /// - Throws: `missingInput` or `inputOutput` when the file can't be read; `invalidData` when it is damaged, holds no points, or
    ///   points of another size, or numbers that are not finite in single precision.
    package static func read(_ path: String, latentSize: Int) throws(VAEError) -> [Float] {
        try points(in: DurableFile.read(path, limit: longestFile), from: path, latentSize: latentSize)
    }

    /// The points that the bytes of such a file hold.
    /// - Parameter path: what errors name.
    package static func points(
        in bytes: [UInt8], from path: String, latentSize: Int
    ) throws(VAEError) -> [Float] {
        let values: [Float]
        if bytes.starts(with: NPY.magic) {
            let array = try NPY.read(InputBytes(bytes, path: path))
            guard array.shape.last == latentSize, (1...2).contains(array.shape.count) else {
                throw VAEError(
                    .invalidData, path, "does not hold points of this model's latent space",
                    expected: "an array of shape (n, \(latentSize))", found: "\(array.shape)",
                    advice: array.shape.count == 3 && array.shape.last == latentSize && array.shape.first == 2
                        ? "This looks like means and log-variances; the first half of it is points."
                        : "Give \(latentSize) numbers for each point.")
            }
            values = array.floats
        } else if let kind = FileKind.name(of: bytes), kind != FileKind.text {
            throw VAEError(
                .invalidData, path, "holds no points", expected: "a table of numbers, or an NPY array",
                found: kind, advice: "Take what vae encode writes, or save an array with numpy.save.")
        } else {
            values = try parse(bytes, path: path, latentSize: latentSize)
        }
        guard !values.isEmpty else { throw VAEError(.invalidData, path, "holds no points") }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw VAEError(
                .invalidData, path, "holds a number that is not finite in single precision",
                found: "\(values[index]) in point \(index / latentSize)")
        }
        return values
    }

    private static func parse(
        _ bytes: [UInt8], path: String, latentSize: Int
    ) throws(VAEError) -> [Float] {
        var values: [Float] = []
        var columns: [Int]?
        var width = latentSize
        var start = 0
        var line = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            var row = bytes[start..<end]
            start = end + 1
            line += 1
            if row.last == 0x0D { row.removeLast() }
            guard row.count <= longestLine(latentSize) else {
                throw VAEError(
                    .invalidData, path, "has a line that is too long",
                    expected: "at most \(longestLine(latentSize)) bytes",
                    found: "\(row.count) in line \(line)")
            }
            if row.isEmpty { continue }
            guard let fields = fields(row) else {
                throw damaged(path, line, expected: "a closing quote", found: "none")
            }
            let isHeader = columns == nil && values.isEmpty && fields.contains { number($0) == nil }
            if isHeader {
                (columns, width) = (try header(fields, latentSize, path), fields.count)
            } else {
                values += try point(fields, columns, width: width, path: path, line: line)
            }
        }
        return values
    }

    /// The places of z1, z2, … among the columns.
    private static func header(
        _ fields: [ArraySlice<UInt8>], _ latentSize: Int, _ path: String
    ) throws(VAEError) -> [Int] {
        var places: [Int] = []
        for axis in 1...latentSize {
            guard let place = fields.firstIndex(where: { $0.elementsEqual("z\(axis)".utf8) }) else {
                throw VAEError(
                    .invalidData, path, "has no column z\(axis)",
                    expected: latentSize == 1 ? "z1" : "z1 to z\(latentSize)",
                    found: "\(fields.count) other columns in its first line",
                    advice: "Name the columns, or give numbers alone.")
            }
            places.append(place)
        }
        for axis in 1...latentSize where fields.count(where: { $0.elementsEqual("z\(axis)".utf8) }) > 1 {
            throw VAEError(
                .invalidData, path, "has several columns z\(axis)", expected: "one",
                advice: "Leave out the ones that are not meant.")
        }
        let extra = "z\(latentSize + 1)"
        guard !fields.contains(where: { $0.elementsEqual(extra.utf8) }) else {
            throw VAEError(
                .invalidData, path, "holds points of more dimensions than the model has",
                expected: "\(latentSize)", found: "a column \(extra)")
        }
        return places
    }

    private static func point(
        _ fields: [ArraySlice<UInt8>], _ columns: [Int]?, width: Int, path: String, line: Int
    ) throws(VAEError) -> [Float] {
        guard fields.count == width else {
            throw damaged(path, line, expected: "\(width) columns", found: "\(fields.count)")
        }
        var point: [Float] = []
        for place in columns ?? Array(0..<width) {
            guard let value = number(fields[place]) else {
                throw damaged(
                    path, line, expected: "a number in column \(place + 1)",
                    found: "\"\(String(decoding: fields[place].prefix(40), as: UTF8.self))\"")
            }
            point.append(value)
        }
        return point
    }

    private static func number(_ field: ArraySlice<UInt8>) -> Float? {
        var field = field
        while field.first == 0x20 { field.removeFirst() }
        while field.last == 0x20 { field.removeLast() }
        return field.count <= 64 ? NumberText.float(String(decoding: field, as: UTF8.self)) : nil
    }

    /// The fields of a line, which may stand in quotes; nil when a quote is not closed.
    private static func fields(_ row: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        let (comma, quote) = (UInt8(ascii: ","), UInt8(ascii: "\""))
        var fields: [ArraySlice<UInt8>] = []
        var start = row.startIndex
        var isQuoted = false
        for at in row.indices {
            if row[at] == quote { isQuoted.toggle() }
            if row[at] == comma && !isQuoted {
                fields.append(row[start..<at])
                start = at + 1
            }
        }
        fields.append(row[start...])
        return isQuoted ? nil : fields
    }

    private static func damaged(_ path: String, _ line: Int, expected: String, found: String) -> VAEError {
        VAEError(
            .invalidData, path, "is damaged in line \(line)", expected: expected, found: found,
            advice: "Give numbers with commas between them, a line for each point.")
    }

    /// A field of a table, in quotes where it must be, with control characters made visible.
    package static func field(_ text: String) -> String {
        let text = text.escapingControlCharacters()
        guard text.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }) else {
            return text
        }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            + "\""
    }
}
