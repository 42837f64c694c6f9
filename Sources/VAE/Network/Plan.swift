import Kernels
import VAECore

/// A network as a graph: layers as nodes, and the values that they read and write.
///
/// Nodes are in the order of the forward pass, each after what it reads. A plan knows nothing of autoencoders, and holds no numbers: the
/// engine, the reference loops and the page each compute what it says.
///
///         values   0 ──► node 0 ──► 1 ──► node 1 ──► 2 ──► node 2 ──► 3
///                        kernel,    │     kernel,                     ▲
///                        bias       │     bias                        │
///                                   └─────────────────────────────────┘
///         value 1 has two readers: on the way back the first to arrive writes its gradient, and the other adds.
package struct Plan: Sendable {
    /// A tensor that flows between nodes, for one image.
    package struct Value: Sendable {
        /// (height, width, channels), or (units).
        package let shape: [Int]
        /// The nodes that read it, in their order.
        package fileprivate(set) var readers: [Int] = []
        /// Whether something trained lies below it.
        package let wantsGradient: Bool

        package var count: Int { shape.reduce(1, *) }
    }

    /// A layer between values.
    package struct Node: Sendable {
        /// The prefix of its parameters' names, such as "encoder.convolution.0".
        package let name: String
        package let layer: any Layer
        package let inputs: [Int]
        package let output: Int
        /// The layout's entries of its parameters.
        package fileprivate(set) var entries: Range<Int>
        /// The ranges of its tensors among all parameters.
        package fileprivate(set) var parameters: [Range<Int>]
        /// The range of the first tensor's packed form among all packed parameters; empty where none is wanted.
        package let packed: Range<Int>
    }

    package private(set) var values: [Value] = []
    package private(set) var nodes: [Node] = []
    package private(set) var layout = ParameterLayout()
    /// Floats of all packed parameters.
    package private(set) var packedCount = 0

    package init() {}

    /// A value that comes from outside.
    /// - Parameter wantsGradient: whether somebody needs its gradient, though no layer lies below
    /// - Throws: `invalidArgument` when it is too large for 32-bit sizes.
    package mutating func input(
        _ name: String, _ shape: [Int], wantsGradient: Bool = false
    ) throws(VAEError) -> Int {
        try Self.check(shape.reduce(1, *), name)
        values.append(Value(shape: shape, wantsGradient: wantsGradient))
        return values.count - 1
    }

    /// Adds a layer behind all others.
    /// - Returns: its output
    /// - Throws: `invalidArgument` when a tensor or matrix is too large for 32-bit sizes.
    package mutating func add(_ name: String, _ layer: any Layer, _ inputs: Int...) throws(VAEError) -> Int {
        // The output first: then no product of it with what is below, which was checked before, overflows.
        try Self.check(layer.outputShape.reduce(1, *), name)
        try Self.check(layer.parameters.reduce(layer.largestMatrix) { max($0, $1.count) }, name)
        let first = layout.entries.count
        let parameters = layer.parameters.map { layout.append($0, under: name) }
        let givesInputGradient = inputs.contains { values[$0].wantsGradient }
        let needs = layer.needs(images: 1, givesInputGradient: givesInputGradient)
        let packed = packedCount..<packedCount + needs.packed
        packedCount = packed.upperBound
        for input in inputs { values[input].readers.append(nodes.count) }
        nodes.append(
            Node(
                name: name, layer: layer, inputs: inputs, output: values.count,
                entries: first..<layout.entries.count, parameters: parameters, packed: packed))
        values.append(
            Value(shape: layer.outputShape, wantsGradient: givesInputGradient || !parameters.isEmpty))
        return values.count - 1
    }

    /// Room for tensors of a node behind all that are there: the ones that no optimiser trains.
    /// - Returns: their range
    mutating func reserve(_ parameters: [Parameter], forNode index: Int) -> Range<Int> {
        let (first, start) = (layout.entries.count, layout.count)
        nodes[index].parameters = parameters.map { layout.append($0, under: nodes[index].name) }
        nodes[index].entries = first..<layout.entries.count
        return start..<layout.count
    }

    /// Room for a tensor that belongs to no layer.
    package mutating func reserve(_ parameter: Parameter, under name: String) -> Range<Int> {
        layout.append(parameter, under: name)
    }

    /// Room for what is made of the parameters once a step.
    package mutating func reserve(derived floats: Int) -> Range<Int> { layout.append(derived: floats) }

    /// The nodes in the order of the way back: each after all readers of its output, and of those that could be next the first.
    ///
    /// The order in which gradients of a value with several readers are added is so fixed by the plan alone.
    package var backwardOrder: [Int] {
        var waiting = values.map(\.readers.count)
        var left = Set(nodes.indices.filter { values[nodes[$0].output].wantsGradient })
        var order: [Int] = []
        while let next = left.filter({ waiting[nodes[$0].output] == 0 }).min() {
            left.remove(next)
            order.append(next)
            for input in nodes[next].inputs { waiting[input] -= 1 }
        }
        precondition(left.isEmpty, "a value without a way to the output")
        return order
    }

    private static func check(_ count: Int, _ name: String) throws(VAEError) {
        guard count <= largestCount else {
            throw VAEError(
                .invalidArgument, "model configuration", "has a layer too large for 32-bit matrix dimensions",
                expected: "at most \(largestCount) values in a layer", found: "\(count) in \(name)",
                advice: "Choose fewer filters, fewer hidden units or smaller images.")
        }
    }

    /// Values that a tensor or a matrix may have: well inside `sgemm`'s 32-bit sizes.
    private static let largestCount = 1 << 30
}
