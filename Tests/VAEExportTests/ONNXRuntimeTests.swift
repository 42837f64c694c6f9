import Foundation
import Testing
import VAE
import VAECore
import VAEExport

/// Exported graphs in onnxruntime, beside the engine.
@Suite(.enabled(if: Python.isInstalled, Python.skipped)) struct ONNXRuntimeTests {
    /// Both compute in single precision, in other orders of sums: a sum of n products of numbers about 1 is off by about √n · 2⁻²⁴, which for
    /// the 3,136 of the default model is 3·10⁻⁶, and layers add up.
    private static let tolerance = "1e-5"

    @Test func everyModelGivesTheSame() throws {
        let scratch = try Scratch()
        var files = 0
        for exported in ExportedModels.all {
            let model = try exported.model()
            for layout in ONNXLayout.allCases where layout == .nhwc || model.standardization == nil {
                for part in ONNXPart.allCases {
                    let name = "\(exported.name)-\(part)-\(layout)"
                    try model.writeONNX(part, to: scratch.file("\(name).onnx"), layout: layout)
                    files += 1
                    for batch in [1, 7] {
                        try ONNXCase(model, batch, layout).tensors(part).write(
                            to: scratch.file("\(name).\(batch).safetensors"))
                    }
                }
            }
        }
        let (status, output) = try Python.run("compare_onnx.py", scratch.path, Self.tolerance)
        #expect(status == 0, "\(output)")
        #expect(output.contains("\(files) files, 0 differ"), "\(output)")
        // Every model but the table's has both layouts.
        #expect(files == 3 * (2 * ExportedModels.all.count - 1))
    }

    /// Means of outputs that no trained decoder may happen to give: a linear decoder of the identity hands z through. They are at most 1, and a dozen
    /// operations of single precision are off by some 2⁻²⁴ each.
    @Test(arguments: [Likelihood.bernoulli, .continuousBernoulli, .logisticMixture])
    func meansOfAnyOutput(likelihood: Likelihood) throws {
        let scratch = try Scratch()
        let outputs = likelihood == .logisticMixture ? 15 : 1
        let model = try VariationalAutoencoder(
            .fullyConnected(
                imageShape: ImageShape(height: 2, width: 3), hiddenUnits: [], likelihood: likelihood,
                latentSize: 6 * outputs)
        ).changed { name, shape, values in
            guard name == "decoder.output.kernel" else { return values }
            return (0..<values.count).map { $0 / shape[1] == $0 % shape[1] ? 1 : 0 }
        }
        var generator = Deviates(seed: 4)
        let count = 400
        // From far out to 0 itself, and both sides of where a series takes over.
        let special: [Float] = [0, 1.5, -1.5, 1.499, -1.499, -90, 90, 1e-6]
        let z = (0..<count * 6).flatMap { value -> [Float] in
            guard likelihood == .logisticMixture else {
                return [value < special.count ? special[value] : generator.uniform(-4, 4)]
            }
            // Logits; middles, also beyond the levels; logarithms of scales from the least to as wide as all levels.
            return (0..<5).map { _ in 2 * generator.normal() }
                + (0..<5).map { _ in generator.uniform(-1.6, 1.6) }
                + (0..<5).map { _ in generator.uniform(-6, 1) }
        }
        try model.writeONNX(.decoder, to: scratch.file("means.onnx"))
        try SafeTensors([
            .init(name: "input.z", shape: [count, 6 * outputs], floats: z),
            .init(name: "output.images", shape: [count, 2, 3, 1], floats: model.decode(z)),
        ]).write(to: scratch.file("means.0.safetensors"))
        let (status, output) = try Python.run("compare_onnx.py", scratch.path, "1e-6")
        #expect(status == 0, "\(output)")
    }
}

/// What goes into a model's graphs and what the engine makes of it.
struct ONNXCase {
    private let model: VariationalAutoencoder
    private let layout: ONNXLayout
    private let batch: Int
    private let images: ImageSet
    /// As they go in: of a table in its units.
    private let values: [Float]

    private var configuration: ModelConfiguration { model.configuration }
    private var shape: [Int] {
        [configuration.imageShape.height, configuration.imageShape.width, configuration.imageShape.channels]
    }

