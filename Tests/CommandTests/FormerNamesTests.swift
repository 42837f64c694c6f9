import Foundation
import Testing

/// `--convolutions direct|lowered`, which `--products tiles|blas` was called in the version before.
@Suite struct FormerNamesTests {
    let tool = Tool("vae-train")
    let scratch = try! Scratch()

    @Test(arguments: [("direct", "tiles"), ("lowered", "blas")])
    func theFormerNameWorks(former: String, name: String) throws {
        let arguments = [
            "--dataset", "synthetic", "--limit", "64", "--no-figures", "--out", scratch.file("run"),
        ]
        let outcome = try tool.run(arguments + ["--epochs", "1", "--convolutions", former])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("--convolutions \(former) is --products \(name) now"))
        #expect(try scratch.text("run/config.json").contains("\"products\" : \"\(name)\""))
        let resumed = try tool(
            "--resume", scratch.file("run"), "--epochs", "2", "--convolutions", former, "--no-figures")
        #expect(resumed.status == 0, "\(resumed.errors)")
        let other = former == "direct" ? "lowered" : "direct"
        let refused = try tool("--resume", scratch.file("run"), "--epochs", "3", "--convolutions", other)
        #expect(refused.status == 64, "\(refused.errors)")
    }

    @Test func aContradictionIsRefused() throws {
        let outcome = try tool(
            "--products", "blas", "--convolutions", "direct", "--dataset", "synthetic", "--limit", "64",
            "--epochs", "1", "--no-figures", "--out", scratch.file("run"))
        #expect(outcome.status == 64 && outcome.errors.contains("contradicts --products blas"))
        #expect(try scratch.names().isEmpty)
    }

    /// A record of the version before has the former name, and its page says what it means.
    @Test func formerRecordsAreRead() throws {
        let trained = try Trained.make()
        let run = trained.file("run")
        let path = run + "/config.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
            .replacingOccurrences(of: "\"products\" : \"filtered\"", with: "\"convolutions\" : \"lowered\"")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let info = try Tool("vae")("info", run)
        #expect(info.status == 0 && info.output.contains("products by blas"), "\(info.errors)\(info.output)")
    }
}
