import Foundation
import Testing
import VAE
import VAECore

/// `vae-train --codes`, and every command on what it trains.
@Suite struct CodesCommandTests {
    private let train = Tool("vae-train")
    private let vae = Tool("vae")
    private let short = [
        "--dataset", "synthetic", "--limit", "300", "--epochs", "2", "--batch-size", "20", "--threads", "2",
        "--filters", "6,8", "--codes", "12", "--code-size", "3",
    ]

    @Test func fromTrainingToDraws() throws {
        let scratch = try Scratch()
        let run = scratch.file("run")
        let outcome = try train.run(short + ["--out", run])
        #expect(outcome.status == 0, "\(outcome.errors)")
        for words in [
            "49 positions of 12 codes of 3 numbers", "loss = reconstruction + 0.25 × ‖z_e − z_q‖²",
            "of 12 used", "perplexity", "under the prior of counts",
        ] {
            #expect(outcome.errors.contains(words), "\(words): \(outcome.errors)")
        }
        let files = try Set(FileManager.default.contentsOfDirectory(atPath: run))
        #expect(
            files == [
                "config.json", "metrics.csv", "model.safetensors", "best.safetensors",
                "checkpoint.safetensors", "checkpoint.previous.safetensors", "prior.safetensors",
                "codes.json", "codes.png", "losses.png", "reconstructions.png", "samples.png", "report.html",
                "README.md",
            ])
        let rows = try scratch.text("run/metrics.csv").split(separator: "\n").map { $0.split(separator: ",") }
        #expect(rows.count == 3 && rows[0].contains("train_penalty") && rows[0].contains("test_penalty"))
        // KL is what codes cost under a uniform prior, and no part of the loss.
        let last = rows[2].compactMap { Double($0) }
        #expect(abs(last[3] - 49 * log(12)) < 1e-4 && abs(last[6] - 49 * log(12)) < 1e-4)
        #expect(abs(last[4] - last[5] - last[10]) < 1e-9 * last[4])

        let evaluation = try vae("evaluate", run, "--json")
        #expect(evaluation.status == 0, "\(evaluation.errors)")
        let json = try evaluation.json()
        let (bound, reconstruction, nats) = (
            try #require(json["bound"] as? Double), try #require(json["reconstruction"] as? Double),
            try #require(json["prior_nats"] as? Double)
        )
        #expect(abs(bound - reconstruction - nats) < 1e-6 * bound && nats < 49 * log(12))
        // Kept in the run, and shown on its page.
        #expect(try scratch.text("run/evaluation.json") == evaluation.output)
        let page = try scratch.text("run/report.html")
        #expect(page.contains("What is a good value for the bound?") && page.contains("array-prior"))
        #expect(try vae("plot", run, "report", "--out", scratch.file("again")).status == 0)
        #expect(try scratch.text("again/report.html") == page)
        let text = try vae("evaluate", run, "--out", scratch.file("e.json"))
        #expect(text.output.contains("perplexity") && text.output.contains("pixelwise mean"))
        #expect(try scratch.text("e.json") == evaluation.output)
        let info = try vae("info", run)
        #expect(info.output.contains("49 of 12 codes of 3 numbers"), "\(info.output)")

        // What is encoded and decoded is what is reconstructed.
        let (z, decoded, made) = (scratch.file("z.npy"), scratch.file("d.npy"), scratch.file("r.npy"))
        #expect(try vae("encode", run, "--select", "0-4", "--out", z).status == 0)
        #expect(try vae("decode", run, "--z", z, "--out", decoded).status == 0)
        #expect(try vae("reconstruct", run, "--select", "0-4", "--out", made).status == 0)
        #expect(try scratch.bytes("d.npy") == scratch.bytes("r.npy"))
        #expect(try vae("reconstruct", run, "--out", scratch.file("r.png")).status == 0)
        let table = try vae("encode", run, "--select", "0-1")
        let numbers = table.output.split(separator: "\n").dropFirst().flatMap {
            $0.split(separator: ",").suffix(49).map { Int($0) }
        }
        #expect(table.output.contains(",z49\n") && numbers.count == 98)
        #expect(numbers.allSatisfy { $0.map { (0..<12).contains($0) } ?? false })
        let document = try vae("encode", run, "--select", "0", "--json").json()
        let images = try #require(document["images"] as? [[String: Any]])
        #expect(images[0]["codes"] as? [Int] == numbers.prefix(49).compactMap(\.self))

