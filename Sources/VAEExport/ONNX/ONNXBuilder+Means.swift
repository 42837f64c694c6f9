import Kernels
import VAE

extension ONNXBuilder {
    /// The value of the means of p(x|z), which the plan does not have: the engine writes them beside it.
    static let means = -1

    /// The means of p(x|z) from the decoder's output.
    mutating func addMeans(_ likelihood: Likelihood, _ image: [Int]) {
        let output = topology.output
        switch likelihood {
        case .gaussian, .gaussianChannel, .gaussianValue, .laplace, .studentT:
            define(Self.means, as: output)
        case .bernoulli:
            let logits = tensor(output)
            define(
                Self.means, graph.node("Sigmoid", [logits.name], "means.sigmoid"), logits.form, shape: image)
        case .continuousBernoulli:
            let logits = tensor(output)
            define(Self.means, continuousMeans(logits.name), logits.form, shape: image)
        case .logisticMixture:
            define(Self.means, mixtureMeans(tensor(output, .flat), image.reduce(1, *)), .flat, shape: image)
        }
    }

    /// m(l) = 1/(1 − e⁻ˡ) − 1/l: below |l| = 1.5 by its series, as the engine has it, and beyond by one exponential of −|l|.
    private mutating func continuousMeans(_ logits: String) -> String {
        let near = op("Clip", [logits, scalar(-1.5), scalar(1.5)], "near")
        let square = op("Mul", [near, near], "square")
        // B₂ₙ/(2n)! of l²ⁿ⁻¹, from the highest power down.
        let coefficients: [Float] = [
            1.0 / 47_900_160, -1.0 / 1_209_600, 1.0 / 30_240, -1.0 / 720, 1.0 / 12,
        ]
        var sum = scalar(-691.0 / 2730 / 479_001_600)
        for (index, coefficient) in coefficients.enumerated() {
            let product = op("Mul", [sum, square], "product.\(index)")
            sum = op("Add", [product, scalar(coefficient)], "series.\(index)")
        }
        let series = op("Add", [op("Mul", [sum, near], "slope"), scalar(0.5)], "near.mean")

        let size = op("Abs", [logits], "size")
        let far = op("Max", [size, scalar(1.5)], "far")
        let power = op("Exp", [op("Neg", [far], "far.minus")], "power")
        let rest = op("Sub", [scalar(1), power], "rest")
        let inverse = op("Div", [scalar(1), far], "inverse")
        let above = op("Sub", [op("Div", [scalar(1), rest], "above.share"), inverse], "above")
        let below = op("Sub", [inverse, op("Div", [power, rest], "below.share")], "below")
        let isAbove = op("Greater", [logits, scalar(0)], "is_above")
        let isNear = op("Less", [size, scalar(1.5)], "is_near")
        return op("Where", [isNear, series, op("Where", [isAbove, above, below], "far.mean")], "mean")
    }

    /// The mean levels over 255 of the discretised mixture: see ``LogisticMixture``.
    /// - Parameter output: (batch, values · 15)
    /// - Returns: (batch, values)
    private mutating func mixtureMeans(_ output: String, _ values: Int) -> String {
        let count = LogisticMixture.components
        let parts = reshape(output, [0, values, 3, count], "means.parts")
        let axis: KeyValuePairs<String, ONNXGraph.Attribute> = ["axis": .integer(2)]
        func part(_ index: Int) -> String { "means.part.\(index)" }
        for index in 0..<3 {
            let place = graph.initializer(
                "\(part(index)).index", .int64, [], [index].littleEndianBytes { UInt64($0) })
            _ = graph.node("Gather", [parts, place], part(index), axis)
        }
        let spread = floats("means.spread", [count], (0..<count).map { 0.4 * Float($0) - 0.8 })
        // In the units of y from −1 to 1; one and the scale also in steps between levels.
        let middle = op("Add", [part(1), spread], "middle")
        let logScale = op(
            "Max", [op("Sub", [part(2), scalar(1.609_438)], "log_scale.free"), scalar(-7)], "log_scale")
        let inverse = op("Exp", [op("Neg", [logScale], "log_scale.minus")], "inverse")
        let scale = op("Mul", [op("Exp", [logScale], "scale.y"), scalar(127.5)], "scale")

        let isNarrow = op("Greater", [inverse, scalar(127.5)], "is_narrow")
        let levels = op(
            "Where", [isNarrow, narrowMeans(middle, scale), wideMeans(middle, inverse, scale)], "levels")
        let weights = graph.node("Softmax", [part(0)], "means.weights", ["axis": .integer(-1)])
        let sum = reduceSum(op("Mul", [weights, levels], "weighed"), "sum")
        return op(
            "Clip", [op("Mul", [sum, scalar(1 / 255)], "mean.free"), scalar(0), scalar(1)], "mean")
    }

