import Foundation
import Testing
import VAE
import VAECore
import VAEData

/// `vae-train` from its flags to the files of its run.
@Suite struct TrainTests {
    let tool = Tool("vae-train")
    let short = ["--epochs", "2", "--threads", "2"]

    @Test func runFolderHoldsEverything() throws {
        let scratch = try Scratch()
        let outcome = try tool.run(scratch.digits(train: 512) + short + ["--out", scratch.file("run")])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: scratch.file("run")).sorted()
        #expect(
            files == [
                "README.md", "best.safetensors", "checkpoint.previous.safetensors", "checkpoint.safetensors",
                "config.json",
                "interpolations.png", "latent-dimensions.png", "latent-space.png",
                "latent-space.svg",
                "losses.png", "manifold.png", "metrics.csv", "model.safetensors", "reconstructions.png",
                "report.html",
                "samples.png",
            ])
        let rows = try scratch.text("run/metrics.csv").split(separator: "\n")
        #expect(
            rows[0]
                == "epoch,train_loss,train_reconstruction,train_kl,test_loss,test_reconstruction,test_kl,seconds,images_per_second"
        )
        #expect(rows.count == 3)
        for (epoch, row) in rows.dropFirst().enumerated() {
            let fields = row.split(separator: ",").compactMap { Double($0) }
            try #require(fields.count == 9)
            #expect(fields[0] == Double(epoch + 1))
            // Losses add up to the last of six printed decimals.
            #expect(abs(fields[1] - fields[2] - fields[3]) < 2e-6)
            #expect(abs(fields[4] - fields[5] - fields[6]) < 2e-6)
        }
        let model = try VariationalAutoencoder(contentsOf: scratch.file("run/model.safetensors"))
        #expect(model.parameterCount == 134_165)
        let config =
            try JSONSerialization.jsonObject(with: scratch.bytes("run/config.json")) as? [String: Any]
        #expect(config?["parameters"] as? Int == 134_165)
        #expect((config?["training"] as? [String: Any])?["epochs"] as? Int == 2)
        #expect((config?["data"] as? [String: Any])?["trainImages"] as? Int == 512)
        // Off a terminal: one line an epoch, no escape sequences.
        #expect(outcome.output.split(separator: "\n").filter { $0.hasPrefix("epoch ") }.count == 2)
        #expect(!outcome.output.contains("\u{1B}") && !outcome.errors.contains("\u{1B}"))
        #expect(outcome.errors.contains("OpenBLAS") && outcome.errors.contains("134,165 parameters"))
    }

    @Test func bitsDoNotDependOnThreads() throws {
        let scratch = try Scratch()
        func model(_ name: String, _ more: [String]) throws -> Data {
            let outcome = try tool.run(
                ["--dataset", "synthetic", "--limit", "300", "--epochs", "1", "--no-figures", "--quiet"]
                    + more
                    + ["--out", scratch.file(name)])
            #expect(
                outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty, "\(outcome.errors)")
            return try scratch.bytes(name + "/model.safetensors")
        }
        let one = try model("1", ["--threads", "1"])
        for threads in ["2", "3", "8", "256"] {
            #expect(try model(threads, ["--threads", threads]) == one, "\(threads) threads")
        }
        #expect(try model("again", ["--threads", "1"]) == one)
        #expect(try model("seed", ["--threads", "1", "--seed", "1"]) != one)
    }

    @Test(arguments: [1, 3])
    func otherLatentSizesAreDrawn(latent: Int) throws {
        let scratch = try Scratch()
        let outcome = try tool.run(
            scratch.digits() + short + ["--latent-dim", "\(latent)", "--out", scratch.file("run")])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(FileManager.default.fileExists(atPath: scratch.file("run/manifold.png")))
    }

    @Test func labelsAndTestSetAreOptional() throws {
        let scratch = try Scratch()
        let digits = try SyntheticDigits.dataset(trainCount: 300, testCount: 20)
        let unlabelled = try ImageSet(shape: digits.train.shape, pixels: digits.train.pixels)
        try Dataset(name: "plain", train: unlabelled, test: nil, source: "test").export(
            to: scratch.file("data"))
        let outcome = try tool(
            "--data", scratch.file("data"), "--epochs", "1", "--threads", "1", "--out", scratch.file("run"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("270 training and 30 test images"))
        // A limit takes nothing from the test set.
        let limited = try tool(
            "--data", scratch.file("data"), "--limit", "150", "--epochs", "1", "--no-figures", "--out",
            scratch.file("limited"))
        #expect(limited.errors.contains("150 training and 30 test images"), "\(limited.errors)")
        #expect(FileManager.default.fileExists(atPath: scratch.file("run/latent-space.png")))
    }

    @Test func exportWritesFilesThatTrain() throws {
        let scratch = try Scratch()
        let outcome = try tool(
            "--dataset", "synthetic", "--limit", "256", "--export-data", scratch.file("idx"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.split(separator: "\n").count == 4)
        let data = try Dataset(contentsOf: scratch.file("idx"))
        #expect(data.train.count == 256 && data.test?.count == 10_000)
    }

    @Test func defaultFolderIsUnderRuns() throws {
        let scratch = try Scratch()
        let data = try scratch.digits()
        for _ in 0..<2 {
            let outcome = try tool.run(data + short + ["--no-figures", "--quiet"], in: scratch.path)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        let runs = try FileManager.default.contentsOfDirectory(atPath: scratch.file("runs"))
        #expect(runs.count == 2 && runs.allSatisfy { $0.contains("-data") })
    }

    @Test func theScheduleIsSaid() throws {
        let scratch = try Scratch()
        let data = try scratch.digits(train: 16, test: 4)
        func line(_ warmUp: String, _ step: String) throws -> String {
            let flags = ["--schedule", "step", "--warm-up", warmUp, "--step-epochs", step, "--epochs", "3"]
            let outcome = try tool.run(
                data + flags + [
                    "--filters", "none", "--hidden", "2", "--no-figures", "--out",
                    scratch.file("run-\(warmUp)"),
                ])
            #expect(outcome.status == 0, "\(outcome.errors)")
            return outcome.errors
        }
        #expect(try line("1", "1").contains("rising over 1 epoch, times 0.1 every 1 epoch\n"))
        #expect(try line("2", "2").contains("rising over 2 epochs, times 0.1 every 2 epochs\n"))
    }

    @Test func helpAndVersion() throws {
        let help = try tool("--help")
        #expect(help.status == 0 && help.output.contains("EXAMPLES") && help.output.contains("--export-data"))
        let version = try tool("--version")
        #expect(version.status == 0 && version.output == packageVersion + "\n")
    }
}
