import Foundation
import Testing
import VAE
import VAEData
import VAERun

/// Runs the code of `VAERun.docc/VAERun.md`: `ArticleTests` compares the two.
@Suite struct RunTests {
    private let folder = ScratchFolder()

    @Test func aRunFolderInFiveLines() throws {
        let digits = try SyntheticDigits.dataset(trainCount: 2_048, testCount: 256)
        let training = TrainingConfiguration(epochs: 2, seed: 7)
        let session = try RunSession(digits, training: training, folder: "\(folder.path)/run")
        try session.run()
        print("the test loss is \(session.history.last?.test?.total ?? .nan) nats an image")

        struct Deadline: RunObserver {
            struct Passed: Error {}
            let end: ContinuousClock.Instant

            func observe(_ event: RunSession.Event) {
                if case .epoch(let report) = event { print("epoch \(report.epoch): \(report.train.total)") }
            }

            func checkInterruption() throws {
                if .now > end { throw Passed() }
            }
        }

        do {
            let interrupted = try RunSession(
                digits, training: training, folder: "\(folder.path)/interrupted")
            #expect(throws: Deadline.Passed.self) { try interrupted.run(observer: Deadline(end: .now)) }
        }

        let resumed = try RunSession(resuming: "\(folder.path)/interrupted", data: digits)
        try resumed.run()

        // What the article says of the results.
        let models = try [session, resumed].map {
            try Data(contentsOf: URL(filePath: "\($0.path)/model.safetensors"))
        }
        #expect(models[0] == models[1])
        for name in ["config.json", "metrics.csv", "model.safetensors", "report.html", "manifold.png"] {
            #expect(FileManager.default.fileExists(atPath: "\(session.path)/\(name)"))
        }
    }
}
