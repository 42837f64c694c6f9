import Foundation
import Kernels
import Testing
import VAECore

@testable import VAE
@testable import VAEExport

/// What an ONNX file says, and what can't be written as one.
@Suite struct ONNXFileTests {
    private func file(_ model: VariationalAutoencoder, _ part: ONNXPart, _ layout: ONNXLayout = .nhwc) throws
        -> ProtobufFields
    {
        try ProtobufFields(model.onnx(part, layout: layout))
    }

    private func metadata(_ file: ProtobufFields) throws -> [String: String] {
        try Dictionary(
            uniqueKeysWithValues: file.messages(14).map { (try $0.text(1), try $0.text(2)) })
    }

    /// The names of inputs or outputs with their sizes, and 0 for the batch.
    private func boundary(_ file: ProtobufFields, _ field: Int) throws -> [String: [Int]] {
        try Dictionary(
            uniqueKeysWithValues: file.message(7).messages(field).map { value in
                let shape = try value.message(2).message(1).message(2).messages(1)
                return (try value.text(1), try shape.map { try $0.integers(1).first ?? batch($0) })
            })
    }

    private func batch(_ dimension: ProtobufFields) throws -> Int {
        #expect(try dimension.text(2) == "batch")
        return 0
    }

    @Test func versionsAndDescription() throws {
        let model = try VariationalAutoencoder(ModelConfiguration())
        let file = try file(model, .encoder)
        #expect(file.integers(1) == [7])
        #expect(try file.text(2) == "vae" && file.text(3) == packageVersion)
        #expect(try file.text(6).hasPrefix("The encoder of a variational autoencoder: "))
        #expect(try file.message(8).integers(2) == [13])
        #expect(try file.message(7).text(2) == "encoder")
    }

