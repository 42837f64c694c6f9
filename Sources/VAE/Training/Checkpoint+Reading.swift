import Foundation
import VAECore

extension Checkpoint {
    /// Reads what `write` wrote.
    /// - Throws: `missingInput` when there is no such file; `invalidData` when it is no checkpoint, or a byte of it has changed.
    public init(contentsOf path: String) throws(VAEError) {
        // Weights and two moments of the largest model, in bytes.
        try self.init(bytes: DurableFile.read(path, limit: 1 << 36), source: path)
    }

    /// - Parameter source: what errors name, such as the file's path.
    package init(bytes: [UInt8], source: String) throws(VAEError) {
        let parts = try Parts(bytes, source)
        modelConfiguration = try parts.value(Key.model)
        configuration = try parts.value(Key.training)
        products = try parts.products()
        let layout = try parts.layout(modelConfiguration, configuration)
        parameters = try parts.floats(Key.weights, layout)
        firstMoment = try parts.floats(Key.firstMoment, layout)
        secondMoment = try parts.floats(Key.secondMoment, layout)
        averages =
            if configuration.averaging == nil { nil } else { try parts.floats(Key.average, layout) }
        files = try parts.files()
        let hasPenalty = configuration.hasPenalty(for: modelConfiguration)
        history = try parts.history(configuration, modelConfiguration, hasPenalty)
        progress = try parts.progress(hasPenalty)
        guard isConsistent else {
            throw parts.damaged(
                "has counts that contradict one another",
                expected: "\(configuration.epochs) epochs at most, of whole steps, and a part of one",
                found:
                    "\(history.count) epochs, \(progress.stepsTaken) steps, \(progress.stepsOfEpoch) of them in the "
                    + "running epoch")
        }
    }

    /// Whether the steps taken are those of the finished epochs and of the running one.
    private var isConsistent: Bool {
        let batch = configuration.batchSize
        let images = progress.images?.trainCount ?? 0
        let steps = images / batch + (images.isMultiple(of: batch) ? 0 : 1)
        let (all, overflow) = steps.multipliedReportingOverflow(by: history.count)
        let (taken, tooMany) = all.addingReportingOverflow(progress.stepsOfEpoch)
        return !overflow && !tooMany && (0...steps).contains(progress.stepsOfEpoch)
            && progress.stepsTaken == taken && history.count <= configuration.epochs
            && (steps > 0 || history.isEmpty)
    }
}

/// A checkpoint's file, whole and of this format, before it is known what its parts say. Another program may have sealed it:
/// nothing in it is trusted.
private struct Parts {
    let file: SafeTensors
    let source: String

    typealias Key = Checkpoint.Key

    /// Bytes of an entry of the metadata: JSON is read into something many times its size, and takes a few hundred here.
    private static let longestEntry = 32_768

    init(_ bytes: [UInt8], _ source: String) throws(VAEError) {
        file = try SafeTensors(bytes: bytes, source: source)
        self.source = source
        let format = file.metadata[Key.format]
        guard let format,
            [Checkpoint.format, Checkpoint.olderFormat].contains(where: { format.utf8.elementsEqual($0.utf8) }
            )
        else {
            let isOther = format?.utf8.starts(with: Checkpoint.family.utf8) == true
            throw damaged(
                isOther
                    ? "is a checkpoint of another version of this engine"
                    : "is not a checkpoint of this engine",
                expected: "metadata \"\(Key.format)\" = \"\(Checkpoint.format)\"",
                found: quoted(format ?? "none"))
        }
        for (key, value) in file.metadata where value.utf8.count > Self.longestEntry {
            throw damaged(
                "has too long an entry \(quoted(key)) in its metadata",
                expected: "at most \(Self.longestEntry) bytes",
                found: "\(value.utf8.count)")
        }
        let checksum = file.metadata[Key.checksum]
        let expected = try file.rightChecksum()
        guard checksum == expected else {
            throw damaged(
                "is damaged: its checksum does not fit", expected: expected, found: quoted(checksum ?? "none")
            )
        }
    }

    func damaged(_ problem: String, expected: String? = nil, found: String? = nil) -> VAEError {
        VAEError(.invalidData, source, problem, expected: expected, found: found)
    }

    private func invalid(_ key: String) -> VAEError { damaged("has no valid \"\(key)\" in its metadata") }

    func value<Value: Decodable>(_ key: String) throws(VAEError) -> Value {
        guard let json = file.metadata[key], JSONText.repeatedKey(in: Array(json.utf8)) == nil,
            let value = try? JSONDecoder().decode(Value.self, from: Data(json.utf8))
        else { throw invalid(key) }
        return value
    }

    func products() throws(VAEError) -> Products {
        let isOlder = file.metadata[Key.format] == Checkpoint.olderFormat
        let key = isOlder ? Key.convolutions : Key.products
        let products = file.metadata[key].flatMap {
            isOlder ? Products(formerName: $0) : Products(rawValue: $0)
        }
        guard let products else { throw invalid(key) }
        return products
    }

