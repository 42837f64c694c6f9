import Kernels
import VAE
import VAECore

extension ONNXBuilder {
    /// Rows, columns and numbers of a code of an image's grid; a model without feature maps has one row.
    static func grid(_ layer: Quantisation) -> [Int] {
        let shape = layer.outputShape
        return (shape.count == 3 ? [shape[0], shape[1]] : [1, layer.positions]) + [layer.dimension]
    }

    /// The numbers of the codes that are nearest to the encoder's vectors: (batch, rows, columns).
    ///
    /// The nearest has the greatest z_e·e − ½‖e‖², as in the engine.
    mutating func nearestCodes(_ layer: Quantisation, _ node: Plan.Node) throws(VAEError) -> String {
        let shape = Self.grid(layer)
        let encodings =
            layer.outputShape.count == 3
            ? tensor(node.inputs[0], .channelsLast) : tensor(node.inputs[0], .flat)
        let rows = reshape(encodings, [-1, layer.dimension], "\(node.name).rows")
        let offsets = floats(
            "\(node.name).offsets", [layer.size],
            try weight(node.entries.lowerBound).values.halfSquares(of: layer.dimension))
        let scores = graph.node(
            "Gemm", [rows, try codebook(node), offsets], "\(node.name).scores", ["transB": .integer(1)])
        let nearest = graph.node(
            "ArgMax", [scores], "\(node.name).nearest", ["axis": .integer(1), "keepdims": .integer(0)])
        return reshape(nearest, [-1, shape[0], shape[1]], "\(node.name).numbers")
    }

    /// Gives z the codes of some numbers.
    mutating func lookUp(_ numbers: String, _ layer: Quantisation, _ node: Plan.Node) throws(VAEError) {
        let codes = graph.node(
            "Gather", [try codebook(node), numbers], "\(node.name).vectors", ["axis": .integer(0)])
        define(node.output, codes, .channelsLast, shape: Self.grid(layer))
    }

    private mutating func codebook(_ node: Plan.Node) throws(VAEError) -> String {
        let name = plan.layout.entries[node.entries.lowerBound].name
        return graph.has(name) ? name : try parameter(0, of: node)
    }
}

extension [Float] {
    /// −½‖e‖² of each row.
    fileprivate func halfSquares(of dimension: Int) -> [Float] {
        stride(from: 0, to: count, by: dimension).map { start in
            Float(self[start..<start + dimension].reduce(0.0) { $0 - 0.5 * Double($1) * Double($1) })
        }
    }
}
