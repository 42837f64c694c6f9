/// A graph of ONNX operations: tensors by name, and the nodes between them.
///
/// Source: ONNX, "Open Neural Network Exchange Intermediate Representation Specification", and `onnx.proto` for the numbers of fields.
struct ONNXGraph {
    /// The types of numbers that are needed, by their numbers in `TensorProto.DataType`.
    enum ElementType: Int { case float = 1, int64 = 7, double = 11 }

    enum Attribute {
        case integer(Int)
        case float(Float)
        case text(String)
        case integers([Int])
    }

    /// A size of a tensor that comes in or goes out.
    enum Dimension: Equatable {
        case size(Int)
        case batch
    }

    fileprivate struct Node {
        let operation: String
        var inputs: [String]
        var output: String
        let attributes: [(name: String, value: Attribute)]
    }

    fileprivate struct Boundary {
        let name: String
        let type: ElementType
        let dimensions: [Dimension]
        let description: String
    }

    fileprivate struct Initializer {
        let name: String
        let type: ElementType
        let shape: [Int]
        let bytes: [UInt8]
    }

    private var nodes: [Node] = []
    private var initializers: [Initializer] = []
    private var inputs: [Boundary] = []
    private var outputs: [Boundary] = []
    /// Tensors have one space of names.
    private var names: Set<String> = []

    func has(_ name: String) -> Bool { names.contains(name) }

    /// A tensor that whoever runs the graph gives.
    mutating func input(
        _ name: String, _ dimensions: [Dimension], type: ElementType = .float, _ description: String
    ) -> String {
        take(name)
        inputs.append(Boundary(name: name, type: type, dimensions: dimensions, description: description))
        return name
    }

    /// A tensor that the graph gives: what was called otherwise until then.
    mutating func output(
        _ name: String, from tensor: String, _ dimensions: [Dimension], type: ElementType = .float,
        _ description: String
    ) {
        take(name)
        for index in nodes.indices {
            if nodes[index].output == tensor { nodes[index].output = name }
            for input in nodes[index].inputs.indices where nodes[index].inputs[input] == tensor {
                nodes[index].inputs[input] = name
            }
        }
        outputs.append(Boundary(name: name, type: type, dimensions: dimensions, description: description))
    }

    /// A tensor of the file's own.
    mutating func initializer(_ name: String, _ type: ElementType, _ shape: [Int], _ bytes: [UInt8]) -> String
    {
        take(name)
        initializers.append(Initializer(name: name, type: type, shape: shape, bytes: bytes))
        return name
    }

    /// An operation, whose output has the node's name.
    mutating func node(
        _ operation: String, _ inputs: [String], _ name: String,
        _ attributes: KeyValuePairs<String, Attribute> = [:]
    ) -> String {
        take(name)
        nodes.append(
            Node(
                operation: operation, inputs: inputs, output: name,
                attributes: attributes.map { (name: $0.key, value: $0.value) }))
        return name
    }

    private mutating func take(_ name: String) {
        precondition(names.insert(name).inserted, "two tensors called \(name)")
    }
}

extension ONNXGraph {
    /// `GraphProto`.
    func message(name: String) -> ProtobufMessage {
        var message = ProtobufMessage()
        for node in nodes { message.add(1, node.message) }
        message.add(2, name)
        for initializer in initializers { message.add(5, initializer.message) }
        for input in inputs { message.add(11, input.message) }
        for output in outputs { message.add(12, output.message) }
        return message
    }
}

extension ONNXGraph.Node {
    /// `NodeProto`.
    fileprivate var message: ProtobufMessage {
        var message = ProtobufMessage()
        for input in inputs { message.add(1, input) }
        message.add(2, output)
        message.add(3, output)
        message.add(4, operation)
        for attribute in attributes { message.add(5, attribute.value.message(name: attribute.name)) }
        return message
    }
}

extension ONNXGraph.Attribute {
    /// `AttributeProto`.
    fileprivate func message(name: String) -> ProtobufMessage {
        var message = ProtobufMessage()
        message.add(1, name)
        switch self {
        case .float(let value):
            message.add(2, value)
            message.add(20, 1)
        case .integer(let value):
            message.add(3, value)
            message.add(20, 2)
        case .text(let value):
            message.add(4, value)
            message.add(20, 3)
        case .integers(let values):
            for value in values { message.add(8, value) }
            message.add(20, 7)
        }
        return message
    }
}

extension ONNXGraph.Initializer {
    /// `TensorProto`.
    fileprivate var message: ProtobufMessage {
        var message = ProtobufMessage()
        for size in shape { message.add(1, size) }
        message.add(2, type.rawValue)
        message.add(8, name)
        message.add(9, bytes)
        return message
    }
}

extension ONNXGraph.Boundary {
    /// `ValueInfoProto`.
    fileprivate var message: ProtobufMessage {
        var shape = ProtobufMessage()
        for dimension in dimensions {
            var size = ProtobufMessage()
            switch dimension {
            case .size(let number): size.add(1, number)
            case .batch: size.add(2, "batch")
            }
            shape.add(1, size)
        }
        var tensor = ProtobufMessage()
        tensor.add(1, type.rawValue)
        tensor.add(2, shape)
        var type = ProtobufMessage()
        type.add(1, tensor)
        var message = ProtobufMessage()
        message.add(1, name)
        message.add(2, type)
        message.add(3, description)
        return message
    }
}
