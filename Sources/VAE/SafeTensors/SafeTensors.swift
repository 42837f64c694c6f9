import VAECore

/// Named tensors and text, as the safetensors format keeps them.
///
/// The format (https://github.com/huggingface/safetensors) holds numbers and text only: opening a file
/// runs nothing. Python reads what is written here with `safetensors.numpy.load_file`, and the other
/// way round.
public struct SafeTensors: Sendable, Equatable {
    /// Text about the whole, such as a model's configuration.
    public let metadata: [String: String]
    /// In the order they are written: by type, the widest first, then by the bytes of their names.
    public let tensors: [Tensor]
    private let index: [String: Int]

    /// Collects tensors in any order.
    ///
    /// - Throws: `invalidArgument` when two tensors have the same name or one is called `__metadata__`,
    ///   which the format reserves. Names that differ only in how Unicode composes their letters count
    ///   as the same.
    public init(_ tensors: [Tensor], metadata: [String: String] = [:]) throws(VAEError) {
        let sorted = tensors.sorted { $0.precedes($1) }
        var index: [String: Int] = [:]
        for (position, tensor) in sorted.enumerated() {
            guard tensor.name != Self.metadataName else {
                throw VAEError(
                    .invalidArgument, "tensor \(quoted(tensor.name))", "has a name that the format reserves",
                    advice: "Choose another name.")
            }
            guard index.updateValue(position, forKey: tensor.name) == nil else {
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
    public subscript(name: String) -> Tensor? { index[name].map { tensors[$0] } }

    /// The values of the F32 tensor `name`, row-major.
    /// - Throws: `invalidData` when it is missing or has another type or shape.
    public func floats(_ name: String, shape: [Int]) throws(VAEError) -> [Float] {
        try tensor(name, shape: shape).floats()
    }

    /// The values of the F32 or F64 tensor `name`, row-major.
    /// - Throws: `invalidData` when it is missing or has another type or shape.
    public func doubles(_ name: String, shape: [Int]) throws(VAEError) -> [Double] {
        try tensor(name, shape: shape).doubles()
    }

    /// The values of the I64 tensor `name`, row-major.
    /// - Throws: `invalidData` when it is missing or has another type or shape.
    public func integers(_ name: String, shape: [Int]) throws(VAEError) -> [Int] {
        try tensor(name, shape: shape).integers()
    }

    private func tensor(_ name: String, shape: [Int]) throws(VAEError) -> Tensor {
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
    static let largestHeader = 100_000_000
}

/// A name as errors show it; a hostile one may be millions of bytes long.
func quoted(_ name: String) -> String {
    "\"\(name.count > 80 ? name.prefix(80) + "…" : name[...])\""
}
