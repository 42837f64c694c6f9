import Foundation
import Kernels
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

/// Models that list their layers, against PyTorch in float64: `Golden/make_layers.py` made the files, and reads the same JSON.
@Suite("Layers in lists against golden files")
struct LayerListTests {
    static let all = ["layers", "strides"]

    /// A model and what it must compute.
    struct File {
        let configuration: ModelConfiguration
        /// Names of the parameters, in the order in which a network meets them.
        let names: [String]
        let tensors: SafeTensors

        init(_ name: String) throws {
            let path = try #require(Bundle.module.path(forResource: "Golden/\(name)", ofType: "safetensors"))
            let file = try SafeTensors(contentsOf: path)
            tensors = file
            configuration = try JSONDecoder().decode(
                ModelConfiguration.self, from: Data(#require(file.metadata["configuration"]).utf8))
            names = try JSONDecoder().decode(
                [String].self, from: Data(#require(file.metadata["parameters"]).utf8))
        }

        func doubles(_ name: String) throws -> [Double] { try #require(tensors[name], "\(name)").doubles() }
        func floats(_ name: String) throws -> [Float] { try doubles(name).map(Float.init) }
    }

    @Test(arguments: all)
    func parametersHaveTheNamesAndShapesOfTheFile(name: String) throws {
        let file = try File(name)
        let entries = try Network(file.configuration).layout.entries
        #expect(Set(entries.map(\.name)) == Set(file.names) && entries.count == file.names.count)
        for entry in entries {
            #expect(file.tensors["parameter.\(entry.name)"]?.shape == entry.shape, "\(entry.name)")
        }
    }

    /// Double against Double: what is left is the order of sums of some hundred terms, and what cancels in them.
    @Test(arguments: all)
    func theReferenceAgreesToTwelveDigits(name: String) throws {
        let file = try File(name)
        let model = try ReferenceModel(file.configuration)
        let entries = model.topology.plan.layout.entries
        let pass = model.run(
            try file.doubles("input.images"), noise: try file.doubles("input.noise"),
            parameters: try entries.map { try file.doubles("parameter.\($0.name)") })
        for (name, found) in [
            ("mean", pass.mean), ("log_variance", pass.logVariance), ("output", pass.output),
            ("z", pass.values[model.topology.z]), ("loss.reconstruction", pass.reconstruction),
            ("loss.kl", pass.klDivergence),
        ] {
            #expect(relativeError(found, try file.doubles(name)) < 1e-12, "\(name)")
        }
        for (entry, found) in zip(entries, pass.gradients) {
            let expected = try file.doubles("gradient.\(entry.name)")
            #expect(relativeError(found, expected) < 1e-12, "gradient of \(entry.name)")
        }
    }

    /// Float against Double through some fifteen layers: as for the other golden files, 1e-5 of each tensor's largest.
    @Test(arguments: all, Products.allCases)
    func theEngineAgrees(name: String, products: Products) throws {
        let file = try File(name)
        let network = try Network(file.configuration, products: products)
        let parameters = try network.layout.entries.flatMap { try file.floats("parameter.\($0.name)") }
        // Micro-batches of two, so that gradients are added to.
        for microBatch in [2, 8] {
            let pass = try EnginePass(
                network, images: file.floats("input.images"), noise: file.floats("input.noise"),
                parameters: parameters, microBatch: microBatch)
            for (name, found) in pass.tensors where !name.hasPrefix("activation.") {
                #expect(relativeError(found, try file.doubles(name)) < 1e-5, "\(name) by \(products)")
            }
        }
    }

    /// Written and read, a list is the same, and says only what is not as usual.
    @Test(arguments: all)
    func listsComeBackFromJSON(name: String) throws {
        let configuration = try File(name).configuration
        let json = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(ModelConfiguration.self, from: json) == configuration)
        let text = String(decoding: json, as: UTF8.self)
        #expect(!text.contains("encoderFilters") && !text.contains("\"stride\":1"))
    }

    /// Trained, written and read: the whole way of a model.
    @Test(arguments: all)
    func modelsTrainAndComeBackFromFiles(name: String) throws {
        let configuration = try File(name).configuration
        let images = try bars(60, configuration.imageShape)
        let scratch = try ScratchFolder()
        let bits = try [1, 3].map { threads in
            let trainer = try Trainer.oversubscribing {
                try Trainer(configuration, TrainingConfiguration(epochs: 8, batchSize: 20), threads: threads)
            }
            let bytes = try trainer.trained(images, in: scratch)
            #expect(trainer.history[7].train.total < trainer.history[0].train.total)
            return bytes
        }
        #expect(identical(bits[0], bits[1]))
        let model = try VariationalAutoencoder(contentsOf: scratch("model"))
        #expect(model.configuration == configuration)
        #expect(try model.reconstruct(images).allSatisfy(\.isFinite))
    }
}
