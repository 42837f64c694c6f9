import Kernels
import RankSupport
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

/// A run by several ranks: rank 0 has the folder, and the others follow it.
@Suite struct RankJobTests {
    private let scratch = try! Scratch()
    private let model = ModelConfiguration(encoderFilters: [2], decoderFilters: [2], hiddenUnits: 3)
    private let training = TrainingConfiguration(epochs: 2, batchSize: 20, seed: 5)

    /// A folder of images that every rank can load.
    private func images(_ name: String, seed: UInt64) throws -> String {
        let data = try SyntheticDigits.dataset(seed: seed, trainCount: 50, testCount: 10)
        try data.export(to: scratch.file(name))
        return scratch.file(name)
    }

    /// A session of rank 0, of images in a folder.
    private static func session(
        _ model: ModelConfiguration, _ training: TrainingConfiguration, _ path: String, _ folder: String,
        _ ranks: (any Communicator)?
    ) throws -> RunSession {
        let request = DataRequest(.auto, path: path, limit: nil, seed: training.seed)
        let data = try request.load()
        return try RunSession(
            Trainer(model, training, threads: 1, ranks: ranks), data, request.record(of: data),
            folder: folder,
            threads: 1)
    }

    /// What rank 0 hears of a run, and that the others are let go.
    private func run(
        _ ranks: Int, on path: String, others: String?, in folder: String,
        _ body: @escaping @Sendable (RunSession) throws -> Void
    ) async -> [Result<Void, any Error>] {
        let (model, training) = (model, training)
        return await waitingFor {
            ThreadRanks.run(ranks) { communicator in
                let job = RankJob(communicator)
                guard communicator.rank == 0 else {
                    return job.serve(dataAt: others, storage: ImageStorage(), threads: 1)
                }
                defer { job.end() }
                let session = try Self.session(model, training, path, folder, communicator)
                try job.run(session) { try body(session) }
            }
        }
    }

    private func sha256(_ folder: String) throws -> String {
        try VariationalAutoencoder(contentsOf: "\(folder)/model.safetensors").sha256.description
    }

    @Test(arguments: [2, 3]) func theRunIsThatOfOneProcess(ranks: Int) async throws {
        let path = try images("images", seed: 1)
        try Self.session(model, training, path, scratch.file("one"), nil).run(figures: false)
        let found = await run(ranks, on: path, others: nil, in: scratch.file("many")) {
            try $0.run(figures: false)
        }
        for result in found { try result.get() }
        #expect(try sha256(scratch.file("many")) == sha256(scratch.file("one")))
    }

    @Test func othersImagesAreRefused() async throws {
        let (path, other) = try (images("images", seed: 1), images("other", seed: 2))
        let found = await run(3, on: path, others: other, in: scratch.file("run")) { _ in
            Issue.record("trained without the others")
        }
        #expect { try found[0].get() } throws: {
            "\($0)".hasPrefix("rank 1: \(other): is not the data set of this run")
        }
        for result in found.dropFirst() { try result.get() }
    }

    /// Others that train by then hear of what goes wrong before rank 0 does.
    @Test func aRunThatFailsBeforeItsFirstStepEnds() async throws {
        struct Early: Error {}
        let found = await run(3, on: try images("images", seed: 1), others: nil, in: scratch.file("run")) {
            _ in
            throw Early()
        }
        #expect(throws: Early.self) { try found[0].get() }
        for result in found.dropFirst() { try result.get() }
    }

    /// Nobody is invited to a run that is done, and nobody waits for its failure.
    @Test func aFinishedRunNeedsNobody() async throws {
        struct Late: Error {}
        let found = await run(2, on: try images("images", seed: 1), others: nil, in: scratch.file("run")) {
            session in
            try session.run(figures: false)
            throw Late()
        }
        #expect(throws: Late.self) { try found[0].get() }
        try found[1].get()
    }

    @Test func whatWouldGiveOtherBitsIsRefused() throws {
        let session = try Self.session(model, training, images("images", seed: 1), scratch.file("run"), nil)
        let invitation = RankInvitation(version: "1.2.3", record: session.record, tiles: true)
        let read = try RankInvitation(invitation.encoded())
        try read.check(version: "1.2.3", tiles: true, kernels: "any")
        func refusal(_ version: String, tiles: Bool, of invitation: RankInvitation) -> String? {
            do throws(VAEError) {
                try invitation.check(version: version, tiles: tiles, kernels: "others")
                return nil
            } catch { return error.description }
        }
        #expect(refusal("1.2.4", tiles: true, of: read)?.contains("expected 1.2.3, found 1.2.4") == true)
        #expect(refusal("1.2.3", tiles: false, of: read)?.contains("has no tiles, and rank 0\'s has") == true)
        let plain = RankInvitation(version: "1.2.3", record: session.record, tiles: false)
        #expect(
            refusal("1.2.3", tiles: true, of: plain)?.contains("has tiles, and rank 0\'s has none") == true)
        #expect(refusal("1.2.3", tiles: false, of: plain)?.contains("has other kernels") == true)
        #expect(throws: VAEError.self) { try RankInvitation([1, 2, 3]) }
    }
}
