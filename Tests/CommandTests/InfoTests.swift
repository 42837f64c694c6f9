import Foundation
import Testing
import VAE
import VAECore

/// `vae info` and what every command says in JSON.
@Suite struct InfoTests {
    let tool = Tool("vae")
    let trained: Scratch
    let run: String

    init() throws {
        trained = try Trained.shared.get()
        run = trained.file("run")
    }

    @Test func saysWhatTheRunSays() throws {
        let outcome = try tool("info", run, "--json")
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let info = try outcome.json()
        let model = try VariationalAutoencoder(contentsOf: trained.file("run/model.safetensors"))
        #expect(info["parameters"] as? Int == 134_165)
        let weights = try #require(info["weights"] as? [[String: Any]])
        #expect(weights.compactMap { $0["name"] as? String } == model.weights.map(\.name))
        #expect(weights.compactMap { $0["shape"] as? [Int] } == model.weights.map(\.shape))
        let file = try #require(info["file"] as? [String: Any])
        #expect(file["bytes"] as? Int == (try trained.bytes("run/model.safetensors")).count)
        let sum = SHA256.digest(of: [UInt8](try trained.bytes("run/model.safetensors"))).description
        #expect(info["sha256"] as? String == sum)
        let training = try #require(info["training"] as? [String: Any])
        #expect(training["epochs_finished"] as? Int == 2)
        let row = try trained.text("run/metrics.csv").split(separator: "\n")[2].split(separator: ",")
        let last = try #require((training["last"] as? [String: Any])?["test"] as? [String: Any])
        for (key, column) in [("total", 4), ("reconstruction", 5), ("kl", 6)] {
            // The table has six decimals, and the total is added up from rounded parts.
            let difference = abs((last[key] as? Double ?? 0) - (Double(row[column]) ?? 1))
            #expect(difference < 2e-6, "\(key)")
        }
        let record =
            try JSONSerialization.jsonObject(with: trained.bytes("run/config.json")) as? [String: Any]
        let data = try #require(record?["data"] as? [String: Any])
        #expect((info["data"] as? [String: Any])?["sha256"] as? String == data["sha256"] as? String)
        let files = (info["files"] as? [[String: Any]])?.compactMap { $0["path"] as? String }
        #expect(files == (try FileManager.default.contentsOfDirectory(atPath: run).sorted()))
    }

    /// One equation everywhere, which adds up whatever the divergence weighs.
    @Test func theEquationOfAWeight() throws {
        let scratch = try Scratch()
        let trained = try Tool("vae-train").run(
            scratch.digits(train: 64, test: 16) + [
                "--epochs", "1", "--batch-size", "16", "--kl-weight", "0.5", "--no-figures", "--out",
                scratch.file("run"),
            ])
        #expect(trained.status == 0, "\(trained.errors)")
        let info = try tool("info", scratch.file("run"))
        let printed = try #require(
            (trained.output + trained.errors).firstMatch(of: /train ([0-9.]+ = [0-9.]+ \+ 0\.5·[0-9.]+)/))
        #expect(info.output.contains("train \(printed.1)"), "\(info.output)")
    }

    @Test func theTextHasEveryLayerAndTheLosses() throws {
        let outcome = try tool("info", run)
        #expect(outcome.status == 0, "\(outcome.errors)")
        for text in [
            "134,165", "encoder.convolution.0.kernel", "3×3×1×32", "decoder.output.bias", "2 of 2 epochs",
            "last epoch 2: train ", "SHA-256 ", "metrics.csv", "vae-train", "2 dimensions", "28×28, grey",
        ] {
            #expect(outcome.output.contains(text), "\(text) in \(outcome.output)")
        }
        // Data and not progress: also when quiet.
        #expect(try tool("info", run, "--quiet").output == outcome.output)
    }

    @Test func theTextSaysWhatWasMadeOfTheImages() throws {
        #expect(!(try tool("info", run).output.contains("binarised")))
        let binary = try Trained.make("--binarize", "stochastic")
        let outcome = try tool("info", binary.file("run"))
        #expect(outcome.output.contains("images binarised (stochastic)"), "\(outcome.output)")
    }

    /// One document on standard output, sorted, the same each time.
    @Test func plotSpeaksJSON() throws {
        let scratch = try Scratch()
        let arguments = ["plot", run, "losses", "manifold", "--grid", "3", "--json", "--out", scratch.path]
        let outcome = try tool.run(arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            try outcome.json()["files"] as? [String] == [
                scratch.file("manifold.png"), scratch.file("losses.png"),
            ])
        #expect(try tool.run(arguments).output == outcome.output)
    }

    @Test func damagedRuns() throws {
        let damaged = try Trained.make()
        try damaged.write([1, 2, 3], to: "run/config.json")
        #expect(try tool("info", damaged.file("run")).status == 65)
        try FileManager.default.removeItem(atPath: damaged.file("run/config.json"))
        let outcome = try tool("info", damaged.file("run"))
        #expect(outcome.status == 66 && outcome.errors.contains("config.json"), "\(outcome.errors)")
        // The file itself tells what it knows.
        #expect(try tool("info", damaged.file("run/model.safetensors")).output.contains("134,165"))
        #expect(try tool("info", damaged.file("run"), "--json").output.isEmpty)
        #expect(try tool("info", damaged.file("data")).status == 66)
        #expect(mkfifo(damaged.file("pipe"), 0o600) == 0)
        let pipe = try tool("info", damaged.file("pipe"))
        #expect(pipe.status == 66 && pipe.errors.contains("regular file"), "\(pipe.errors)")
    }
}
