import Foundation
import Testing
import VAECore

/// `vae-train --prior`, and the tools on what it trains.
@Suite struct PriorCommandTests {
    private let train = Tool("vae-train")
    private let vae = Tool("vae")
    private let short = [
        "--dataset", "synthetic", "--limit", "300", "--epochs", "1", "--batch-size", "20", "--threads", "2",
    ]

    @Test(arguments: [
        ("mixture", "a mixture of 10 Gaussians as prior"),
        ("vamp:12", "a VampPrior of 12 pseudo-inputs as prior"),
    ])
    func fromTrainingToDraws(prior: String, words: String) throws {
        let scratch = try Scratch()
        let run = scratch.file("run")
        let outcome = try train.run(short + ["--prior", prior, "--film", "--out", run])
        #expect(outcome.status == 0 && outcome.errors.contains(words), "\(outcome.errors)")
        for file in ["report.html", "manifold.png", "samples.png", "film.png"] {
            #expect(try !scratch.bytes("run/\(file)").isEmpty)
        }
        let page = String(decoding: try scratch.bytes("run/report.html"), as: UTF8.self)
        #expect(page.contains(#""prior":{"deviations":["#))
        for command in [
            ["sample", run, "--out", scratch.file("draws.png")], ["info", run],
            ["evaluate", run, "--samples", "2"], ["anomalies", run],
            ["encode", run, "--out", scratch.file("codes.csv")],
        ] {
            let outcome = try vae.run(command)
            #expect(outcome.status == 0, "\(command): \(outcome.errors)")
        }
        let completed = try vae(
            "complete", run, "--mask", "left", "--out", scratch.file("completed.png"))
        #expect(
            completed.status != 0 && completed.errors.contains("a prior that was trained"),
            "\(completed.errors)")
        let resumed = try train.run(["--resume", run, "--epochs", "2", "--prior", prior, "--no-figures"])
        #expect(resumed.status == 0, "\(resumed.errors)")
        let other = try train.run(["--resume", run, "--epochs", "3", "--prior", "standard"])
        #expect(other.status == 64 && other.errors.contains("--prior"), "\(other.errors)")
    }

    @Test(arguments: [
        (["--prior", "mixed"], "neither standard nor a kind with a number"),
        (["--prior", "mixture:0"], "--prior: is out of range"),
        (["--prior", "vamp:5", "--conditional"], "pseudo-inputs, which have no class"),
        (["--prior", "mixture", "--free-bits", "1"], "needs the KL divergence of each image in closed form"),
    ])
    func whatCannotBeIsRefused(flags: [String], words: String) throws {
        let scratch = try Scratch()
        let outcome = try train.run(short + flags + ["--out", scratch.file("run")])
        #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: scratch.file("run")))
    }
}
