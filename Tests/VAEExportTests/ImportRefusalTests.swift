import Foundation
import Testing
import VAE
import VAECore

@testable import VAEExport

/// What is not the model's is refused by name, and never made to fit.
@Suite struct ImportRefusalTests {
    private typealias Tensor = SafeTensors.Tensor

    @Test func tensorsThatDoNotFit() throws {
        let (model, tensors) = try ImportTests.small()
        func with(_ name: String, _ make: (Tensor) throws -> Tensor?) throws -> [Tensor] {
            try tensors.compactMap { $0.name == name ? try make($0) : $0 }
        }
        let name = "encoder.dense.kernel"
        func broken(_ value: Float) throws -> [Tensor] {
            try with(name) { tensor in
                var values = try tensor.floats()
                values[9] = value
                return try Tensor(name: tensor.name, shape: tensor.shape, floats: values)
            }
        }
        let cases: [([Tensor], [String])] = try [
            (with(name) { _ in nil }, ["lacks the tensor \"\(name)\"", "[6, 4]"]),
            (tensors + [Tensor(name: "more", shape: [2], floats: [1, 2])], ["\"more\"", "[2]"]),
            (
                with(name) { try Tensor(name: $0.name, shape: [4, 6], floats: $0.floats()) },
                ["\"\(name)\"", "[6, 4]", "[4, 6]"]
            ),
            (broken(.nan), ["\"\(name)\"", "not finite", "nan at (2, 1)"]),
            (broken(-.infinity), ["\"\(name)\"", "not finite", "-inf at (2, 1)"]),
            (
                with(name) {
                    try Tensor(name: $0.name, shape: $0.shape, doubles: [Double](repeating: 1e60, count: 24))
                }, ["\"\(name)\"", "single precision"]
            ),
            (
                with(name) {
                    try Tensor(name: $0.name, shape: $0.shape, integers: [Int](repeating: 1, count: 24))
                }, ["\"\(name)\"", "float32", "I64"]
            ),
            (with("decoder.log_variance") { _ in nil }, ["lacks the tensor \"decoder.log_variance\""]),
            ([], ["none of the names", "nothing"]),
        ]
        for (tensors, words) in cases {
            let folder = try Scratch()
            try SafeTensors(tensors).write(to: folder.file("w.safetensors"))
            let error = try Self.refusal(
                WeightImport(layout: .keras, configuration: model.configuration), folder.file("w.safetensors")
            )
            for word in words { #expect(error.contains(word), "\(error)") }
        }
    }

    /// The layout is not guessed: kernels have other names there.
    @Test func otherLayout() throws {
        let folder = try Scratch()
        let (model, _) = try ImportTests.small()
        try model.pyTorch().write(to: folder.file("pytorch"))
        let file = folder.file("pytorch/model.safetensors")
        #expect(
            try Self.refusal(WeightImport(layout: .keras), file).contains(
                "lacks the tensor \"encoder.dense.kernel\""))
    }

    @Test func namesThatAreNone() throws {
        let folder = try Scratch()
        let (model, tensors) = try ImportTests.small()
        try SafeTensors(tensors).write(to: folder.file("w.safetensors"))
        for (names, word) in [
            (["encoder.dense.weight": "x"], "\"encoder.dense.weight\""),
            (["encoder.dense.kernel": "x"], "lacks the tensor \"x\""),
            (["encoder.mean.bias": "encoder.log_variance.bias"], "to two weights"),
        ] {
            let error = try Self.refusal(
                WeightImport(layout: .keras, configuration: model.configuration, names: names),
                folder.file("w.safetensors"))
            #expect(error.contains(word), "\(error)")
        }
    }

    @Test func archives() throws {
        let folder = try Scratch()
        let sound = try DurableFile.read(ImportTests.golden("keras.npz"))
        let configuration = ImportTests.example
        var damaged = sound
        damaged[sound.count / 2] ^= 0x55
        for (bytes, word) in [
            (Array("no archive".utf8), "zip"), (Array(sound.prefix(sound.count / 2)), "zip"), ([], "zip"),
        ] {
            try DurableFile.write(bytes, to: folder.file("w.npz"))
            let error = try Self.refusal(
                WeightImport(layout: .keras, configuration: configuration), folder.file("w.npz"))
            #expect(error.lowercased().contains(word), "\(error)")
        }
        try DurableFile.write(damaged, to: folder.file("w.npz"))
        #expect(throws: VAEError.self) {
            try WeightImport(layout: .keras, configuration: configuration).read(folder.file("w.npz"))
        }
        // Of another model, and of another number of layers.
        let other = try Self.refusal(WeightImport(layout: .keras), ImportTests.golden("keras.npz"))
        for word in ["\"arr_0\"", "encoder.convolution.0.kernel", "[3, 3, 1, 32]", "[3, 3, 1, 4]"] {
            #expect(other.contains(word), "\(other)")
        }
        let (small, _) = try ImportTests.small()
        let more = try Self.refusal(
            WeightImport(layout: .keras, configuration: small.configuration), ImportTests.golden("keras.npz"))
        #expect(more.contains("another number of arrays") && more.contains("18"), "\(more)")
    }

    @Test(arguments: ["w.h5", "w.keras", "w.pt", "w"])
    func otherFormats(name: String) throws {
        let error = try Self.refusal(WeightImport(layout: .keras), name)
        #expect(error.contains(".npz") && error.contains("get_weights"), "\(error)")
    }

    @Test func configurationsInMetadata() throws {
        let folder = try Scratch()
        let (_, tensors) = try ImportTests.small()
        for json in ["{", "{\"latentSize\": 2}", String(repeating: " ", count: 40_000)] {
            try SafeTensors(tensors, metadata: ["configuration": json]).write(
                to: folder.file("w.safetensors"))
            let error = try Self.refusal(WeightImport(layout: .keras), folder.file("w.safetensors"))
            #expect(error.contains("configuration"), "\(error)")
        }
        // Two gigabytes of weights that the file does not have are not made room for.
        let wide = ModelConfiguration.fullyConnected(
            imageShape: ImageShape(height: 1 << 14, width: 1 << 14), hiddenUnits: [], latentSize: 1)
        let json = String(decoding: try JSONEncoder().encode(wide), as: UTF8.self)
        try SafeTensors(tensors, metadata: ["configuration": json]).write(to: folder.file("w.safetensors"))
        for layout in WeightLayout.allCases {
            let error = try Self.refusal(WeightImport(layout: layout), folder.file("w.safetensors"))
            #expect(error.contains("far fewer numbers"), "\(error)")
        }
    }

    private static func refusal(_ weights: WeightImport, _ path: String) throws -> String {
        var message = ""
        do throws(VAEError) {
            _ = try weights.read(path)
            Issue.record("\(path) was read")
        } catch {
            message = error.description
        }
        return message
    }
}
