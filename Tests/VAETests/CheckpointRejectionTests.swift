import Testing
import VAECore

@testable import VAE

/// Checkpoints whose checksum is right and whose content is not: what another program, or a person, may have made.
@Suite("Checkpoints that are refused")
struct CheckpointRejectionTests {
    typealias Tensor = SafeTensors.Tensor
    typealias Key = Checkpoint.Key

    /// Within the second of three epochs: 3 steps each on 20 images, 5 in all.
    static func file() async throws -> SafeTensors {
        try SafeTensors(bytes: await CheckpointFileTests.interrupted().serialized(), source: "file")
    }

    /// What is said of the checkpoint with other tensors or metadata, and a checksum that fits.
    private func refusal(
        _ tensors: [Tensor] = [], without name: String? = nil, _ metadata: [String: String?] = [:]
    ) async throws -> VAEError? {
        let file = try await Self.file()
        let others = file.tensors.filter { old in
            old.name != name && !tensors.contains { $0.name == old.name }
        }
        var entries = file.metadata
        entries[Key.checksum] = nil
        for (key, value) in metadata { entries[key] = value }
        let bytes = try SafeTensors.sealed(others + tensors, entries).serialized()
        let error = failure { () throws(VAEError) in _ = try Checkpoint(bytes: bytes, source: "file") }
        if let error { #expect(error.kind == .invalidData && error.subject == "file", "\(error)") }
        return error
    }

    @Test func theUnchangedOneIsNot() async throws {
        #expect(try await refusal() == nil)
    }

    @Test(arguments: [
        (2, 5), (-1, 4), (4, 7), (0, 2), (3, 7), (.max, 5), (2, .max), (.min, .min), (2, .min), (.min, 3),
    ])
    func countsThatContradict(ofEpoch: Int, taken: Int) async throws {
        let counts = try Tensor(name: Key.counts, shape: [2], integers: [taken, ofEpoch])
        let problem = try await refusal([counts])?.problem
        // The first are the ones it has.
        #expect(problem == (ofEpoch == 2 && taken == 5 ? nil : "has counts that contradict one another"))
    }

    /// Images without number, none, and so many that steps can't be counted.
    @Test func imagesThatContradict() async throws {
        let digest = SHA256.digest(of: []).description
        for count in [1, 16, 25, Int.max] {
            let problem = try await refusal([], [Key.trainImages: "\(digest) \(count)"])?.problem
            #expect(problem == "has counts that contradict one another", "\(count)")
        }
        for text in [
            "", digest, "\(digest) 0", "\(digest) -1", "\(digest) x", "\(digest) 20 20",
            "\(digest.dropLast()) 20",
        ] {
            for key in [Key.trainImages, Key.testImages] {
                #expect(
                    try await refusal([], [key: text])?.problem == "has no valid \"\(key)\" in its metadata")
            }
        }
        let none: String? = nil
        let without = [Key.trainImages: none, Key.testImages: none]
        #expect(try await refusal([], without)?.problem == "has counts that contradict one another")
        // Not even without a step.
        let counts = try Tensor(name: Key.counts, shape: [2], integers: [0, 0])
        #expect(try await refusal([counts], without)?.problem == "has counts that contradict one another")
    }

    /// Steps that agree in 64 bits only: four epochs of 2⁶² are none, and one more than the most is the least.
    @Test(arguments: [(1 << 62, 4, 2, 2), (Int.max, 1, 1, Int.min)])
    func stepsThatOverflow(images: Int, epochs: Int, ofEpoch: Int, taken: Int) async throws {
        let digest = SHA256.digest(of: []).description
        let training = try #require(try await Self.file().metadata[Key.training])
            .replacing("\"batchSize\":8", with: "\"batchSize\":1")
            .replacing("\"epochs\":3", with: "\"epochs\":4")
        let history = try Tensor(
            name: Key.history, shape: [epochs, 7], doubles: [Double](repeating: 1, count: 7 * epochs))
        let counts = try Tensor(name: Key.counts, shape: [2], integers: [taken, ofEpoch])
        let problem = try await refusal(
            [history, counts], [Key.training: training, Key.trainImages: "\(digest) \(images)"])?.problem
        #expect(problem == "has counts that contradict one another")
    }

    @Test func moreEpochsThanPlanned() async throws {
        let history = try Tensor(
            name: Key.history, shape: [4, 7], doubles: [Double](repeating: 1, count: 28))
        let counts = try Tensor(name: Key.counts, shape: [2], integers: [12, 0])
        #expect(try await refusal([history, counts])?.problem == "has counts that contradict one another")
    }

