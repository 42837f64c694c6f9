import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAEExport

@Suite struct ImportTests {
    /// Keras's example as `Golden/make_keras.py` has it: its layers, smaller.
    static let example = ModelConfiguration(
        encoderFilters: [4, 8], decoderFilters: [8, 4], encoderUnits: [8])

    static func golden(_ name: String) -> String {
        Bundle.module.resourcePath.map { "\($0)/Golden/\(name)" } ?? name
    }

    /// The archive is that of the one line that a user writes in Python.
    @Test func modelOfKerasHasItsLosses() throws {
        let imported = try WeightImport(layout: .keras, configuration: Self.example).read(
            Self.golden("keras.npz"))
        #expect(imported.notes.count == 1 && imported.notes[0].contains("order"))
        let theirs = try NPZArchive(contentsOf: Self.golden("keras-losses.npz"))
        func numbers(_ name: String) throws -> [Float] { try theirs.array(named: name).floats }
        let pixels = try numbers("images").map { $0 / 255 }
        let images = try ImageSet(shape: Self.example.imageShape, values: pixels)
        let losses = try imported.model.losses(of: images, sampling: false)
        let encoding = try imported.model.encode(images)
        // Of losses 10⁻⁵; of values of order 1 that sums of 392 products make, as much.
        try Self.expect(losses.reconstruction.map { Float($0) }, numbers("reconstruction"), within: 1e-5)
        try Self.expect(losses.kl.map { Float($0) }, numbers("kl"), within: 1e-5)
        try Self.expect(encoding.mean, numbers("z_mean"), within: 1e-5)
        try Self.expect(encoding.logVariance, numbers("z_log_var"), within: 1e-5)
    }

    private static func expect(_ found: [Float], _ expected: [Float], within tolerance: Float) throws {
        #expect(found.count == expected.count && !found.isEmpty)
        let worst = zip(found, expected).map { abs($0 - $1) / max(abs($1), 1) }.max() ?? .infinity
        #expect(worst <= tolerance, "\(worst)")
    }

    /// Bytes of every tensor, and of the configuration beside them, come back.
    @Test func exportsComeBackBitByBit() throws {
        for (name, model) in try FrameworkModels.models() {
            let folder = try Scratch()
            try model.write(to: folder.file("model.safetensors"))
            let original = try folder.bytes("model.safetensors")
            for (layout, export) in [
                (WeightLayout.pytorch, try model.pyTorch()), (.keras, try model.keras()),
            ] {
                try export.write(to: folder.file(layout.rawValue))
                let back = try WeightImport(layout: layout).read(
                    folder.file("\(layout.rawValue)/model.safetensors"))
                try back.model.write(to: folder.file("back.safetensors"))
                #expect(back.notes.isEmpty)
                let same = try folder.bytes("back.safetensors") == original
                #expect(same, "\(name), \(layout)")
            }
            // Keras's layouts are the engine's: it is the very file.
            let same = try folder.bytes("keras/model.safetensors") == original
            #expect(same, "\(name)")
        }
    }

    @Test func namesSayWhichTensorIsWhich() throws {
        let folder = try Scratch()
        let (model, tensors) = try Self.small()
        var names: [String: String] = [:]
        var renamed: [SafeTensors.Tensor] = []
        for (index, tensor) in tensors.enumerated() {
            names[tensor.name] = "theirs.\(tensors.count - index)"
            renamed.append(
                try .init(
                    name: "theirs.\(tensors.count - index)", shape: tensor.shape, floats: tensor.floats()))
        }
        try SafeTensors(renamed).write(to: folder.file("w.safetensors"))
        let back = try WeightImport(layout: .keras, configuration: model.configuration, names: names).read(
            folder.file("w.safetensors"))
        #expect(back.model.weights.map(\.values) == model.weights.map(\.values))
        #expect(back.notes.isEmpty)

        // σ² is the engine's own, and need not be there.
        names["decoder.log_variance"] = nil
        try SafeTensors(renamed.filter { $0.shape != [1] || $0.name != "theirs.1" }).write(
            to: folder.file("w.safetensors"))
        let without = try WeightImport(layout: .keras, configuration: model.configuration, names: names).read(
            folder.file("w.safetensors"))
        #expect(without.notes.count == 1 && without.notes[0].contains("decoder.log_variance"))
        #expect(without.model.weights.last?.values == [0])
    }

    @Test func widthsOfNumbers() throws {
        let folder = try Scratch()
        let (model, tensors) = try Self.small()
        let halves = try tensors.map { tensor in
            let bits = try tensor.floats().map { Float16($0).bitPattern }
            return try SafeTensors.Tensor(
                name: tensor.name, dataType: .float16, shape: tensor.shape,
                bytes: bits.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
        }
        let brains = try tensors.map { tensor in
            let bits = try tensor.floats().map { $0.bitPattern >> 16 }
            return try SafeTensors.Tensor(
                name: tensor.name, dataType: .bfloat16, shape: tensor.shape,
                bytes: bits.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
        }
        let doubles = try tensors.map {
            try SafeTensors.Tensor(
                name: $0.name, shape: $0.shape, doubles: $0.floats().map { Double($0) + 1e-12 })
        }
        func read(_ tensors: [SafeTensors.Tensor]) throws -> WeightImport.Result {
            try SafeTensors(tensors).write(to: folder.file("w.safetensors"))
            return try WeightImport(layout: .keras, configuration: model.configuration).read(
                folder.file("w.safetensors"))
        }
        let values = model.weights.map(\.values)
        let (half, brain, double) = (try read(halves), try read(brains), try read(doubles))
        #expect(half.model.weights.map(\.values) == values.map { $0.map { Float(Float16($0)) } })
        #expect(
            brain.model.weights.map(\.values)
                == values.map { $0.map { Float(bitPattern: $0.bitPattern & 0xFFFF_0000) } })
        #expect(double.model.weights.map(\.values) == values.map { $0.map { Float(Double($0) + 1e-12) } })
        #expect(half.notes.isEmpty && brain.notes.isEmpty)
        #expect(double.notes.count == 1 && double.notes[0].contains("rounded"))
    }

    /// A dense model of three tensors a side and a σ², and its tensors.
    static func small() throws -> (VariationalAutoencoder, [SafeTensors.Tensor]) {
        let model = try FrameworkModels.model(
            .init(
                name: "small",
                configuration: .fullyConnected(
                    imageShape: ImageShape(height: 2, width: 3), hiddenUnits: [4], likelihood: .gaussian,
                    latentSize: 2)))
        return (
            model,
            try model.weights.map { try .init(name: $0.name, shape: $0.shape, floats: $0.values) }
        )
    }
}