    init(_ model: VariationalAutoencoder, _ batch: Int, _ layout: ONNXLayout) throws {
        (self.model, self.batch, self.layout) = (model, batch, layout)
        var generator = Deviates(seed: UInt64(batch))
        let shape = model.configuration.imageShape
        let classes = model.configuration.classes
        let labels = classes.isEmpty ? nil : (0..<batch).map { _ in classes[generator.index(classes.count)] }
        let isOfBytes = model.configuration.likelihood.isOfBytes
        let drawn = (0..<batch * shape.count).map { _ in
            isOfBytes ? Float(generator.index(256)) / 255 : generator.uniform()
        }
        if let table = model.standardization {
            values = try table.undo(drawn.map { 4 * $0 - 2 })
            images = try ImageSet(shape: shape, unbounded: .floats(table.apply(values)), labels: labels)
        } else {
            values = drawn
            images = try ImageSet(shape: shape, values: drawn, labels: labels)
        }
    }

    /// The tensors of one part's graph, inputs and outputs.
    func tensors(_ part: ONNXPart) throws -> SafeTensors {
        var tensors: [SafeTensors.Tensor] = []
        let isTable = model.standardization != nil
        let imagesName = isTable ? "rows" : "images"
        if part != .decoder { tensors.append(try picture("input.\(imagesName)", values, shape)) }
        if let labels = images.labels, configuration.isConditional {
            let rows = labels.flatMap { label in configuration.classes.map { $0 == label ? Float(1) : 0 } }
            tensors.append(
                try .init(name: "input.labels", shape: [batch, configuration.classes.count], floats: rows))
        }
        let reconstruction = part == .both ? "output.reconstruction" : "output.\(imagesName)"
        if configuration.isQuantized {
            tensors += try codes(part)
            if part != .encoder {
                tensors.append(try picture(reconstruction, model.reconstruct(images), shape))
            }
            return try SafeTensors(tensors)
        }
        let encoding = try model.encode(images)
        let size = [batch, configuration.latentSize]
        if part == .decoder {
            var generator = Deviates(seed: 3)
            let z = (0..<batch * configuration.latentSize).map { _ in generator.normal() }
            tensors.append(try .init(name: "input.z", shape: size, floats: z))
            let means = try model.decode(z, classes: configuration.isConditional ? images.labels : nil)
            tensors.append(try picture(reconstruction, inUnits(means), shape))
        } else {
            tensors.append(try .init(name: "output.mean", shape: size, floats: encoding.mean))
            tensors.append(try .init(name: "output.log_variance", shape: size, floats: encoding.logVariance))
        }
        if part == .both {
            tensors.append(try picture(reconstruction, inUnits(model.reconstruct(images)), shape))
        }
        return try SafeTensors(tensors)
    }

    private func codes(_ part: ONNXPart) throws -> [SafeTensors.Tensor] {
        let codes = try model.codes(of: images)
        let numbers = codes.numbers.map(Int.init)
        let side = part == .decoder ? "input" : "output"
        var tensors = [
            try SafeTensors.Tensor(
                name: "\(side).codes", shape: [batch, codes.height, codes.width], integers: numbers)
        ]
        if part != .decoder, let codebook = model.codes {
            let dimension = configuration.codebook?.dimension ?? 0
            let vectors = numbers.flatMap { codebook[$0 * dimension..<($0 + 1) * dimension] }
            tensors.append(try picture("output.vectors", vectors, [codes.height, codes.width, dimension]))
        }
        return tensors
    }

    private func inUnits(_ values: [Float]) throws -> [Float] {
        try model.standardization?.undo(values) ?? values
    }

    /// (batch, height, width, channels) in the layout; rows of a table are (batch, columns).
    private func picture(_ name: String, _ values: [Float], _ shape: [Int]) throws -> SafeTensors.Tensor {
        if model.standardization != nil {
            return try .init(name: name, shape: [batch, shape.reduce(1, *)], floats: values)
        }
        guard layout == .nchw else { return try .init(name: name, shape: [batch] + shape, floats: values) }
        var turned: [Float] = []
        for image in 0..<batch {
            for channel in 0..<shape[2] {
                for position in 0..<shape[0] * shape[1] {
                    turned.append(values[(image * shape[0] * shape[1] + position) * shape[2] + channel])
                }
            }
        }
        return try .init(name: name, shape: [batch, shape[2], shape[0], shape[1]], floats: turned)
    }
}