        // The same draws from the run's prior, with any threads, and from one that is fitted again.
        let (one, two, lone) = (scratch.file("1.npy"), scratch.file("2.npy"), scratch.file("3.npy"))
        #expect(try vae("sample", run, "-n", "5", "--threads", "1", "--out", one).status == 0)
        #expect(try vae("sample", run, "-n", "5", "--threads", "2", "--out", two).status == 0)
        try FileManager.default.removeItem(atPath: scratch.file("run/prior.safetensors"))
        #expect(try vae("sample", run, "-n", "5", "--out", lone).status == 0)
        #expect(try scratch.bytes("1.npy") == scratch.bytes("2.npy"))
        #expect(try scratch.bytes("1.npy") == scratch.bytes("3.npy"))
        #expect(try vae("sample", run, "--best", "-n", "2", "--out", scratch.file("b.png")).status == 0)
        #expect(
            try vae("anomalies", run, "--by", "reconstruction", "--out", scratch.file("a.png")).status == 0)
        #expect(try vae("plot", run, "samples", "codes", "--out", scratch.file("plots")).status == 0)

        // A line's ends are the images' reconstructions.
        let line = try vae(
            "interpolate", run, "--from", "0", "--to", "4", "--steps", "5", "--json", "--out",
            scratch.file("l.npy"))
        #expect(line.status == 0, "\(line.errors)")
        let steps = try #require(try line.json()["codes"] as? [[Int]])
        #expect(steps.count == 5 && steps[0] == numbers.prefix(49).compactMap(\.self))
        let (drawn, rebuilt) = try (scratch.bytes("l.npy"), scratch.bytes("r.npy"))
        #expect(drawn.suffix(5 * 4 * 784).prefix(4 * 784) == rebuilt.suffix(5 * 4 * 784).prefix(4 * 784))
        #expect(drawn.suffix(4 * 784) == rebuilt.suffix(4 * 784))

        let resumed = try train.run([
            "--resume", run, "--epochs", "3", "--codes", "12", "--filters", "6,8", "--no-figures",
        ])
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(FileManager.default.fileExists(atPath: scratch.file("run/prior.safetensors")))
        let other = try train.run(["--resume", run, "--epochs", "4", "--codes", "13"])
        #expect(other.status == 64 && other.errors.contains("--codes: differs"), "\(other.errors)")
    }

    @Test func whatNeedsAGaussianIsRefused() throws {
        let scratch = try Scratch()
        let run = scratch.file("run")
        #expect(try train.run(short + ["--no-figures", "--out", run]).status == 0)
        let zeros = [String](repeating: "0", count: 48).joined(separator: ",")
        for (arguments, words) in [
            (
                ["interpolate", run, "--from", "1", "--to", zeros + ",0", "--out", "no.png"],
                "--to: is no image"
            ),
            (["interpolate", run, "--from", "1", "--to", "9999999", "--out", "no.png"], "is no test image"),
            (
                ["interpolate", run, "--from", "1", "--to", "2", "--class", "3", "--out", "no.png"],
                "no classes"
            ),
            (["edit", run, "--from", "class:3", "--to", "class:8", "--out", "no.png"], "can't be added"),
            (["complete", run, "--mask", "top", "--out", "no.png"], "proposals"),
            (["anomalies", run], "--by likelihood: weighs draws"),
            (["anomalies", run, "--by", "kl"], "is the same for all images"),
            (["ppca", run], "probabilistic PCA"),
            (["plot", run, "manifold"], "shows a Gaussian latent space"),
            (["plot", run, "latent-space"], "There are reconstructions, samples, losses, codes, report."),
            (["plot", run, "samples", "--dimensions", "1,2"], "are those of a Gaussian z"),
            (["sample", run, "--mixture", "--out", "no.png"], "is made of Gaussians"),
            (["sample", run, "--class", "3", "--out", "no.png"], "knows of no classes"),
            (["encode", run, "--log-variance"], "codes have no variance"),
            (["evaluate", run, "--samples", "7"], "codes are not drawn"),
            (["evaluate", run, "--draws", "7"], "codes are not drawn"),
            (["evaluate", run, "--images", "7"], "codes are not drawn"),
            (["decode", run, "--z", "1,2", "--out", "no.png"], "49 finite numbers"),
            (["decode", run, "--z", "12," + zeros, "--out", "no.png"], "whole numbers from 0 to 11"),
            (["decode", run, "--z", "0.5," + zeros, "--out", "no.png"], "whole numbers from 0 to 11"),
            (["decode", run, "--z", "0," + zeros, "--class", "1", "--out", "no.png"], "no classes"),
        ] {
            let outcome = try vae.run(arguments, in: scratch.path)
            #expect(
                outcome.status == 64 && outcome.errors.contains(words) && outcome.output.isEmpty,
                "\(arguments): \(outcome.errors)")
        }
        #expect(try !scratch.names().contains("no.png"))
        // A damaged prior is told of, and not taken for another.
        try scratch.write([1, 2, 3], to: "run/prior.safetensors")
        let damaged = try vae("sample", run, "--out", scratch.file("no.png"))
        #expect(damaged.status == 65 && damaged.errors.contains("prior.safetensors"), "\(damaged.errors)")
        // Of a Gaussian run there is no picture of codes.
        let plain = scratch.file("plain")
        #expect(
            try train.run([
                "--dataset", "synthetic", "--limit", "64", "--epochs", "1", "--no-figures", "--out", plain,
            ]).status == 0)
        let picture = try vae("plot", plain, "codes")
        #expect(picture.status == 64 && picture.errors.contains("Gaussian latents"), "\(picture.errors)")
    }

    @Test(arguments: [
        (["--codes", "12", "--latent-dim", "5"], "nothing, for 7×7 codes"),
        (["--codes", "12", "--hidden", "16"], "stands between feature maps and codes"),
        (["--codes", "12", "--conditional"], "codes know of no classes"),
        (["--codes", "12", "--film"], "shows a Gaussian latent space"),
        (["--codes", "12", "--kl-weight", "4"], "for codes is a constant"),
        (["--codes", "12", "--kl-warm-up", "1"], "for codes is a constant"),
        (["--codes", "12", "--free-bits", "1"], "for codes is a constant"),
        (["--codes", "1"], "2 to 65536"), (["--codes", "4", "--code-size", "0"], "--code-size"),
        (["--codes", "4", "--code-decay", "1"], "--code-decay"),
        (["--codes", "4", "--commitment", "-1"], "--commitment"),
        (["--code-size", "4"], "is of a codebook, and there is none"),
    ])
    func flagsThatDoNotGoTogether(flags: [String], words: String) throws {
        let scratch = try Scratch()
        let outcome = try train.run(
            ["--dataset", "synthetic", "--limit", "64", "--epochs", "2", "--out", scratch.file("run")] + flags
        )
        #expect(outcome.status == 64 && outcome.errors.contains(words), "\(flags): \(outcome.errors)")
        #expect(try scratch.names().isEmpty)
    }

    /// Residual blocks, and models without feature maps or of a file.
    @Test func otherModels() throws {
        let scratch = try Scratch()
        let data = ["--dataset", "synthetic", "--limit", "64", "--epochs", "1", "--batch-size", "32"]
        try scratch.write(
            Array(
                #"""
                {"codebook": {"size": 8, "dimension": 2, "decay": 0.9, "commitment": 0.5},
                 "encoder": [{"type": "convolution", "filters": 4, "stride": 4}],
                 "decoder": [{"type": "transposed_convolution", "filters": 4, "stride": 4}]}
                """#.utf8), to: "model.json")
        for (index, (flags, words)) in [
            (
                ["--codes", "8", "--filters", "4,8", "--residual-blocks", "1", "--group-norm", "2"],
                "49 positions"
            ),
            (["--codes", "8", "--filters", "none", "--hidden", "20"], "16 positions of 8 codes"),
            (["--codes", "8", "--filters", "none", "--latent-dim", "3"], "3 positions of 8 codes"),
            (["--model", scratch.file("model.json")], "49 positions of 8 codes of 2 numbers"),
        ].enumerated() {
            let run = scratch.file("run\(index)")
            let outcome = try train.run(data + flags + ["--no-figures", "--out", run])
            #expect(outcome.status == 0 && outcome.errors.contains(words), "\(flags): \(outcome.errors)")
            #expect(try vae("sample", run, "-n", "2", "--out", scratch.file("s\(index).png")).status == 0)
            let resumed = try train.run(["--resume", run, "--epochs", "2", "--no-figures"] + flags)
            #expect(resumed.status == 0, "\(flags): \(resumed.errors)")
        }
        let both = try train.run(
            data + ["--model", scratch.file("model.json"), "--codes", "4", "--out", scratch.file("no")])
        #expect(both.status == 64 && both.errors.contains("--model says them"), "\(both.errors)")
    }

    /// A table's rows: numbers of codes in place of latents.
    @Test func ofATable() throws {
        let scratch = try Scratch()
        let rows = (0..<80).map { row in
            "\(row * 7 % 13),\(Float(row * 7 % 13) * -0.3 + Float(row % 4)),\(row % 5 + 100)\n"
        }
        try scratch.write(Array(("a,b,c\n" + rows.joined()).utf8), to: "t.csv")
        let run = scratch.file("run")
        let outcome = try train.run([
            "--data", scratch.file("t.csv"), "--codes", "6", "--latent-dim", "2", "--epochs", "2", "--out",
            run,
        ])
        #expect(outcome.status == 0 && outcome.errors.contains("2 positions of 6 codes"), "\(outcome.errors)")
        let files = try Set(FileManager.default.contentsOfDirectory(atPath: run))
        #expect(files.contains("losses.png") && !files.contains("codes.png") && files.contains("codes.json"))
        let drawn = try vae("sample", run, "-n", "4")
        #expect(drawn.status == 0 && drawn.output.hasPrefix("a,b,c\n"), "\(drawn.errors)")
        let codes = try vae("encode", run)
        #expect(codes.output.contains("z1,z2\n"), "\(codes.output)")
        #expect(try vae("evaluate", run).status == 0)
    }
}
