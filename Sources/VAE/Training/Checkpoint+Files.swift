import Foundation
import VAECore

/// A checkpoint is a safetensors file: `weights.NAME`, `first_moment.NAME` and `second_moment.NAME` for each of the model's tensors,
/// `progress` and `history` as numbers, configurations as JSON in the metadata, and a checksum of it all.
extension Checkpoint {
    /// Writes the file at `path`, whole or not at all.
    ///
    /// - Parameter older: where the file that was at `path` goes, in the same folder; nil replaces it.
    /// - Throws: `cannotCreate` or `inputOutput` when it can't be written; what was there is left as it was.
    public func write(to path: String, keepingOldAs older: String? = nil) throws(VAEError) {
        try DurableFile.write(serialized(), to: path, keepingOldAs: older)
    }

    /// Reads what `write` wrote.
    /// - Throws: `missingInput` when there is no such file; `invalidData` when it is no checkpoint, or a byte of it has changed.
    public init(contentsOf path: String) throws(VAEError) {
        // Weights and two moments of the largest model, in bytes.
        try self.init(bytes: DurableFile.read(path, limit: 1 << 36), source: path)
    }

    /// The bytes of the file, the same for equal checkpoints.
    package func serialized() throws(VAEError) -> [UInt8] {
        let layout = try Network(modelConfiguration).layout
        var tensors: [SafeTensors.Tensor] = []
        for (prefix, values) in [
            (Key.weights, parameters), (Key.firstMoment, firstMoment), (Key.secondMoment, secondMoment),
        ] {
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
                name: Key.running, shape: [3],
                doubles: [progress.reconstruction, progress.kl, progress.seconds]))
        tensors.append(
            try SafeTensors.Tensor(
                name: Key.history, shape: [history.count, Self.historyWidth],
                doubles: history.flatMap(Self.row)))
        var metadata = [
            Key.format: Self.format, Key.convolutions: convolutions.rawValue,
            Key.model: try Self.json(modelConfiguration), Key.training: try Self.json(configuration),
        ]
        if let images = progress.images {
            metadata[Key.trainImages] = "\(images.train) \(images.trainCount)"
            if let test = images.test { metadata[Key.testImages] = "\(test) \(images.testCount)" }
        }
        return try Self.sealed(tensors, metadata).serialized()
    }

    package init(bytes: [UInt8], source: String) throws(VAEError) {
        let file = try SafeTensors(bytes: bytes, source: source)
        func damaged(_ problem: String, expected: String? = nil, found: String? = nil) -> VAEError {
            VAEError(.invalidData, source, problem, expected: expected, found: found)
        }
        guard file.metadata[Key.format] == Self.format else {
            let isOther = file.metadata[Key.format]?.hasPrefix(Self.family) == true
            throw damaged(
                isOther
                    ? "is a checkpoint of another version of this engine"
                    : "is not a checkpoint of this engine",
                expected: "metadata \"format\" = \"\(Self.format)\"",
                found: quoted(file.metadata[Key.format] ?? "none"))
        }
        var metadata = file.metadata
        let checksum = metadata.removeValue(forKey: Key.checksum)
        let expected = try Self.sealed(file.tensors, metadata).metadata[Key.checksum]
        guard checksum == expected else {
            throw damaged(
                "is damaged: its checksum does not fit", expected: expected,
                found: quoted(checksum ?? "none"))
        }
        func value<Value: Decodable>(_ key: String) throws(VAEError) -> Value {
            guard let json = metadata[key],
                let value = try? JSONDecoder().decode(Value.self, from: Data(json.utf8))
            else { throw damaged("has no valid \"\(key)\" in its metadata") }
            return value
        }
        func images(_ key: String) throws(VAEError) -> (SHA256.Digest, Int)? {
            guard let text = metadata[key] else { return nil }
            let parts = text.split(separator: " ")
            guard parts.count == 2, let fingerprint = SHA256.Digest(parts[0]), let count = Int(parts[1]),
                count > 0
            else { throw damaged("has no valid \"\(key)\" in its metadata") }
            return (fingerprint, count)
        }
        modelConfiguration = try value(Key.model)
        configuration = try value(Key.training)
        guard let method = metadata[Key.convolutions].flatMap(ConvolutionMethod.init) else {
            throw damaged("has no valid \"\(Key.convolutions)\" in its metadata")
        }
        convolutions = method
        let network: Network
        do throws(VAEError) {
            try configuration.validate()
            network = try Network(modelConfiguration)
        } catch {
            throw damaged("has a configuration that is not valid: \(error)")
        }

        // What `sealed` has vouched for can still be another program's: sizes are checked, and sums of them.
        func floats(_ prefix: String) throws(VAEError) -> [Float] {
            var values: [Float] = []
            for entry in network.layout.entries {
                values += try file.floats(prefix + entry.name, shape: entry.shape)
            }
            return values
        }
        guard file.tensors.count == 3 * network.layout.entries.count + 3 else {
            throw damaged(
                "has other tensors than its configuration calls for",
                expected: "\(3 * network.layout.entries.count + 3)", found: "\(file.tensors.count)")
        }
        parameters = try floats(Key.weights)
        firstMoment = try floats(Key.firstMoment)
        secondMoment = try floats(Key.secondMoment)
        let counts = try file.integers(Key.counts, shape: [2])
        let running = try file.doubles(Key.running, shape: [3])
        let epochs = file[Key.history]?.shape.first ?? 0
        let rows = try file.doubles(Key.history, shape: [epochs, Self.historyWidth])
        let weight = configuration.klWeight
        history = (0..<epochs).map {
            Self.report($0 + 1, rows[$0 * Self.historyWidth..<($0 + 1) * Self.historyWidth], weight)
        }
        let (train, test) = (try images(Key.trainImages), try images(Key.testImages))
        progress = Progress(
            stepsTaken: counts[0], stepsOfEpoch: counts[1], reconstruction: running[0], kl: running[1],
            seconds: running[2],
            images: train.map {
                DataFingerprints(
                    train: $0.0, trainCount: $0.1, test: test?.0, testCount: test?.1 ?? 0)
            })
        try checkCounts(damaged)
    }

    /// The steps taken must be those of the finished epochs and of the running one.
    private func checkCounts(
        _ damaged: (String, String?, String?) -> VAEError
    ) throws(VAEError) {
        let batch = configuration.batchSize
        let steps = progress.images.map { ($0.trainCount + batch - 1) / batch } ?? 0
        let (all, overflow) = steps.multipliedReportingOverflow(by: history.count)
        guard !overflow, (0...steps).contains(progress.stepsOfEpoch), history.count <= configuration.epochs,
            progress.stepsTaken - progress.stepsOfEpoch == all
        else {
            throw damaged(
                "has counts that contradict one another",
                "\(history.count) epochs of \(steps) steps and a part of one",
                "\(progress.stepsTaken) steps, \(progress.stepsOfEpoch) of them in the running epoch")
        }
    }

    /// The tensors with the metadata and the checksum of both. The bytes of a file are a function of what it holds, so that
    /// the file without its checksum can be made again from the file with it.
    private static func sealed(
        _ tensors: [SafeTensors.Tensor], _ metadata: [String: String]
    ) throws(VAEError) -> SafeTensors {
        let checksum = SHA256.digest(of: try SafeTensors(tensors, metadata: metadata).serialized())
        return try SafeTensors(
            tensors, metadata: metadata.merging([Key.checksum: checksum.description]) { $1 })
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
    private static func row(_ report: EpochReport) -> [Double] {
        [
            report.test == nil ? 0 : 1, report.train.reconstruction, report.train.kl,
            report.test?.reconstruction ?? 0, report.test?.kl ?? 0, report.seconds, report.imagesPerSecond,
        ]
    }

    private static func report(_ epoch: Int, _ row: ArraySlice<Double>, _ klWeight: Double) -> EpochReport {
        let row = Array(row)
        return EpochReport(
            epoch: epoch, train: Losses(reconstruction: row[1], kl: row[2], klWeight: klWeight),
            test: row[0] == 0 ? nil : Losses(reconstruction: row[3], kl: row[4], klWeight: klWeight),
            seconds: row[5], imagesPerSecond: row[6])
    }

    private static let historyWidth = 7
    private static let family = "vae-checkpoint-"
    private static let format = family + "2"

    private enum Key {
        static let weights = "weights."
        static let firstMoment = "first_moment."
        static let secondMoment = "second_moment."
        static let counts = "progress.steps"
        static let running = "progress.running"
        static let history = "history"
        static let format = "format"
        static let model = "model"
        static let training = "training"
        static let convolutions = "convolutions"
        static let trainImages = "training_images"
        static let testImages = "test_images"
        static let checksum = "checksum"
    }
}
