import VAECore

/// Named tensors and text, as the safetensors format keeps them.
///
/// The format (https://github.com/huggingface/safetensors) holds numbers and text only: opening a file
/// runs nothing. Python reads what is written here with `safetensors.numpy.load_file`, and the other
/// way round.
package struct SafeTensors: Sendable, Equatable {
    /// Text about the whole, such as a model's configuration.
    package let metadata: [String: String]
    /// In the order they are written: by type, the widest first, then by the bytes of their names.
    package let tensors: [Tensor]
    private let index: [ExactName: Int]

    /// Collects tensors in any order.
    ///
    /// - Throws: `invalidArgument` when two tensors have the same name or one is called `__metadata__`,
    ///   which the format reserves. Names are the same when their bytes are.
    package init(_ tensors: [Tensor], metadata: [String: String] = [:]) throws(VAEError) {
        let sorted = tensors.sorted { $0.precedes($1) }
        var index: [ExactName: Int] = [:]
        for (position, tensor) in sorted.enumerated() {
            guard tensor.name != Self.metadataName else {
                throw VAEError(
                    .invalidArgument, "tensor \(quoted(tensor.name))", "has a name that the format reserves",
                    advice: "Choose another name.")
            }
            guard index.updateValue(position, forKey: ExactName(tensor.name)) == nil else {
                throw VAEError(
                    .invalidArgument, "tensor \(quoted(tensor.name))", "is there twice",
                    advice: "Give each tensor a name of its own.")
            }
        }
        self.metadata = metadata
        self.tensors = sorted
        self.index = index
    }

    /// The tensor of that name, nil when there is none.
    package subscript(name: String) -> Tensor? { index[ExactName(name)].map { tensors[$0] } }

    /// The values of the F32 tensor `name`, row-major.
    /// - Throws: `invalidData` when it is missing or has another type or shape.
    package func floats(_ name: String, shape: [Int]) throws(VAEError) -> [Float] {
        try tensor(name, shape: shape).floats()
    }

    /// The values of the F32 or F64 tensor `name`, row-major.
    /// - Throws: `invalidData` when it is missing or has another type or shape.
    package func doubles(_ name: String, shape: [Int]) throws(VAEError) -> [Double] {
        try tensor(name, shape: shape).doubles()
    }

    /// The tensor of that name and shape.
    func tensor(_ name: String, shape: [Int]) throws(VAEError) -> Tensor {
        guard let tensor = self[name] else {
            throw VAEError(
                .invalidData, "tensor \(quoted(name))", "is missing", expected: "shape \(shape)",
                found: "\(tensors.count) other tensors", advice: "Check that the file is of this model.")
        }
        guard tensor.shape == shape else {
            throw VAEError(
                .invalidData, "tensor \(quoted(name))", "has another shape", expected: "\(shape)",
                found: "\(tensor.shape)", advice: "Check that the file is of this model.")
        }
        return tensor
    }

    static let metadataName = "__metadata__"
    /// The largest header that the format's reference reader accepts, in bytes.
    package static let largestHeader = 100_000_000
    // What a file may hold is bounded, so that a hostile one can't take memory or time out of proportion to its size.
    /// Tensors of a file that is read.
    static let mostTensors = 1 << 16
    /// Bytes of a tensor's name in a file that is read, with its escapes.
    static let longestName = 4096
    /// Entries of the metadata of a file that is read.
    static let mostMetadata = 4096
    /// Bytes of a name in the metadata of a file that is read, with its escapes.
    static let longestKey = 256
    /// Dimensions of a tensor that is read; NumPy allows as many.
    static let mostDimensions = 64
}

/// A name that is another as soon as a byte differs.
///
/// A `String` is hashed and compared in Unicode's normal form, which takes the square of the time for a name made
/// of nothing but accents: two seconds for 200 KB.
struct ExactName: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (a: ExactName, b: ExactName) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// A name as errors show it; a hostile one may be millions of bytes long, and all of it a single letter with accents.
func quoted(_ name: String) -> String {
    let start = name.unicodeScalars.prefix(80)
    return start.endIndex == name.endIndex ? "\"\(name)\"" : "\"\(String(start))…\""
}