    /// The layout of the weights, with every tensor's size checked: room is made only for what is there.
    func layout(
        _ model: ModelConfiguration, _ training: TrainingConfiguration
    ) throws(VAEError) -> ParameterLayout {
        let layout: ParameterLayout
        do throws(VAEError) {
            try training.validate()
            layout = try Network(model).layout
        } catch {
            throw damaged("has a configuration that is not valid: \(error)")
        }
        let prefixes =
            [Key.weights, Key.firstMoment, Key.secondMoment]
            + (training.averaging == nil ? [] : [Key.average])
        let count = prefixes.count * layout.entries.count + 3
        guard file.tensors.count == count else {
            throw damaged(
                "has other tensors than its configuration calls for", expected: "\(count)",
                found: "\(file.tensors.count)")
        }
        for prefix in prefixes {
            for entry in layout.entries { _ = try tensor(prefix + entry.name, entry.shape) }
        }
        return layout
    }

    func floats(_ prefix: String, _ layout: ParameterLayout) throws(VAEError) -> [Float] {
        var values: [Float] = []
        values.reserveCapacity(layout.count)
        for entry in layout.entries {
            let tensor = try tensor(prefix + entry.name, entry.shape)
            try named { () throws(VAEError) in try tensor.append(to: &values) }
        }
        return values + [Float](repeating: 0, count: layout.count - values.count)
    }

    func history(
        _ configuration: TrainingConfiguration, _ model: ModelConfiguration, _ hasPenalty: Bool
    ) throws(VAEError) -> [EpochReport] {
        let width = Checkpoint.historyWidth(hasPenalty: hasPenalty)
        let epochs = file[Key.history]?.shape.first ?? 0
        let rows = try tensor(Key.history, [epochs, width])
        let numbers = try named { () throws(VAEError) in try rows.doubles() }
        var reports: [EpochReport] = []
        reports.reserveCapacity(epochs)
        for start in stride(from: 0, to: numbers.count, by: width) {
            let row = numbers[start..<start + width]
            guard let report = EpochReport(reports.count + 1, Array(row), configuration.klWeight),
                report.isPossible(for: model)
            else {
                throw damaged("has a report of epoch \(reports.count + 1) that is not valid")
            }
            reports.append(report)
        }
        return reports
    }

    func progress(_ hasPenalty: Bool) throws(VAEError) -> Progress {
        let steps = try tensor(Key.counts, [2])
        let counts = try named { () throws(VAEError) in try steps.integers() }
        let sums = try tensor(Key.running, [hasPenalty ? 4 : 3])
        let running = try named { () throws(VAEError) in try sums.doubles() }
        guard running.allSatisfy(\.isFinite) else {
            throw damaged(
                "has running sums that are not finite",
                found: running.map { "\($0)" }.joined(separator: ", "))
        }
        let test = try images(Key.testImages)
        let images = try images(Key.trainImages).map {
            DataDigests(train: $0.0, trainCount: $0.1, test: test?.0, testCount: test?.1 ?? 0)
        }
        return Progress(
            stepsTaken: counts[0], stepsOfEpoch: counts[1], reconstruction: running[0], kl: running[1],
            penalty: running.count > 3 ? running[3] : 0, seconds: running[2], images: images)
    }

    /// The digests of the run's other files, by their names.
    func files() throws(VAEError) -> [String: SHA256.Digest] {
        var files: [String: SHA256.Digest] = [:]
        for (key, value) in file.metadata where key.utf8.starts(with: Key.file.utf8) {
            guard let digest = SHA256.Digest(value) else { throw invalid(key) }
            files[String(key.dropFirst(Key.file.count))] = digest
        }
        return files
    }

    private func images(_ key: String) throws(VAEError) -> (SHA256.Digest, Int)? {
        guard let text = file.metadata[key] else { return nil }
        let parts = text.split(separator: " ")
        guard parts.count == 2, let digest = SHA256.Digest(parts[0]), let count = NumberText.count(parts[1]),
            count > 0
        else { throw invalid(key) }
        return (digest, count)
    }

    private func tensor(_ name: String, _ shape: [Int]) throws(VAEError) -> SafeTensors.Tensor {
        try named { () throws(VAEError) in try file.tensor(name, shape: shape) }
    }

    /// The result of `body`, with the file's name in its errors.
    private func named<Value>(_ body: () throws(VAEError) -> Value) throws(VAEError) -> Value {
        do throws(VAEError) { return try body() } catch { throw error.inFile(source) }
    }
}

extension EpochReport {
    /// The report in a row of a checkpoint; nil when its first number, which tells whether there is a test loss, is neither 0 nor 1, or
    /// the training loss is not finite. A test loss need not be.
    fileprivate init?(_ epoch: Int, _ row: [Double], _ klWeight: Double) {
        guard row[0] == 0 || row[0] == 1, row[1].isFinite, row[2].isFinite else { return nil }
        let hasPenalty = row.count > 7
        guard !hasPenalty || row[7].isFinite && row[8].isFinite && row[8] >= 0 else { return nil }
        self.init(
            epoch: epoch,
            train: Losses(
                reconstruction: row[1], kl: row[2], klWeight: hasPenalty ? row[8] : klWeight,
                penalty: hasPenalty ? row[7] : nil),
            test: row[0] == 0
                ? nil
                : Losses(
                    reconstruction: row[3], kl: row[4], klWeight: klWeight,
                    penalty: hasPenalty ? row[9] : nil),
            seconds: row[5], imagesPerSecond: row[6])
    }
}
