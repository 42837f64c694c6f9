import Foundation
import Testing
import VAE

/// Runs with a variance for each channel or value, from training to every command that reads them.
@Suite struct VarianceCommandTests {
    let train = Tool("vae-train")
    let tool = Tool("vae")
    let scratch = try! Scratch()

    @Test(arguments: [("gaussian-channel", [1]), ("gaussian-value", [28, 28, 1])])
    func everyCommand(likelihood: String, shape: [Int]) throws {
        let data = try scratch.digits(train: 256, test: 40)
        let flags = data + ["--likelihood", likelihood, "--batch-size", "32", "--no-figures"]
        let trained = try train.run(flags + ["--epochs", "2", "--out", scratch.file("run")])
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(trained.errors.contains("wise Gaussian likelihood") && trained.errors.contains("density"))
        #expect(try scratch.text("run/config.json").contains("\"likelihood\" : \"\(likelihood)\""))
        let model = try VariationalAutoencoder(contentsOf: scratch.file("run/model.safetensors"))
        let weight = try #require(model.weights.first { $0.name == "decoder.log_variance" })
        #expect(weight.shape == shape && weight.values.contains { $0 < 0 })

        // In two parts and on other threads: the same bits.
        let first = try train.run(flags + ["--epochs", "1", "--threads", "1", "--out", scratch.file("two")])
        #expect(first.status == 0, "\(first.errors)")
        let second = try train.run([
            "--resume", scratch.file("two"), "--epochs", "2", "--threads", "3", "--no-figures",
        ])
        #expect(second.status == 0, "\(second.errors)")
        #expect(
            try scratch.bytes("two/model.safetensors") == scratch.bytes("run/model.safetensors"))
        let other = try train.run(["--resume", scratch.file("two"), "--likelihood", "gaussian"])
        #expect(other.status == 64 && other.errors.contains("expected \(likelihood)"), "\(other.errors)")

        let info = try tool("info", scratch.file("run"))
        let size = shape.map(String.init).joined(separator: "×")
        #expect(info.status == 0 && info.output.contains("\(likelihood) pixels"), "\(info.output)")
        #expect(
            info.output.split(separator: "\n").contains {
                $0.contains("decoder.log_variance") && $0.contains(" \(size) ")
            }, "\(info.output)")
        let evaluated = try tool("evaluate", scratch.file("run"), "--samples", "4")
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        let file = try scratch.text("run/evaluation.json")
        #expect(
            file.contains("\"likelihood\" : \"\(likelihood)\"") && file.contains("\"is_likelihood\" : true"))
        let ranked = try tool("anomalies", scratch.file("run"), "--samples", "4")
        #expect(ranked.status == 0 && !ranked.errors.contains("grey"), "\(ranked.errors)")
        let drawn = try tool("sample", scratch.file("run"), "-n", "3", "--out", scratch.file("some.npy"))
        #expect(drawn.status == 0, "\(drawn.errors)")
        #expect(try tool("plot", scratch.file("run")).status == 0)
        #expect(try scratch.text("run/report.html").contains(likelihood))
    }

    /// Probabilistic PCA has one variance.
    @Test func linearRunsAreNotCompared() throws {
        let trained = try train.run(
            scratch.digits() + [
                "--filters", "none", "--hidden", "none", "--likelihood", "gaussian-value", "--epochs", "1",
                "--no-figures", "--quiet", "--out", scratch.file("run"),
            ])
        #expect(trained.status == 0, "\(trained.errors)")
        let outcome = try tool("ppca", scratch.file("run"))
        #expect(outcome.status == 65 && outcome.output.isEmpty)
        #expect(
            outcome.errors.contains("--likelihood gaussian")
                && outcome.errors.contains("value-wise Gaussian likelihood"), "\(outcome.errors)")
    }

    @Test func helpNamesThem() throws {
        let help = try train("--help").output
        #expect(help.contains("gaussian-channel") && help.contains("gaussian-value"))
        let wrong = try train("--likelihood", "gaussian-pixel")
        #expect(wrong.status == 64 && wrong.errors.contains("gaussian-pixel"), "\(wrong.errors)")
    }
}
