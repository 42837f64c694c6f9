import VAE
import VAECore
import VAEData

/// A file of named arrays of numbers, safetensors or NumPy's archive, whatever program it comes from.
struct WeightFile {
    /// An array as the file describes it.
    struct Array: Sendable {
        let name: String
        let shape: [Int]
    }

    let path: String
    /// In the order in which an archive has them; of safetensors, which have none, by name.
    let arrays: [Array]
    /// Whether the order of the arrays is one that whoever wrote them chose.
    let isOrdered: Bool
    let metadata: [String: String]

    private let content: Content

    /// Numbers of all arrays; those of sizes that overflow count as none.
    var count: Int {
        arrays.reduce(0) { sum, array in
            var count = 1
            for size in array.shape {
                let (product, overflow) = count.multipliedReportingOverflow(by: size)
                guard !overflow else { return sum }
                count = product
            }
            let (total, overflow) = sum.addingReportingOverflow(count)
            return overflow ? sum : total
        }
    }

    private enum Content {
        case tensors(SafeTensors)
        case archive(NPZArchive)
    }

    /// - Throws: `missingInput` or `inputOutput` when it can't be read; `invalidArgument` for a name of neither kind; `invalidData` when it
    ///   is damaged, or holds arrays that are no numbers.
    init(contentsOf path: String) throws(VAEError) {
        self.path = path
        let name = path.lowercased()
        if name.hasSuffix(".safetensors") {
            let tensors = try SafeTensors(contentsOf: path)
            arrays = tensors.tensors.map { Array(name: $0.name, shape: $0.shape) }
            (isOrdered, metadata, content) = (false, tensors.metadata, .tensors(tensors))
        } else if name.hasSuffix(".npz") {
            let archive = try NPZArchive(contentsOf: path)
            for entry in archive.entries { if let refusal = entry.refusal { throw refusal } }
            arrays = archive.entries.map { Array(name: $0.name, shape: $0.shape) }
            (isOrdered, metadata, content) = (true, [:], .archive(archive))
        } else {
            throw VAEError(
                .invalidArgument, path, "is not a kind of file that weights are read from",
                expected: "a name ending in .safetensors or .npz",
                advice:
                    "Save them as such in Python: numpy.savez(\"weights.npz\", *encoder.get_weights(), *decoder.get_weights()), or safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\")."
            )
        }
    }

    /// The numbers of an array in single precision.
    /// - Returns: also whether that rounded some
    /// - Throws: `invalidData` when they are no floating-point numbers, not finite, or damaged.
    func values(of array: Array) throws(VAEError) -> (values: [Float], isRounded: Bool) {
        let subject = "\(path), \(Self.quoted(array.name))"
        let (values, isRounded) = try numbers(array.name, subject)
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return (values, isRounded) }
        throw VAEError(
            .invalidData, subject,
            isRounded
                ? "holds a number that is not finite in single precision"
                : "holds a number that is not finite", expected: "finite numbers",
            found: "\(values[index]) at \(Self.place(of: index, in: array.shape))")
    }

    private func numbers(
        _ name: String, _ subject: String
    ) throws(VAEError) -> (values: [Float], isRounded: Bool) {
        switch content {
        case .tensors(let tensors):
            guard let tensor = tensors[name] else { return ([], false) }
            switch tensor.dataType {
            case .float32: return (try tensor.floats(), false)
            case .float64: return Self.rounded(try tensor.doubles())
            case .float16:
                return (Self.halves(tensor.bytes) { Float(Float16(bitPattern: $0)) }, false)
            case .bfloat16:
                return (Self.halves(tensor.bytes) { Float(bitPattern: UInt32($0) << 16) }, false)
            default: throw Self.wrongType(subject, tensor.dataType.rawValue)
            }
        case .archive(let archive):
            switch try archive.array(named: name).values {
            case .floats(let values): return (values, false)
            case .doubles(let values): return Self.rounded(values)
            case .halves(let values): return (values.map { Float($0) }, false)
            case let values: throw Self.wrongType(subject, values.type.rawValue)
            }
        }
    }

    private static func rounded(_ values: [Double]) -> (values: [Float], isRounded: Bool) {
        let floats = values.map { Float($0) }
        return (floats, zip(values, floats).contains { $0 != Double($1) })
    }

    private static func halves(_ bytes: [UInt8], _ number: (UInt16) -> Float) -> [Float] {
        stride(from: 0, to: bytes.count, by: 2).map {
            number(UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    private static func wrongType(_ subject: String, _ found: String) -> VAEError {
        VAEError(
            .invalidData, subject, "holds no weights", expected: "float32, float64, float16 or bfloat16",
            found: found)
    }

    private static func place(of index: Int, in shape: [Int]) -> String {
        var rest = index
        var places: [String] = []
        for size in shape.reversed() where size > 0 {
            places.insert("\(rest % size)", at: 0)
            rest /= size
        }
        return "(\(places.joined(separator: ", ")))"
    }

    /// A name as messages show it.
    static func quoted(_ name: String) -> String {
        let start = name.unicodeScalars.prefix(80)
        return start.endIndex == name.endIndex ? "\"\(name)\"" : "\"\(String(start))…\""
    }
}
