import Foundation
import VAE
import VAEConsole
import VAECore
import VAEData
import VAERun

/// All that is known of a model, as `--json` has it.
struct ModelDescription: Encodable {
    struct File: Encodable {
        let path: String
        let bytes: Int
    }

    /// A layer's weights.
    struct Weight: Encodable {
        let name: String
        let shape: [Int]
        let count: Int
    }

    /// A node of the network.
    struct Layer: Encodable {
        let name: String
        /// Such as "3×3 convolution, stride 2, relu".
        let kind: String
        /// Names of the layers that it reads, or "images", "noise".
        let inputs: [String]
        /// The shape of the output for one image.
        let output: [Int]
        let parameters: Int
        /// Operations of its product forward, for one image.
        let flop: Int
    }

    struct LossesOfEpoch: Encodable {
        let epoch: Int
        let train: Parts
        let test: Parts?

        /// In nats per image; what is not finite is left out.
        struct Parts: Encodable {
            let total: Double?
            let reconstruction: Double?
            let kl: Double?
            /// What was added to the reconstruction, where that is not the divergence.
            let penalty: Double?
            /// As it is shown, and not in JSON.
            let equation: String

            private enum CodingKeys: String, CodingKey { case total, reconstruction, kl, penalty }

            init(_ losses: Losses) {
                equation = losses.equation
                (total, reconstruction, kl) = (
                    losses.total.finite, losses.reconstruction.finite, losses.kl.finite
                )
                let added = losses.penalty ?? losses.klWeight * losses.kl
                penalty = added == losses.kl ? nil : added.finite
            }
        }

        init(_ report: EpochReport) {
            epoch = report.epoch
            train = Parts(report.train)
            test = report.test.map(Parts.init)
        }
    }

    struct Training: Encodable {
        let configuration: TrainingConfiguration
        let epochsFinished: Int
        let last: LossesOfEpoch?
        let best: LossesOfEpoch?
        /// Seconds of all epochs, without the tests.
        let seconds: Double?
    }

    let file: File
    /// The SHA-256 of the model's file.
    let sha256: String
    let model: ModelConfiguration
    /// The columns of a model's table; nil for images.
    let table: Standardization?
    let parameters: Int
    let layers: [Layer]
    let weights: [Weight]
    let training: Training?
    let data: RunRecord.Data?
    let environment: RunRecord.Environment?
    let resumptions: [RunRecord.Environment]?
    /// The files in the run's folder.
    let files: [File]?

    init(_ trained: SavedRun) throws(VAEError) {
        let bytes = try DurableFile.read(trained.path)
        file = File(path: trained.path, bytes: bytes.count)
        sha256 = SHA256.digest(of: bytes).description
        model = trained.configuration
        table = trained.model.standardization
        parameters = trained.model.parameterCount
        layers = try Self.layers(of: model)
        weights = trained.model.weights.map {
            Weight(name: $0.name, shape: $0.shape, count: $0.values.count)
        }
        let history = try trained.history()
        training = trained.record.map {
            Training(
                configuration: $0.training, epochsFinished: history.count,
                last: history.last.map(LossesOfEpoch.init), best: history.best.map(LossesOfEpoch.init),
                seconds: history.reduce(0) { $0 + $1.seconds }.finite)
        }
        data = trained.record?.data
        environment = trained.record?.environment
        resumptions = trained.record?.resumptions
        files = trained.folder.map(ModelDescription.files)
    }

    private static func layers(of model: ModelConfiguration) throws(VAEError) -> [Layer] {
        let topology = try Topology(model)
        let plan = topology.plan
        var names = [topology.images: "images", topology.noise: "noise"]
        for node in plan.nodes { names[node.output] = node.name }
        return plan.nodes.map { node in
            Layer(
                name: node.name, kind: node.layer.title, inputs: node.inputs.map { names[$0] ?? "" },
                output: plan.values[node.output].shape,
                parameters: node.parameters.reduce(0) { $0 + $1.count }, flop: node.layer.product?.flop ?? 0)
        }
    }

    /// The regular files of a folder by name; none where it can't be listed.
    private static func files(_ folder: String) -> [File] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        return names.filter { !$0.hasPrefix(".") && Folder.holdsFile($0, folder) }.map { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            return File(path: name, bytes: (attributes?[.size] as? Int) ?? 0)
        }
    }
}
