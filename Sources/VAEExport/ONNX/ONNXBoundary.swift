import Kernels
import VAE
import VAECore

/// The inputs and outputs of a graph, and the parts of the plan between them.
struct ONNXBoundary {
    var builder: ONNXBuilder
    private let configuration: ModelConfiguration
    private let standardization: Standardization?
    private let layout: ONNXLayout

    private var topology: Topology { builder.topology }
    private var image: [Int] {
        [configuration.imageShape.height, configuration.imageShape.width, configuration.imageShape.channels]
    }
    /// Images, or the rows of a table.
    var imagesName: String { standardization == nil ? "images" : "rows" }

    init(_ model: VariationalAutoencoder, _ layout: ONNXLayout) throws(VAEError) {
        builder = try ONNXBuilder(model)
        configuration = model.configuration
        standardization = model.standardization
        self.layout = layout
    }

    /// Bytes of the weights of a part.
    func weightBytes(_ part: ONNXPart) -> Int {
        let ranges =
            switch part {
            case .encoder: [topology.encoder]
            case .decoder: [topology.decoder]
            case .both: [topology.encoder, topology.decoder]
            }
        let entries = ranges.joined().flatMap { builder.plan.nodes[$0].entries }
        return 4 * entries.reduce(0) { $0 + builder.plan.layout.entries[$1].range.count }
    }

    /// From images to the mean and log-variance, or to codes.
    mutating func encode() throws(VAEError) {
        readImages()
        readLabels()
        try builder.add(topology.encoder)
        if let layer = topology.quantisation {
            let node = builder.plan.nodes[topology.latent]
            let numbers = try builder.nearestCodes(layer, node)
            try builder.lookUp(numbers, layer, node)
            let grid = ONNXBuilder.grid(layer)
            builder.graph.output(
                "codes", from: numbers, [.batch, .size(grid[0]), .size(grid[1])], type: .int64,
                "the number of the nearest code at each position, from 0")
            builder.output(
                "vectors", topology.z, form, dimensions(grid),
                "the codes themselves, which the decoder gets")
        } else {
            let size: [ONNXGraph.Dimension] = [.batch, .size(configuration.latentSize)]
            let places = [
                ("mean", topology.mean, "the mean of q(z|x)"),
                ("log_variance", topology.logVariance, "the natural logarithm of its variance"),
            ]
            for (name, value, description) in places {
                builder.output(name, value, .flat, size, description)
            }
            builder.define(topology.z, as: topology.mean)
        }
    }

    /// z or codes, where no encoder gives them.
    mutating func readLatents() throws(VAEError) {
        if let layer = topology.quantisation {
            let grid = ONNXBuilder.grid(layer)
            let numbers = builder.graph.input(
                "codes", [.batch, .size(grid[0]), .size(grid[1])], type: .int64,
                "the number of a code at each position, from 0 to \(layer.size - 1)")
            try builder.lookUp(numbers, layer, builder.plan.nodes[topology.latent])
        } else {
            let z = builder.graph.input(
                "z", [.batch, .size(configuration.latentSize)], "points of latent space")
            builder.define(topology.z, z, .flat)
        }
        readLabels()
    }

    /// From z to the means of p(x|z).
    mutating func decode(as name: String) throws(VAEError) {
        try builder.add(topology.decoder)
        builder.addMeans(configuration.likelihood, image)
        if let standardization {
            let rows = builder.tensor(ONNXBuilder.means, .flat)
            builder.graph.output(
                name, from: inUnits(rows, standardization), [.batch, .size(standardization.columns.count)],
                "the means of the columns, in their units")
        } else {
            builder.output(name, ONNXBuilder.means, form, dimensions(image), "the means of p(x|z)")
        }
    }

    private var form: ONNXBuilder.Form { layout == .nhwc ? .channelsLast : .channelsFirst }

    /// The sizes of images or feature maps in the layout.
    private func dimensions(_ shape: [Int]) -> [ONNXGraph.Dimension] {
        let order = layout == .nhwc ? [0, 1, 2] : [2, 0, 1]
        return [.batch] + order.map { .size(shape[$0]) }
    }

    private mutating func readImages() {
        guard let standardization else {
            let images = builder.graph.input(
                imagesName, dimensions(image),
                configuration.likelihood.isUnbounded ? "values of images" : "values of images, from 0 to 1")
            return builder.define(topology.images, images, form)
        }
        let rows = builder.graph.input(
            imagesName, [.batch, .size(standardization.columns.count)],
            "rows of the table, in the units of their columns")
        builder.define(topology.images, standardized(rows, standardization), .flat)
    }

    private mutating func readLabels() {
        guard let labels = topology.labels else { return }
        let classes = configuration.classes
        let tensor = builder.graph.input(
            "labels", [.batch, .size(classes.count)],
            "1 at the place of an image's class among the classes, and 0 elsewhere")
        builder.define(labels, tensor, .flat)
    }

    /// (x − mean)/scale in double precision, as the engine computes it: a small scale beside a large mean keeps its digits.
    ///
    /// Runtimes that compute everything in single precision keep them, too: the part of the mean that single precision has is taken away first,
    /// and the rest by itself. That the difference stays within single precision's range changes no value; without it optimisers would join the
    /// two steps into one.
    private mutating func standardized(_ rows: String, _ table: Standardization) -> String {
        func name(_ part: String) -> String { "standardization.\(part)" }
        let wide = cast(rows, .double, name("rows"))
        let size = [table.columns.count]
        let coarse = table.means.map { Double(Float($0)) }
        let means = builder.doubles(name("means"), size, coarse)
        let rest = builder.doubles(name("means.rest"), size, zip(table.means, coarse).map { $0 - $1 })
        let largest = Double(Float.greatestFiniteMagnitude)
        let bounds = [
            builder.doubles(name("least"), [], [-largest]), builder.doubles(name("largest"), [], [largest]),
        ]
        let difference = builder.graph.node("Sub", [wide, means], name("difference"))
        let near = builder.graph.node("Clip", [difference] + bounds, name("near"))
        let centred = builder.graph.node("Sub", [near, rest], name("centred"))
        let scaled = builder.graph.node("Div", [centred, scales(table)], name("scaled"))
        return cast(scaled, .float, name("values"))
    }

    /// x · scale + mean, likewise in double precision.
    private mutating func inUnits(_ values: String, _ table: Standardization) -> String {
        let wide = cast(values, .double, "units.values")
        let means = builder.doubles("units.means", [table.columns.count], table.means)
        let scaled = builder.graph.node("Mul", [wide, scales(table)], "units.scaled")
        let moved = builder.graph.node("Add", [scaled, means], "units.moved")
        return cast(moved, .float, "units.rows")
    }

    private mutating func scales(_ table: Standardization) -> String {
        let name = "standardization.scales"
        return builder.graph.has(name) ? name : builder.doubles(name, [table.columns.count], table.scales)
    }

    private mutating func cast(_ tensor: String, _ type: ONNXGraph.ElementType, _ name: String) -> String {
        builder.graph.node("Cast", [tensor], name, ["to": .integer(type.rawValue)])
    }
}
