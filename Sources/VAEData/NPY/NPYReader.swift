import Foundation
import VAECore

extension NPYArray {
    /// Reads a file of NumPy's, as `numpy.save` writes it, to its very end. An array in Fortran order is transposed to C order.
    ///
    /// - Throws: `missingInput` or `inputOutput` when the file can't be read; `invalidData` when it isn't an NPY file
    ///   of float32, float64 or uint8, or isn't exactly as long as its header says.
    /// - Complexity: O(n); takes memory of the file's size once more for the numbers, and once more to transpose.
    public init(contentsOf path: String) throws(VAEError) { self = try NPY.read(path) }
}

extension NPY {
    package static func read(_ path: String) throws(VAEError) -> NPYArray {
        try read(InputBytes(path: path))
    }

    static func read(_ input: InputBytes) throws(VAEError) -> NPYArray {
        let stream = PieceReader(input)
        let (header, start) = try header(stream)
        let (path, shape, kind) = (input.path, header.shape, header.kind)
        guard let count = IDX.product(shape), let length = IDX.product(shape + [kind.size]),
            length <= Int.max - start
        else {
            throw VAEError(
                .invalidData, path, "claims more values than any memory holds", found: "shape \(shape)",
                advice: "Save the array again with numpy.save.")
        }
        guard input.size == start + length else {
            throw VAEError(
                .invalidData, path,
                input.size < start + length
                    ? "is cut off: the shape \(shape) asks for more values"
                    : "has trailing bytes after its last value",
                expected: "\(start + length) bytes", found: "\(input.size)",
                advice: "Copy the file again, or save the array again with numpy.save.")
        }
        let values = try values(kind, count, stream)
        let isTransposed = header.isFortranOrder && shape.count > 1
        return NPYArray(checked: shape, isTransposed ? values.transposed(shape) : values)
    }

    private static func header(_ stream: PieceReader) throws(VAEError) -> (NPYHeader, start: Int) {
        let path = stream.input.path
        let first = try stream.take(magic.count + 2)
        guard first.starts(with: magic) else {
            throw VAEError(
                .invalidData, path, "is not an NPY file", expected: "\\x93NUMPY in its first bytes",
                advice: first.starts(with: Array("PK".utf8))
                    ? "This looks like an .npz archive; save one array with numpy.save."
                    : "Save the array with numpy.save.")
        }
        guard first.count == magic.count + 2 else { throw cutOff(path) }
        let (major, minor) = (first[magic.count], first[magic.count + 1])
        guard (1...3).contains(major), minor == 0 else {
            throw VAEError(
                .invalidData, path, "has a version of the format that is not known",
                expected: "1.0, 2.0 or 3.0", found: "\(major).\(minor)",
                advice: "Save the array again with numpy.save.")
        }
        let width = major == 1 ? 2 : 4
        let size = try stream.take(width)
        guard size.count == width else { throw cutOff(path) }
        let length = size.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= longestHeader else {
            throw VAEError(
                .invalidData, path, "has a header that is too long",
                expected: "at most \(longestHeader) bytes",
                found: "\(length)", advice: "Save the array again with numpy.save.")
        }
        let text = try stream.take(length)
        guard text.count == length else { throw cutOff(path) }
        return (try NPYHeaderScanner.scan(text[...], path: path), magic.count + 2 + width + length)
    }

    private static func values(
        _ kind: Kind, _ count: Int, _ stream: PieceReader
    ) throws(VAEError) -> NPYArray.Values {
        // The file was measured before, and may have been cut in between.
        func demand(_ bytes: [UInt8], _ size: Int) throws(VAEError) {
            guard bytes.count == size else { throw cutOff(stream.input.path) }
        }
        switch kind {
        case .byte:
            let bytes = try stream.take(count)
            try demand(bytes, count)
            return .bytes(bytes)
        case .float:
            var values: [Float] = []
            values.reserveCapacity(count)
            while values.count < count {
                let piece = 4 * min(count - values.count, 1 << 14)
                let bytes = try stream.take(piece)
                try demand(bytes, piece)
                for at in stride(from: 0, to: piece, by: 4) {
                    values.append(Float(bitPattern: UInt32(truncatingIfNeeded: number(bytes, at, 4))))
                }
            }
            return .floats(values)
        case .double:
            var values: [Double] = []
            values.reserveCapacity(count)
            while values.count < count {
                let piece = 8 * min(count - values.count, 1 << 13)
                let bytes = try stream.take(piece)
                try demand(bytes, piece)
                for at in stride(from: 0, to: piece, by: 8) {
                    values.append(Double(bitPattern: number(bytes, at, 8)))
                }
            }
            return .doubles(values)
        }
    }

    private static func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<count { value |= UInt64(bytes[at + place]) << (8 * UInt64(place)) }
        return value
    }

    private static func cutOff(_ path: String) -> VAEError {
        VAEError(
            .invalidData, path, "is cut off", expected: "a whole NPY file", found: "the file's end",
            advice: "Copy the file again, or save the array again with numpy.save.")
    }
}

/// Hands out an input's bytes in the pieces that are asked for.
private struct PieceReader {
    let input: InputBytes

    init(_ input: InputBytes) { self.input = input }

    /// The next `count` bytes, fewer at the end.
    func take(_ count: Int) throws(VAEError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var ended = false
        while bytes.count < count, !ended {
            try input.withUnread { unread in
                let used = min(unread.count, count - bytes.count)
                bytes.append(contentsOf: unread.prefix(used))
                ended = unread.isEmpty
                return used
            }
        }
        return bytes
    }
}

extension NPYArray.Values {
    /// The values of an array of `shape` with its first dimension innermost, with its last one innermost.
    fileprivate func transposed(_ shape: [Int]) -> NPYArray.Values {
        switch self {
        case .bytes(let values): .bytes(Self.transposed(values, shape))
        case .floats(let values): .floats(Self.transposed(values, shape))
        case .doubles(let values): .doubles(Self.transposed(values, shape))
        }
    }

    private static func transposed<Value>(_ values: [Value], _ shape: [Int]) -> [Value] {
        guard !values.isEmpty else { return values }
        var steps: [Int] = []
        var step = 1
        for size in shape {
            steps.append(step)
            step *= size
        }
        var result: [Value] = []
        result.reserveCapacity(values.count)
        var index = [Int](repeating: 0, count: shape.count)
        var from = 0
        while true {
            result.append(values[from])
            var axis = shape.count - 1
            // Counts up, the last dimension first.
            while axis >= 0 {
                index[axis] += 1
                from += steps[axis]
                guard index[axis] == shape[axis] else { break }
                from -= steps[axis] * shape[axis]
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return result }
        }
    }
}
