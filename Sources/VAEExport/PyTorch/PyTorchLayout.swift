import Kernels
import VAE
import VAECore

/// The names and layouts of a model's tensors in PyTorch.
///
/// Convolutions are (out, in, height, width), transposed ones (in, out, height, width), dense layers (out, in). PyTorch's images are (n,
/// channels, height, width), and so the rows of a dense layer that reads feature maps, and the columns of one that gives some, are put in
/// that order: `torch.flatten` and `unflatten` then fit.
struct PyTorchLayout: Sendable {
    /// The tensors in the order of the model's weights.
    let tensors: [Rearrangement]

    /// - Throws: `invalidArgument` for a layer that has no counterpart.
    init(_ topology: Topology) throws(VAEError) {
        let plan = topology.plan
        var tensors: [Rearrangement] = []
        var owners: [Int: Plan.Node] = [:]
        for node in plan.nodes { for entry in node.entries { owners[entry] = node } }
        for (index, entry) in plan.layout.entries.enumerated() {
            if let node = owners[index] {
                tensors.append(try Self.tensor(entry, of: node, in: plan))
            } else {
                tensors.append(Rearrangement(name: entry.name, axes: Self.ofMaps(entry.shape)))
            }
        }
        self.tensors = tensors
    }

    /// A layer's name in PyTorch: within its side, an attribute of a module.
    static func attribute(_ node: String) -> String {
        node.split(separator: ".").dropFirst().joined(separator: "_")
    }

    private static func tensor(
        _ entry: ParameterLayout.Entry, of node: Plan.Node, in plan: Plan
    ) throws(VAEError) -> Rearrangement {
        let shape = entry.shape
        let own = String(entry.name.dropFirst(node.name.count + 1))
        let isBias = own == "bias"
        func tensor(_ name: String, _ axes: [[Int]]) -> Rearrangement {
            let side = node.name.prefix { $0 != "." }
            return Rearrangement(
                name: [String(side), attribute(node.name), name].filter { !$0.isEmpty }.joined(
                    separator: "."),
                axes: axes)
        }
        func strided(_ order: [Int]) -> [[Int]] {
            order.map { Rearrangement.axis(shape[$0], by: shape[($0 + 1)...].reduce(1, *)) }
        }
        switch node.layer {
        case is Convolution2D, is TransposedConvolution2D:
            // (height, width, in, out) and (height, width, out, in): the last size comes first in both.
            return isBias ? tensor("bias", strided([0])) : tensor("weight", strided([3, 2, 0, 1]))
        case let layer as Dense:
            let outputs = flattened(layer.outputShape)
            guard !isBias else { return tensor("bias", [outputs]) }
            let inputs = flattened(node.inputs[0], in: plan).map { $0 * layer.outputs }
            return tensor("weight", [outputs, inputs])
        case is GroupNormalization:
            return tensor(own == "scale" ? "weight" : "bias", strided([0]))
        case is Quantisation:
            return tensor(own, strided(Array(shape.indices)))
        default:
            throw VAEError(
                .invalidArgument, node.name, "is a layer that can't be written for PyTorch",
                found: node.layer.kind)
        }
    }

    /// The places of a shape's values in the order of PyTorch: of feature maps channel after channel.
    private static func flattened(_ shape: [Int]) -> [Int] {
        guard shape.count == 3 else { return Rearrangement.axis(shape.reduce(1, *)) }
        let positions = shape[0] * shape[1]
        return (0..<shape[2]).flatMap { channel in (0..<positions).map { $0 * shape[2] + channel } }
    }

    /// The same for a value of a plan, which may be feature maps with labels behind them.
    private static func flattened(_ value: Int, in plan: Plan) -> [Int] {
        guard let node = plan.nodes.first(where: { $0.output == value }), node.layer is Concatenation else {
            return flattened(plan.values[value].shape)
        }
        return node.inputs.reduce([]) { order, input in
            order + flattened(input, in: plan).map { $0 + order.count }
        }
    }

    /// The axes of numbers that belong to no layer: of those for each value of an image, and of images, channels come before positions.
    private static func ofMaps(_ shape: [Int]) -> [[Int]] {
        let axes = shape.indices.map { Rearrangement.axis(shape[$0], by: shape[($0 + 1)...].reduce(1, *)) }
        guard shape.count >= 3 else { return axes }
        let (rest, maps) = (axes.dropLast(3), Array(axes.suffix(3)))
        return rest + [maps[2], maps[0], maps[1]]
    }
}