    @Test(arguments: [2, -1, 0.5, .nan])
    func reportsThatAreNone(flag: Double) async throws {
        let history = try Tensor(name: Key.history, shape: [1, 7], doubles: [flag, 1, 1, 1, 1, 1, 1])
        #expect(try await refusal([history])?.problem == "has a report of epoch 1 that is not valid")
    }

    /// A training's loss and what it is summed up of are finite, or it has ended, and so are times; a test loss need not be, but one of a Bernoulli
    /// likelihood is not negative.
    @Test func numbersThatAreNotFinite() async throws {
        for value in [Double.nan, .infinity, -.infinity] {
            for column in 1...6 {
                var row = [Double](repeating: 1, count: 7)
                row[column] = value
                let history = try Tensor(name: Key.history, shape: [1, 7], doubles: row)
                let problem = try await refusal([history])?.problem
                let isTest = (3...4).contains(column) && value != -.infinity
                #expect(
                    problem == (isTest ? nil : "has a report of epoch 1 that is not valid"), "\(column)")
            }
            for place in 0..<3 {
                var sums = [1.0, 1, 1]
                sums[place] = value
                let running = try Tensor(name: Key.running, shape: [3], doubles: sums)
                #expect(try await refusal([running])?.problem == "has running sums that are not finite")
            }
            for tensor in try await Self.file().tensors where tensor.dataType == .float32 {
                var values = try tensor.floats()
                values[values.count - 1] = Float(value)
                let spoilt = try Tensor(name: tensor.name, shape: tensor.shape, floats: values)
                #expect(
                    try await refusal([spoilt])?.problem
                        == "tensor \"\(tensor.name)\" holds a number that is not finite")
            }
        }
    }

    @Test func metadataThatIsNot() async throws {
        for key in [Key.model, Key.training, Key.products] {
            for text in [nil, "", "{}", "[", "null"] {
                let problem = try await refusal([], [key: text])?.problem
                #expect(problem == "has no valid \"\(key)\" in its metadata", "\(text ?? "none")")
            }
        }
        for key in [Key.model, Key.training, "other"] {
            let error = try await refusal([], [key: String(repeating: "[", count: 32_769)])
            #expect(
                error?.problem == "has too long an entry \"\(key)\" in its metadata"
                    && error?.found == "32769"
            )
        }
        // A letter composed otherwise is another one.
        let composed = try await refusal([], [Key.format: "vae-checkpoint-3\u{301}"])
        #expect(composed?.problem == "is a checkpoint of another version of this engine")
        #expect(try await refusal([], [Key.format: nil])?.problem == "is not a checkpoint of this engine")
    }

    @Test func configurationsThatAreNotValid() async throws {
        let file = try await Self.file()
        for (key, old, new) in [
            (Key.training, "\"epochs\":3", "\"epochs\":0"),
            (Key.training, "\"batchSize\":8", "\"batchSize\":9223372036854775807"),
            (Key.model, "\"latentSize\":2", "\"latentSize\":0"),
            (Key.model, "\"hiddenUnits\":6", "\"hiddenUnits\":9223372036854775807"),
        ] {
            let text = try #require(file.metadata[key])
            let changed = text.replacing(old, with: new)
            #expect(changed != text)
            let problem = try await refusal([], [key: changed])?.problem
            #expect(problem?.hasPrefix("has a configuration that is not valid: ") == true, "\(problem ?? "")")
        }
    }

    @Test func tensorsOfAnotherModel() async throws {
        let file = try await Self.file()
        let other = "has other tensors than its configuration calls for"
        #expect(try await refusal([Tensor(name: "x", shape: [], floats: [1])])?.problem == other)
        for tensor in file.tensors {
            #expect(try await refusal(without: tensor.name)?.problem == other)
            let longer = try Tensor(
                name: tensor.name, dataType: tensor.dataType, shape: tensor.shape + [1], bytes: tensor.bytes)
            #expect(
                try await refusal([longer])?.problem == "tensor \"\(tensor.name)\" has another shape")
            let type: SafeTensors.DataType = tensor.dataType == .float32 ? .int32 : .uint64
            let bits = try Tensor(
                name: tensor.name, dataType: type, shape: tensor.shape, bytes: tensor.bytes)
            #expect(try await refusal([bits])?.problem == "tensor \"\(tensor.name)\" has another type")
            let renamed = try Tensor(
                name: "x", dataType: tensor.dataType, shape: tensor.shape, bytes: tensor.bytes)
            #expect(
                try await refusal([renamed], without: tensor.name)?.problem
                    == "tensor \"\(tensor.name)\" is missing")
        }
    }
}
