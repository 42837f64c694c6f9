import Foundation
import Testing
import VAE
import VAECore

@testable import VAEExport

/// Exported models compute in PyTorch and Keras what they do here, and their weights come back bit by bit.
@Suite(.serialized) struct FrameworkTests {
    /// Sums of up to 3,136 products in another order: some 10⁻⁶ of the values, which differ by no more than a factor of ten from layer to layer.
    private static let tolerance = 1e-5

    @Test(.enabled(if: Python.has("torch, safetensors"), Python.withoutTorch))
    func pytorchComputesTheSame() throws {
        try compare("pytorch", .pytorch) { try $0.pyTorch() }
    }

    @Test(.enabled(if: Python.has("keras, tensorflow, safetensors"), Python.withoutKeras))
    func kerasComputesTheSame() throws {
        try compare("keras", .keras) { try $0.keras() }
    }

    private func compare(
        _ program: String, _ layout: WeightLayout, _ export: (VariationalAutoencoder) throws -> PythonModel
    ) throws {
        let folder = try Scratch()
        let models = try FrameworkModels.models()
        for (name, model) in models {
            try export(model).write(to: folder.file(name))
            try Self.expected(of: model).write(to: folder.file("\(name)/expected.safetensors"))
            try model.write(to: folder.file("\(name).safetensors"))
        }
        let outcome = try Python.run("frameworks.py", program, folder.path)
        try #require(outcome.status == 0, "\(outcome.output)")
        let lines = outcome.output.split(separator: "\n").filter { $0.hasPrefix("case ") }
        print(lines.joined(separator: "\n"))
        #expect(lines.count == models.count, "\(outcome.output)")
        for line in lines {
            let parts = line.split(separator: " ")
            let differences = parts.dropFirst(2).compactMap { Double($0) }
            #expect(differences.count >= 2 && differences.allSatisfy { $0 <= Self.tolerance }, "\(line)")
        }
        for (name, _) in models {
            let imported = try WeightImport(layout: layout).read(
                folder.file("\(name)/saved.safetensors"))
            #expect(imported.notes.isEmpty)
            try imported.model.write(to: folder.file("back.safetensors"))
            let same = try folder.bytes("back.safetensors") == folder.bytes("\(name).safetensors")
            #expect(same, "\(name)")
        }
    }

    /// What goes into both programs, and what the engine makes of it.
    private static func expected(of model: VariationalAutoencoder) throws -> SafeTensors {
        let configuration = model.configuration
        let (shape, count) = (configuration.imageShape, 5)
        var numbers = FrameworkModels.Numbers(state: 21)
        var values = (0..<count * shape.count).map { _ in 0.5 + 0.5 * numbers.next() }
        let size = [count, shape.height, shape.width, shape.channels]
        var tensors: [SafeTensors.Tensor] = []
        if configuration.likelihood.isOfBytes { values = values.map { ($0 * 255).rounded() / 255 } }
        let isTable = model.standardization != nil
        let rows = isTable ? [count, shape.count] : size
        if let standardization = model.standardization {
            values = try standardization.undo(values)
            tensors.append(try .init(name: "images", shape: rows, floats: values))
            values = try standardization.apply(values)
        } else {
            tensors.append(try .init(name: "images", shape: rows, floats: values))
        }
        let classes = configuration.isConditional ? (0..<count).map { configuration.classes[$0 % 3] } : nil
        if let classes { tensors.append(try .init(name: "classes", shape: [count], integers: classes)) }
        let images = try ImageSet(
            shape: shape,
            unbounded: configuration.likelihood.isOfBytes
                ? .bytes(values.map { UInt8(($0 * 255).rounded()) }) : .floats(values), labels: classes)
        var decoded: [Float]
        if configuration.isQuantized {
            let codes = try model.codes(of: images)
            decoded = try model.decode(codes)
            tensors.append(
                try .init(
                    name: "codes", shape: [count, codes.height, codes.width],
                    integers: codes.numbers.map(Int.init)))
        } else {
            let encoding = try model.encode(images)
            let latents = [count, configuration.latentSize]
            let z = (0..<count * configuration.latentSize).map { _ in 2 * numbers.next() }
            decoded = try model.decode(z, classes: classes)
            tensors.append(try .init(name: "mean", shape: latents, floats: encoding.mean))
            tensors.append(try .init(name: "log_variance", shape: latents, floats: encoding.logVariance))
            if configuration.likelihood == .bernoulli, configuration.prior.isStandard {
                let losses = try model.losses(of: images, sampling: false)
                let pairs = zip(losses.reconstruction, losses.kl).flatMap { [$0, $1] }
                tensors.append(try .init(name: "losses", shape: [count, 2], floats: pairs))
            }
            tensors.append(try .init(name: "z", shape: latents, floats: z))
        }
        if let standardization = model.standardization { decoded = try standardization.undo(decoded) }
        tensors.append(try .init(name: "decoded", shape: rows, floats: decoded))
        return try SafeTensors(tensors)
    }
}
