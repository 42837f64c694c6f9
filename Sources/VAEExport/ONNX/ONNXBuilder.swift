import Kernels
import VAE
import VAECore

/// The way from a plan to an ONNX graph: the plan's nodes one by one, and between them what brings values into the order that the next
/// one reads.
struct ONNXBuilder {
    /// The order in which a tensor has the values of an image.
    enum Form: CaseIterable {
        /// (batch, channels, height, width): what ONNX's convolutions read and give.
        case channelsFirst
        /// (batch, height, width, channels), the plan's own.
        case channelsLast
        /// (batch, values), in the plan's order.
        case flat
    }

    /// A value of the plan: the tensors that have it so far.
    struct Value {
        let name: String
        /// (height, width, channels), or (units).
        let shape: [Int]
        var tensors: [Form: String]
    }

    var graph = ONNXGraph()
    let topology: Topology
    private let weights: [String: VariationalAutoencoder.Weight]
    private var values: [Int: Value] = [:]

    var plan: Plan { topology.plan }

    /// - Throws: `invalidArgument` when the configuration is not valid.
    init(_ model: VariationalAutoencoder) throws(VAEError) {
        topology = try Topology(model.configuration)
        weights = Dictionary(uniqueKeysWithValues: model.weights.map { ($0.name, $0) })
    }

    // MARK: Values

    /// Says which tensor has a value.
    mutating func define(_ value: Int, _ tensor: String, _ form: Form, shape: [Int]? = nil) {
        values[value] = Value(
            name: tensor, shape: shape ?? plan.values[value].shape, tensors: [form: tensor])
    }

    /// Gives a value out under a name of its own, in one form.
    mutating func output(
        _ name: String, _ value: Int, _ form: Form, _ dimensions: [ONNXGraph.Dimension],
        _ description: String
    ) {
        graph.output(name, from: tensor(value, form), dimensions, description)
        values[value]?.tensors[form] = name
    }

    /// Makes a value the same as another.
    mutating func define(_ value: Int, as other: Int) { values[value] = values[other] }

    /// A value in any form that it has: convolutions' own first.
    func tensor(_ value: Int) -> (name: String, form: Form) {
        for form in Form.allCases {
            if let name = values[value]?.tensors[form] { return (name, form) }
        }
        preconditionFailure("the plan reads value \(value) before it is there")
    }

    /// A value in one form, which it is brought into where it has others only.
    mutating func tensor(_ value: Int, _ form: Form) -> String {
        guard let known = values[value] else { preconditionFailure("value \(value) is not there") }
        if let name = known.tensors[form] { return name }
        let name = "\(known.name).\(form)"
        let (height, width, channels) =
            known.shape.count == 3 ? (known.shape[0], known.shape[1], known.shape[2]) : (1, 1, known.shape[0])
        // With one channel, or one position, both orders are the same.
        let isOneOrder = channels == 1 || height * width == 1
        let made: String
        switch form {
        case .flat:
            let source = isOneOrder ? tensor(value).name : tensor(value, .channelsLast)
            made = graph.node("Flatten", [source], name, ["axis": .integer(1)])
        case .channelsLast:
            if let first = known.tensors[.channelsFirst], !isOneOrder {
                made = graph.node("Transpose", [first], name, ["perm": .integers([0, 2, 3, 1])])
            } else {
                made = reshape(tensor(value).name, [0, height, width, channels], name)
            }
        case .channelsFirst:
            if isOneOrder {
                made = reshape(tensor(value).name, [0, channels, height, width], name)
            } else {
                made = graph.node(
                    "Transpose", [tensor(value, .channelsLast)], name, ["perm": .integers([0, 3, 1, 2])])
            }
        }
        values[value]?.tensors[form] = made
        return made
    }

    /// - Parameter shape: 0 for a size that stays, −1 for the one that follows from the others
    mutating func reshape(_ tensor: String, _ shape: [Int], _ name: String) -> String {
        graph.node("Reshape", [tensor, integers(shape)], name)
    }

    // MARK: Constants

    /// A weight of the plan's layout as it is in the model.
    /// - Throws: `invalidData` when it holds a number that is not finite.
    func weight(_ entry: Int) throws(VAEError) -> VariationalAutoencoder.Weight {
        let name = plan.layout.entries[entry].name
        guard let weight = weights[name] else { preconditionFailure("the model has no \(name)") }
        if let unsound = weight.values.first(where: { !$0.isFinite }) {
            throw VAEError(
                .invalidData, "weight \"\(name)\"", "holds a number that is not finite",
                expected: "finite numbers", found: "\(unsound)",
                advice: "The training has diverged; take an earlier model of the run.")
        }
        return weight
    }

    /// A parameter of a node under its own name.
    /// - Parameters:
    ///   - shape: another way to see its sizes; nil for its own
    ///   - axes: the axis that each axis of the written tensor was; nil for their own order
    mutating func parameter(
        _ index: Int, of node: Plan.Node, shape: [Int]? = nil, axes: [Int]? = nil
    ) throws(VAEError) -> String {
        let weight = try weight(node.entries.lowerBound + index)
        guard let axes else {
            return floats(weight.name, shape ?? weight.shape, weight.values)
        }
        return floats(
            weight.name, axes.map { weight.shape[$0] },
            weight.values.permuted(weight.shape, to: axes))
    }

    mutating func floats(_ name: String, _ shape: [Int], _ values: [Float]) -> String {
        graph.initializer(name, .float, shape, values.littleEndianBytes(\.bitPattern))
    }

    mutating func doubles(_ name: String, _ shape: [Int], _ values: [Double]) -> String {
        graph.initializer(name, .double, shape, values.littleEndianBytes(\.bitPattern))
    }

    /// A number, which all nodes that want it share.
    mutating func scalar(_ value: Float) -> String {
        let name = "constant.\(value)"
        return graph.has(name) ? name : floats(name, [], [value])
    }

    /// A list of whole numbers, which all nodes that want it share.
    mutating func integers(_ values: [Int]) -> String {
        let name = "integers." + values.map(String.init).joined(separator: ".")
        if graph.has(name) { return name }
        return graph.initializer(
            name, .int64, [values.count], values.littleEndianBytes { UInt64(bitPattern: Int64($0)) })
    }
}

extension [Float] {
    /// The values of an array of four axes in another order of them.
    /// - Parameter axes: the axis that each axis of the result was
    func permuted(_ shape: [Int], to axes: [Int]) -> [Float] {
        precondition(shape.count == 4 && axes.sorted() == [0, 1, 2, 3], "\(shape) to \(axes)")
        let strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1]
        let (sizes, steps) = (axes.map { shape[$0] }, axes.map { strides[$0] })
        var result: [Float] = []
        result.reserveCapacity(count)
        for a in 0..<sizes[0] {
            for b in 0..<sizes[1] {
                for c in 0..<sizes[2] {
                    let start = a * steps[0] + b * steps[1] + c * steps[2]
                    for d in 0..<sizes[3] { result.append(self[start + d * steps[3]]) }
                }
            }
        }
        return result
    }
}
