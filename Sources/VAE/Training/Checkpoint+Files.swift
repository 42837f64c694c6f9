import Foundation
import VAECore

/// A checkpoint is a safetensors file: `weights.NAME`, `first_moment.NAME` and `second_moment.NAME` for each of the model's tensors,
/// `average.NAME` where parameters are averaged,
/// (of a codebook `first_moment.latent.codes` are the running sums that its codes are quotients of),
/// `progress` and `history` as numbers, configurations as JSON in the metadata, digests of the run's models (`sha256 NAME`), and a
/// checksum of it all.
extension Checkpoint {
    /// Writes the file at `path`, whole or not at all.
    ///
    /// - Parameters:
    ///   - path: of the file
    ///   - older: where the file that was at `path` goes, in the same folder; nil replaces it.
    /// - Throws: `cannotCreate` or `inputOutput` when it can't be written; what was there is left as it was.
    public func write(to path: String, keepingOldAs older: String? = nil) throws(VAEError) {
        try DurableFile.write(serialized(), to: path, keepingOldAs: older)
    }

    /// The bytes of the file, the same for equal checkpoints.
    package func serialized() throws(VAEError) -> [UInt8] {
        let layout = try Network(modelConfiguration).layout
        let hasPenalty = configuration.hasPenalty(for: modelConfiguration)
        var tensors: [SafeTensors.Tensor] = []
        for (prefix, values) in [
            (Key.weights, parameters), (Key.firstMoment, firstMoment), (Key.secondMoment, secondMoment),
        ] + (averages.map { [(Key.average, $0)] } ?? []) {
            for entry in layout.entries {
                tensors.append(
                    try SafeTensors.Tensor(
                        name: prefix + entry.name, shape: entry.shape, floats: Array(values[entry.range])))
            }
        }
        tensors.append(
            try SafeTensors.Tensor(
                name: Key.counts, shape: [2], integers: [progress.stepsTaken, progress.stepsOfEpoch]))
        tensors.append(
            try SafeTensors.Tensor(
                name: Key.running, shape: [hasPenalty ? 4 : 3],
                doubles: [progress.reconstruction, progress.kl, progress.seconds]
                    + (hasPenalty ? [progress.penalty] : [])))
        tensors.append(
            try SafeTensors.Tensor(
                name: Key.history, shape: [history.count, Self.historyWidth(hasPenalty: hasPenalty)],
                doubles: history.flatMap { Self.row($0, hasPenalty: hasPenalty) }))
        var metadata = [
            Key.format: Self.format, Key.products: products.rawValue,
            Key.model: try Self.json(modelConfiguration), Key.training: try Self.json(configuration),
        ]
        if let images = progress.images {
            metadata[Key.trainImages] = "\(images.train) \(images.trainCount)"
            if let test = images.test { metadata[Key.testImages] = "\(test) \(images.testCount)" }
        }
        for (name, digest) in files { metadata[Key.file + name] = digest.description }
        return try SafeTensors.sealed(tensors, metadata).serialized()
    }

    private static func json(_ value: some Encodable) throws(VAEError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let json = try? encoder.encode(value) else {
            throw VAEError(.invalidArgument, "configuration", "can't be written as JSON")
        }
        return String(decoding: json, as: UTF8.self)
    }

    /// A report as numbers, exactly; whether there is a test loss comes first.
    private static func row(_ report: EpochReport, hasPenalty: Bool) -> [Double] {
        let row = [
            report.test == nil ? 0 : 1, report.train.reconstruction, report.train.kl,
            report.test?.reconstruction ?? 0, report.test?.kl ?? 0, report.seconds, report.imagesPerSecond,
        ]
        guard hasPenalty else { return row }
        return row + [report.train.penalty ?? 0, report.train.klWeight, report.test?.penalty ?? 0]
    }

    /// Numbers of a report.
    static func historyWidth(hasPenalty: Bool) -> Int { hasPenalty ? 10 : 7 }
    static let family = "vae-checkpoint-"
    static let format = family + "3"
    /// Can be read, too: it names the products otherwise. A training that goes on from it rounds otherwise than it began.
    static let olderFormat = family + "2"

    enum Key {
        static let weights = "weights."
        static let firstMoment = "first_moment."
        static let secondMoment = "second_moment."
        static let average = "average."
        static let counts = "progress.steps"
        static let running = "progress.running"
        static let history = "history"
        static let format = "format"
        static let model = "model"
        static let training = "training"
        static let products = "products"
        /// The key of the products in the older format, whose values are `direct` and `lowered`.
        static let convolutions = "convolutions"
        static let trainImages = "training_images"
        static let testImages = "test_images"
        static let checksum = SafeTensors.checksumKey
        /// Before the name of another file of the run, the key of its digest.
        static let file = "sha256 "
    }
}