    /// Of components with a scale of a step or more: an integral, and its ends by Euler and Maclaurin's formula.
    private mutating func wideMeans(_ middle: String, _ inverse: String, _ scale: String) -> String {
        let low = op("Mul", [op("Add", [middle, scalar(1)], "above_low"), inverse], "low")
        let high = op("Mul", [op("Sub", [middle, scalar(1)], "above_high"), inverse], "high")
        let difference = op(
            "Sub", [op("Softplus", [low], "low.softplus"), op("Softplus", [high], "high.softplus")],
            "difference")
        let ends = op(
            "Div", [op("Sub", [density(high, "high"), density(low, "low")], "ends.difference"), scale], "ends"
        )
        let correction = op("Mul", [ends, scalar(1.0 / 24)], "ends.share")
        return op("Add", [op("Mul", [scale, difference], "integral"), correction], "wide")
    }

    /// σ(x)(1 − σ(x)).
    private mutating func density(_ tensor: String, _ name: String) -> String {
        let sigmoid = op("Sigmoid", [tensor], "\(name).sigmoid")
        return op("Mul", [sigmoid, op("Sub", [scalar(1), sigmoid], "\(name).rest")], "\(name).density")
    }

    /// Of components with a smaller scale: σ at the places between levels around the middle. Beyond sixteen steps it is 0 or 1 but for 10⁻⁷.
    private mutating func narrowMeans(_ middle: String, _ scale: String) -> String {
        let reach = 16
        let steps = op("Mul", [op("Add", [middle, scalar(1)], "above_0"), scalar(127.5)], "steps")
        let place = op("Clip", [steps, scalar(-100), scalar(400)], "place")
        let first = op("Sub", [op("Floor", [place], "place.floor"), scalar(Float(reach))], "first")
        let around = floats("means.around", [2 * reach], (0..<2 * reach).map { Float($0) })
        let places = op("Add", [unsqueeze(first, "first.each"), around], "places")
        let distance = op("Sub", [unsqueeze(place, "place.each"), places], "distance.free")
        let centred = op("Sub", [distance, scalar(0.5)], "distance")
        let terms = op(
            "Sigmoid", [op("Div", [centred, unsqueeze(scale, "scale.each")], "argument")], "terms")
        let isLevel = op(
            "And",
            [
                op("GreaterOrEqual", [places, scalar(0)], "is_level.low"),
                op("LessOrEqual", [places, scalar(254)], "is_level.high"),
            ], "is_level")
        let sum = reduceSum(op("Where", [isLevel, terms, scalar(0)], "terms.levels"), "terms.sum")
        return op("Add", [op("Clip", [first, scalar(0), scalar(255)], "first.level"), sum], "narrow")
    }

    /// An operation without attributes on what means are made of.
    private mutating func op(_ operation: String, _ inputs: [String], _ name: String) -> String {
        graph.node(operation, inputs, "means.\(name)")
    }

    /// The sum over the last axis.
    private mutating func reduceSum(_ tensor: String, _ name: String) -> String {
        graph.node("ReduceSum", [tensor, integers([-1])], "means.\(name)", ["keepdims": .integer(0)])
    }

    /// One more axis behind the others.
    private mutating func unsqueeze(_ tensor: String, _ name: String) -> String {
        op("Unsqueeze", [tensor, integers([-1])], name)
    }
}
