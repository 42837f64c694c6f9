import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

/// What a run leaves for TensorBoard, read by TensorBoard's own readers.
@Suite struct TensorBoardTests {
    private struct Document: Decodable {
        struct Projector: Decodable {
            let means: [[Float]]
            let labels: [String]?
            let sprite: [Int]?
            let image: [Int]
        }

        let scalars: [String: [[Double]]]
        let images: [String: [[Int]]]
        let projector: Projector?
    }

    private func read(_ folder: String) throws -> Document {
        let (status, output) = try Python.run("read_events.py", folder)
        try #require(status == 0, "\(output)")
        let json = try #require(output.split(separator: "\n").last { $0.hasPrefix("{") })
        return try JSONDecoder().decode(Document.self, from: Data(json.utf8))
    }

    /// The vectors of RFC 3720, appendix B.4, and the one that everybody has.
    @Test func checksums() {
        #expect(CRC32C.checksum(of: Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.checksum(of: [UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum(of: [UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum(of: (0..<32).map { UInt8($0) }) == 0x46DD_794E)
        #expect(CRC32C.checksum(of: []) == 0)
    }

    /// Of a run that was interrupted after its second epoch, and gone on with by somebody who did not ask for events.
    @Test(.enabled(if: Python.isInstalled, Python.skipped))
    func eventsAreThoseOfTheRun() throws {
        let scratch = try Scratch()
        let data = try SyntheticDigits.dataset(trainCount: 300, testCount: 50)
        var training = TrainingConfiguration()
        training.epochs = 5
        training.schedule.decay = .cosine
        training.batchSize = 100
        let folder = scratch.file("run")
        do {
            let session = try RunSession(data, training: training, folder: folder, threads: 1)
            struct Stop: Error {}
            final class Watch: RunObserver {
                var epochs = 0
                func observe(_ event: RunSession.Event) { if case .epoch = event { epochs += 1 } }
                func checkInterruption() throws { if epochs == 2 { throw Stop() } }
            }
            #expect(throws: Stop.self) {
                try session.run(figures: false, tensorBoard: true, observer: Watch())
            }
        }
        let session = try RunSession(resuming: folder, data: data, threads: 1)
        try session.run(figures: false)
        let found = try read(folder)
        let history = session.history
        #expect(history.count == 5)
        func column(_ value: (EpochReport) -> Double) -> [[Double]] {
            history.map { [Double($0.epoch), Double(Float(value($0)))] }
        }
        #expect(found.scalars["loss/train"] == column(\.train.total))
        #expect(found.scalars["loss/test"] == column { $0.test?.total ?? .nan })
        #expect(found.scalars["reconstruction/test"] == column { $0.test?.reconstruction ?? .nan })
        #expect(found.scalars["kl/train"] == column(\.train.kl))
        #expect(found.scalars["kl_weight"] == column { _ in 1 })
        #expect(found.scalars["images_per_second"] == column(\.imagesPerSecond))
        // The rate of an epoch's last step, of 15 in all.
        let rates = (1...5).map { epoch in
            let step = Double(3 * epoch - 1)
            return 0.001 * 0.5 * (1 + cos(Double.pi * step / 15))
        }
        let learned = try #require(found.scalars["learning_rate"])
        #expect(learned.map { $0[0] } == [1, 2, 3, 4, 5])
        for (rate, expected) in zip(learned.map { $0[1] }, rates) { #expect(abs(rate - expected) < 1e-9) }
        #expect(found.images["samples"]?.map { $0[0] } == [1, 2, 4, 5])
        #expect(found.images["manifold"]?.map { $0[0] } == [5])
        for picture in found.images.values.flatMap(\.self) {
            #expect(Array(picture[1...2]) == Array(picture[3...4]))
        }
        let projector = try #require(found.projector)
        let encoding = try session.model.encode(#require(data.test), threads: 1)
        #expect(projector.means.flatMap(\.self) == encoding.mean)
        #expect(projector.labels == data.test?.labels?.map { "\($0)" })
        // 50 images in rows of 8.
        #expect(projector.sprite == [8 * 28, 7 * 28] && projector.image == [28, 28])
    }

    /// A table has no images, and a run without test images neither pictures nor means.
    @Test(.enabled(if: Python.isInstalled, Python.skipped))
    func tablesHaveNumbersAndTheirOwnPictures() throws {
        let scratch = try Scratch()
        let rows = (0..<40).map { "\($0 % 7),\($0 % 5),\(Double($0) * 0.1)" }
        let path = scratch.file("t.csv")
        try Data(("a,b,c\n" + rows.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
        let folder = scratch.file("run")
        var training = TrainingConfiguration()
        training.epochs = 2
        training.batchSize = 8
        try RunSession(
            DatasetLoader().load(.auto, path: path), training: training, folder: folder, threads: 1
        )
        .run(figures: false, tensorBoard: true)
        let found = try read(folder)
        #expect(found.scalars["loss/test"]?.count == 2)
        #expect(Set(found.images.keys) == ["latent-space", "losses", "latent-dimensions"])
        #expect(found.projector?.means.count == 4 && found.projector?.sprite == nil)
    }
}
