import VAECore

extension SafeTensors {
    /// A named array of numbers.
    package struct Tensor: Sendable, Equatable {
        package let name: String
        package let dataType: DataType
        /// Sizes, the slowest index first; empty for a scalar.
        package let shape: [Int]
        /// The elements, row-major and little-endian: a copy.
        package var bytes: [UInt8] { Array(storage) }
        /// The elements where they lie. Tensors that were read share the memory of their file.
        let storage: ArraySlice<UInt8>

        /// - Throws: `invalidArgument` when the number of bytes is not what type and shape make.
        package init(name: String, dataType: DataType, shape: [Int], bytes: [UInt8]) throws(VAEError) {
            guard let count = dataType.byteCount(of: shape) else {
                throw VAEError(
                    .invalidArgument, "tensor \(quoted(name))", "has an impossible shape",
                    expected: "sizes of 0 and more that make whole bytes",
                    found: "\(shape) of \(dataType.rawValue)")
            }
            guard count == bytes.count else {
                throw VAEError(
                    .invalidArgument, "tensor \(quoted(name))", "does not have the size of its shape",
                    expected: "\(count) bytes for \(shape) of \(dataType.rawValue)", found: "\(bytes.count)")
            }
            self.init(unchecked: name, dataType, shape, bytes[...])
        }

        /// An F32 tensor of `values`, row-major.
        /// - Throws: `invalidArgument` when their number is not that of `shape`.
        package init(name: String, shape: [Int], floats values: [Float]) throws(VAEError) {
            try self.init(
                name: name, dataType: .float32, shape: shape, bytes: values.littleEndianBytes(\.bitPattern))
        }

        /// An F64 tensor of `values`, row-major.
        /// - Throws: `invalidArgument` when their number is not that of `shape`.
        package init(name: String, shape: [Int], doubles values: [Double]) throws(VAEError) {
            try self.init(
                name: name, dataType: .float64, shape: shape, bytes: values.littleEndianBytes(\.bitPattern))
        }

        /// An I64 tensor of `values`, row-major.
        /// - Throws: `invalidArgument` when their number is not that of `shape`.
        package init(name: String, shape: [Int], integers values: [Int]) throws(VAEError) {
            try self.init(
                name: name, dataType: .int64, shape: shape,
                bytes: values.littleEndianBytes { UInt64(bitPattern: Int64($0)) })
        }

        /// For a reader that has checked sizes itself, so that it can say where in the file they are.
        init(unchecked name: String, _ dataType: DataType, _ shape: [Int], _ bytes: ArraySlice<UInt8>) {
            self.name = name
            self.dataType = dataType
            self.shape = shape
            storage = bytes
        }

        /// The values of an F32 tensor, row-major.
        /// - Throws: `invalidData` when it has another type: rounding would be silent.
        package func floats() throws(VAEError) -> [Float] {
            guard dataType == .float32 else { throw wrongType("F32") }
            return storage.words().map { Float(bitPattern: $0) }
        }

        /// Adds the values of an F32 tensor to `values`, and makes no other copy of them.
        /// - Throws: `invalidData` when it has another type, or a value that is not finite.
        func append(to values: inout [Float]) throws(VAEError) {
            guard dataType == .float32 else { throw wrongType("F32") }
            guard isFinite else { throw notFinite() }
            storage.withUnsafeBytes { bytes in
                for offset in stride(from: 0, to: bytes.count, by: 4) {
                    let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                    values.append(Float(bitPattern: UInt32(littleEndian: word)))
                }
            }
        }

        /// The values of an F64 tensor, or those of an F32 tensor, which doubles hold exactly.
        /// - Throws: `invalidData` when it has another type.
        package func doubles() throws(VAEError) -> [Double] {
            switch dataType {
            case .float64: storage.words().map { Double(bitPattern: $0) }
            case .float32: storage.words().map { Double(Float(bitPattern: $0)) }
            default: throw wrongType("F64 or F32")
            }
        }

        /// The values of an I64 tensor, row-major.
        /// - Throws: `invalidData` when it has another type.
        package func integers() throws(VAEError) -> [Int] {
            guard dataType == .int64 else { throw wrongType("I64") }
            return storage.words().map { Int(Int64(bitPattern: $0)) }
        }

        /// Whether all values of an F32 tensor are finite. An exponent of ones, which infinities and NaN have, carries into the sign's
        /// bit when 1 is added to it: no branch keeps the loop from being vectorised, nor does counting words (a stride of 4 would).
        private var isFinite: Bool {
            storage.withUnsafeBytes { bytes in
                var carries: UInt32 = 0
                for index in 0..<bytes.count / 4 {
                    let word = bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                    carries |= (UInt32(littleEndian: word) & 0x7F80_0000) &+ 0x0080_0000
                }
                return carries & 0x8000_0000 == 0
            }
        }

        /// Names the first value that is not finite by its place.
        private func notFinite() -> VAEError {
            let values: [Float] = storage.words().map { Float(bitPattern: $0) }
            var place = values.firstIndex { !$0.isFinite } ?? 0
            let value = values[place]
            var indices: [Int] = []
            for size in shape.reversed() {
                indices.insert(place % size, at: 0)
                place /= size
            }
            return VAEError(
                .invalidData, "tensor \(quoted(name))", "holds a number that is not finite",
                expected: "finite numbers", found: "\(value) at \(indices)",
                advice: "No training writes such a file: get it again, or take another of the run.")
        }

        private func wrongType(_ expected: String) -> VAEError {
            VAEError(
                .invalidData, "tensor \(quoted(name))", "has another type", expected: expected,
                found: dataType.rawValue, advice: "Convert it when the file is written.")
        }

        /// The order of writing: the type that comes last in `DataType` first, then names by their bytes
        /// (Swift's own order of strings looks at composed letters and would differ from other writers').
        func precedes(_ other: Tensor) -> Bool {
            guard dataType == other.dataType else { return dataType.rank > other.dataType.rank }
            return name.utf8.lexicographicallyPrecedes(other.name.utf8)
        }
    }
}

extension Array {
    /// The bits of each element, least significant byte first.
    package func littleEndianBytes<Word: FixedWidthInteger>(_ bits: (Element) -> Word) -> [UInt8] {
        #if _endian(little)
            // They lie in memory as in a file.
            precondition(MemoryLayout<Element>.size == MemoryLayout<Word>.size)
            return withUnsafeBytes { [UInt8]($0) }
        #else
            return flatMap { element in Swift.withUnsafeBytes(of: bits(element).littleEndian) { [UInt8]($0) }
            }
        #endif
    }
}

extension ArraySlice<UInt8> {
    /// The whole words the bytes make, least significant byte first.
    fileprivate func words<Word: FixedWidthInteger>() -> [Word] {
        let size = MemoryLayout<Word>.size
        return withUnsafeBytes { bytes in
            (0..<count / size).map {
                Word(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Word.self))
            }
        }
    }
}