    @Test func inputsAndOutputs() throws {
        let model = try VariationalAutoencoder(
            ModelConfiguration(
                imageShape: ImageShape(height: 9, width: 6, channels: 3), encoderFilters: [4],
                decoderFilters: [4], latentSize: 5))
        #expect(try boundary(file(model, .encoder), 11) == ["images": [0, 9, 6, 3]])
        #expect(try boundary(file(model, .encoder, .nchw), 11) == ["images": [0, 3, 9, 6]])
        #expect(try boundary(file(model, .encoder), 12) == ["mean": [0, 5], "log_variance": [0, 5]])
        #expect(try boundary(file(model, .decoder), 11) == ["z": [0, 5]])
        #expect(try boundary(file(model, .decoder, .nchw), 12) == ["images": [0, 3, 9, 6]])
        #expect(
            try boundary(file(model, .both), 12)
                == ["mean": [0, 5], "log_variance": [0, 5], "reconstruction": [0, 9, 6, 3]])
    }

    // Differences of long arrays would take minutes to describe, and are not.

    /// Weights have the model's names and, but for the order of a kernel's axes, its values.
    @Test func weights() throws {
        let model = try VariationalAutoencoder(ModelConfiguration()).scattered()
        let weights = Dictionary(uniqueKeysWithValues: model.weights.map { ($0.name, $0) })
        var named: Set<String> = []
        for part in [ONNXPart.encoder, .decoder] {
            for tensor in try file(model, part).message(7).messages(5) {
                guard let weight = try weights[tensor.text(8)] else { continue }
                named.insert(weight.name)
                let bytes = try tensor.bytes(9)
                if weight.shape.count == 4 {
                    #expect(tensor.integers(1) == [3, 2, 0, 1].map { weight.shape[$0] })
                    #expect(bytes.count == 4 * weight.values.count)
                } else {
                    #expect(tensor.integers(1) == weight.shape)
                    let isTheSame = bytes == weight.values.littleEndianBytes(\.bitPattern)
                    #expect(isTheSame, "\(weight.name)")
                }
            }
        }
        #expect(named == Set(weights.keys))
    }

    @Test func metadataOfAnImageModel() throws {
        var configuration = ModelConfiguration(encoderFilters: [4], decoderFilters: [4], latentSize: 3)
        configuration.classes = [1, 5, 9]
        configuration.prior = .mixture(components: 4)
        let model = try VariationalAutoencoder(configuration)
        let found = try metadata(file(model, .both, .nchw))
        #expect(
            Set(found.keys) == [
                "part", "image_shape", "latent_size", "likelihood", "layout", "classes", "prior",
                "configuration", "version",
            ])
        #expect(found["image_shape"] == "28,28,1" && found["latent_size"] == "3" && found["layout"] == "nchw")
        #expect(found["classes"] == "1,5,9" && found["likelihood"] == "bernoulli" && found["part"] == "both")
        #expect(found["prior"] == "a mixture of 4 Gaussians" && found["version"] == packageVersion)
        let json = try #require(found["configuration"])
        #expect(try JSONDecoder().decode(ModelConfiguration.self, from: Data(json.utf8)) == configuration)
        // Priors are told of, and not in the graph.
        let names = try file(model, .both).message(7).messages(5).map { try $0.text(8) }
        #expect(!names.contains { $0.hasPrefix("prior") })
    }

    @Test func metadataOfATable() throws {
        let exported = try #require(ExportedModels.all.first { $0.standardization != nil })
        let found = try metadata(file(exported.model(), .decoder))
        #expect(found["layout"] == nil && found["classes"] == nil)
        let json = try #require(found["standardization"])
        #expect(
            try JSONDecoder().decode(Standardization.self, from: Data(json.utf8)) == exported.standardization)
    }

    /// The same model gives the same bytes.
    @Test func bytesFollowFromTheModel() throws {
        for exported in ExportedModels.all.prefix(9) {
            let model = try exported.model()
            let isTheSame = try model.onnx(.both) == model.onnx(.both)
            #expect(isTheSame, "\(exported.name)")
        }
    }

    @Test func aWeightThatIsNotFinite() throws {
        let model = try VariationalAutoencoder(ModelConfiguration())
        var parameters = model.parameters
        // The bias of the decoder's output, the last of all.
        parameters[parameters.count - 1] = .nan
        let broken = VariationalAutoencoder(network: model.network, parameters: parameters)
        let error = #expect(throws: VAEError.self) { try broken.onnx(.decoder) }
        #expect(error?.kind == .invalidData && error?.subject == "weight \"decoder.output.bias\"")
        #expect(throws: VAEError.self) { try broken.onnx(.both) }
        // The encoder is sound.
        _ = try broken.onnx(.encoder)
    }

    @Test func aLayerWithoutOperations() throws {
        struct Strange: Layer {
            static let kind = "strange"
            let title = "strange"
            let outputShape = [2]
            var backwardReads: BackwardReads { [] }
            func forward(_ at: Binding, _ weights: Weights, count: Int) {}
            func backward(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {}
        }
        var plan = Plan()
        let input = try plan.input("images", [2], wantsGradient: false)
        _ = try plan.add("encoder.strange.3", Strange(), input)
        var builder = try ONNXBuilder(VariationalAutoencoder(ModelConfiguration()))
        let error = #expect(throws: VAEError.self) { try builder.add(plan.nodes[0]) }
        #expect(error?.subject == "encoder.strange.3" && error?.found == "strange")
    }

    /// Readers of the format count bytes in 31 bits.
    @Test func aFileThatIsTooLarge() throws {
        try ONNXFile.demandFits(2_147_483_647)
        let error = #expect(throws: VAEError.self) { try ONNXFile.demandFits(2_147_483_648) }
        #expect(error?.kind == .invalidArgument && error?.description.contains("2147483648") == true)
        let boundary = try ONNXBoundary(VariationalAutoencoder(ModelConfiguration()), .nhwc)
        let weights = try VariationalAutoencoder(ModelConfiguration()).parameterCount
        #expect(boundary.weightBytes(.both) == 4 * weights)
        #expect(boundary.weightBytes(.encoder) + boundary.weightBytes(.decoder) == 4 * weights)
    }

    /// Any operation on files may fail: nothing is left then.
    @Test func aFileAppearsWholeOrNotAtAll() throws {
        let model = try VariationalAutoencoder(
            .fullyConnected(
                imageShape: ImageShape(height: 3, width: 3), hiddenUnits: [4], latentSize: 2))
        let scratch = try Scratch()
        let path = scratch.file("a.onnx")
        for failing in 0..<3 {
            let fate: @Sendable (FileOperation) -> FileOperation.Fate = { operation in
                switch (operation, failing) {
                case (.write, 0), (.synchronize, 1), (.rename, 2): .fails(ENOSPC)
                default: .happens
                }
            }
            FileOperation.$observer.withValue(fate) {
                #expect(throws: VAEError.self) { try model.writeONNX(.encoder, to: path) }
            }
            #expect(try scratch.names().isEmpty)
        }
        try model.writeONNX(.encoder, to: path)
        let isWhole = try Array(Data(contentsOf: URL(fileURLWithPath: path))) == model.onnx(.encoder)
        #expect(isWhole)
    }
}
