import Foundation
import Testing
import VAECore
import VAEData

/// A run of two epochs on a few digits, in `run` beside its `data`, for the tests of a whole suite to read.
enum Trained {
    /// Trained once, by whoever asks first, and removed when the tests end: statics are never released.
    static let shared: Result<Scratch, any Error> = Result {
        let scratch = try make()
        atexit { Trained.removeShared() }
        return scratch
    }

    static func removeShared() {
        if let path = try? shared.get().path { try? FileManager.default.removeItem(atPath: path) }
    }

    static func make(_ more: String...) throws -> Scratch {
        let scratch = try Scratch()
        let outcome = try Tool("vae-train").run(
            scratch.digits(train: 256, test: 40) + [
                "--epochs", "2", "--no-figures", "--out", scratch.file("run"),
            ] + more)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return scratch
    }
}

extension Tool {
    /// That a command ends with one error and leaves nothing behind; "RUN" among its arguments stands for the run.
    func expectRefusal(
        _ arguments: [String], of run: String, in scratch: Scratch, status: Int32, saying words: String
    ) throws {
        let outcome = try self.run(
            arguments.map { $0.replacingOccurrences(of: "RUN", with: run) }, in: scratch.path)
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(outcome.output.isEmpty && !outcome.errors.contains("Fatal"))
        #expect(try scratch.names().isEmpty)
    }
}

extension Tool.Outcome {
    /// The one JSON document that the output must be.
    func json() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
        return try #require(object as? [String: Any])
    }
}
