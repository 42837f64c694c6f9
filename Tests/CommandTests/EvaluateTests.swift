import Foundation
import Testing
import VAE
import VAECore
import VAEData

/// `vae evaluate` on the folder of a run.
@Suite struct EvaluateTests {
    let tool = Tool("vae")

    /// A run of one epoch on a few digits, in `run` beside its `data`.
    private func trained(_ more: String...) throws -> Scratch {
        let scratch = try Scratch()
        let outcome = try Tool("vae-train").run(
            scratch.digits(train: 256, test: 40) + [
                "--epochs", "1", "--no-figures", "--out", scratch.file("run"),
            ] + more)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return scratch
    }

    private func names(_ scratch: Scratch, _ folder: String = "run") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: scratch.file(folder)).sorted()
    }

    private func document(_ bytes: Data) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }

    @Test func printsAndWrites() throws {
        let scratch = try trained()
        let before = try names(scratch)
        let outcome = try tool("evaluate", scratch.file("run"), "--samples", "6")
        #expect(outcome.status == 0, "\(outcome.errors)")
        for text in [
            "What is a good value for the loss?", "pixelwise mean", "entropy of the grey pixels",
            "The loss is ", "loss (−ELBO), z drawn", "bits per pixel", "−ln p(x), 6 draws of z",
            "effective draws", "mutual information", "aggregate gap", "2 dimensions active",
            "nearest neighbours, accuracy", "silhouette", "mixture of 10 Gaussians", "PCA, 2 components",
            "Fréchet distance",
        ] {
            #expect(outcome.output.contains(text), "\(text) in \(outcome.output)")
        }
        #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
        #expect(outcome.errors.contains("evaluation.json") && outcome.errors.contains("took"))
        #expect(try names(scratch) == (before + ["evaluation.json", "report.html"]).sorted())

        // The table's first numbers are the file's.
        let file = try document(scratch.bytes("run/evaluation.json"))
        #expect(file["version"] as? Int == 1)
        let losses = try #require(file["loss"] as? [String: Any])
        let test = try #require(losses["test"] as? [String: Any])
        let loss = try #require((test["loss"] as? [String: Any])?["nats"] as? Double)
        #expect(outcome.output.contains(String(format: "%.2f ± ", loss)))
        // The same loss as the training measured: z drawn with the seed 0.
        let rows = try scratch.text("run/metrics.csv").split(separator: "\n")
        let recorded = try #require(Double(rows[1].split(separator: ",")[4]))
        #expect(abs(loss - recorded) < 1e-4 * recorded)

        // The page has the card, and keeps it until the model is another.
        #expect(try scratch.text("run/report.html").contains("What is a good value for the loss?"))
        #expect(try tool("plot", scratch.file("run"), "report").status == 0)
        #expect(try scratch.text("run/report.html").contains("What is a good value for the loss?"))
        let trained = try Tool("vae-train")("--resume", scratch.file("run"), "--epochs", "2", "--quiet")
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(try tool("plot", scratch.file("run"), "report").status == 0)
        #expect(try !scratch.text("run/report.html").contains("What is a good value for the loss?"))
    }

    /// Without a number of draws the likelihood is integrated; without a seed it is the run's, whose test loss was measured with the same draws.
    @Test func integratesAndTakesTheRunsSeed() throws {
        let scratch = try trained("--seed", "7")
        let outcome = try tool("evaluate", scratch.file("run"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("−ln p(x), by quadrature") && !outcome.output.contains("draws of z"))
        let file = try document(scratch.bytes("run/evaluation.json"))
        let likelihood = try #require(file["likelihood"] as? [String: Any])
        #expect((likelihood["points"] as? Int ?? 0) > 16_384 && likelihood["images"] as? Int == 40)
        #expect((likelihood["integration_error"] as? Double ?? 1) < 0.01)
        #expect(likelihood["samples"] == nil && likelihood["proposal"] == nil)
        #expect((file["settings"] as? [String: Any])?["seed"] as? Int == 7)
        let test = (file["loss"] as? [String: Any])?["test"] as? [String: Any]
        let loss = try #require((test?["loss"] as? [String: Any])?["nats"] as? Double)
        let rows = try scratch.text("run/metrics.csv").split(separator: "\n")
        // The same numbers, added up in another order.
        #expect(abs(loss - (try #require(Double(rows[1].split(separator: ",")[4])))) < 1e-9 * loss)
        let bound = try #require(
            (likelihood["negative_log_likelihood"] as? [String: Any])?["nats"] as? Double)
        #expect(bound < loss)
    }

    /// The document on standard output is the file, and neither depends on the threads.
    @Test func jsonIsTheFile() throws {
        let scratch = try trained()
        for threads in ["1", "2"] {
            let outcome = try tool(
                "evaluate", scratch.file("run"), "--samples", "3", "--images", "7", "--draws", "2", "--seed",
                "5", "--json", "--quiet", "--threads", threads)
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
            let bytes = try scratch.bytes("run/evaluation.json")
            #expect(Data(outcome.output.utf8) == bytes)
            let found = try document(bytes)
            let settings = try #require(found["settings"] as? [String: Any])
            #expect(settings["seed"] as? Int == 5 && settings["draws"] as? Int == 2)
            let likelihood = try #require(found["likelihood"] as? [String: Any])
            #expect(likelihood["samples"] as? Int == 3 && likelihood["images"] as? Int == 7)
            #expect(likelihood["is_likelihood"] as? Bool == false)
            try scratch.write([UInt8](bytes), to: "evaluation-\(threads).json")
        }
        #expect(try scratch.bytes("evaluation-1.json") == scratch.bytes("evaluation-2.json"))
    }

    @Test(arguments: ["threshold", "stochastic"]) func binarisedImages(how: String) throws {
        let scratch = try trained()
        let outcome = try tool("evaluate", scratch.file("run"), "--samples", "2", "--binarize", how)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("black and white") && !outcome.output.contains("entropy of the grey"))
        let found = try document(scratch.bytes("run/evaluation.json"))
        #expect((found["settings"] as? [String: Any])?["binarize"] as? String == how)
        #expect((found["likelihood"] as? [String: Any])?["is_likelihood"] as? Bool == true)
    }

    /// A table of the factors of the test images: the gap in the text, in the file and on the page, with what was wrong of a table that is none.
    @Test func factorsThatAreKnown() throws {
        let scratch = try trained()
        func write(_ name: String, _ lines: [String]) throws -> String {
            try scratch.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: name)
            return scratch.file(name)
        }
        let rows = (0..<40).map { "\($0 % 4),\($0 % 3 - 1)" }
        let table = try write("factors.csv", ["place,tilt"] + rows)
        let outcome = try tool("evaluate", scratch.file("run"), "--samples", "1", "--factors", table)
        #expect(outcome.status == 0, "\(outcome.errors)")
        for text in ["Factors", "place", "tilt", "Mutual information gap 0."] {
            #expect(outcome.output.contains(text), "\(outcome.output)")
        }
        let file = try document(scratch.bytes("run/evaluation.json"))
        let found = try #require(file["factors"] as? [String: Any])
        let factors = try #require(found["factors"] as? [[String: Any]])
        #expect(factors.map { $0["name"] as? String } == ["place", "tilt"])
        #expect(abs((factors[0]["entropy"] as? Double ?? 0) - 1.3862943611198906) < 1e-12)
        #expect((1...2).contains(factors[0]["best_dimension"] as? Int ?? 0))
        #expect(found["bins"] as? Int == 20 && found["mutual_information_gap"] is Double)
        #expect(try scratch.text("run/report.html").contains("Mutual information gap"))

        let header = ["place,tilt"]
        let short: [String] = header + rows.dropLast()
        let same: [String] = header + rows.map { _ in "1,2" }
        let many: [String] = ["place"] + (0..<40).map { "\($0)" }
        let tables: [([String], String)] = [
            (short, "expected 40, one an image in the images' order, found 39"),
            (same, "factor \"place\": has the same value everywhere"), (short + ["nan,1"], "place"),
            (short + ["left,1"], "holds text in column \"place\""), (many, "too many values"),
        ]
        for (lines, words) in tables {
            let bad = try write("bad.csv", lines)
            let refused = try tool("evaluate", scratch.file("run"), "--samples", "1", "--factors", bad)
            #expect(refused.status != 0 && refused.errors.contains(words), "\(words): \(refused.errors)")
            #expect(refused.output.isEmpty)
        }
        let missing = try tool("evaluate", scratch.file("run"), "--factors", scratch.file("none.csv"))
        #expect(missing.status == 66, "\(missing.errors)")
    }

    /// A run that was trained on black and white images is measured on them, unless something else is asked for.
    @Test func measuresWhatWasTrained() throws {
        let scratch = try trained("--binarize", "stochastic")
        func binarize(_ arguments: String...) throws -> String? {
            let outcome = try tool.run(["evaluate", scratch.file("run"), "--samples", "1"] + arguments)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let found = try document(scratch.bytes("run/evaluation.json"))
            return (found["settings"] as? [String: Any])?["binarize"] as? String
        }
        #expect(try binarize() == "stochastic")
        #expect(try binarize("--binarize", "none") == "none")
    }

    @Test func imagesWithoutLabels() throws {
        let scratch = try Scratch()
        let digits = try SyntheticDigits.dataset(trainCount: 200, testCount: 30)
        func bare(_ images: ImageSet) throws -> ImageSet {
            try ImageSet(shape: images.shape, pixels: images.pixels)
        }
        try Dataset(
            name: "bare", train: bare(digits.train), test: bare(#require(digits.test)), source: "test"
        ).export(to: scratch.file("data"))
        let train = try Tool("vae-train")(
            "--data", scratch.file("data"), "--epochs", "1", "--no-figures", "--quiet", "--out",
            scratch.file("run"))
        try #require(train.status == 0, "\(train.errors)")
        let outcome = try tool("evaluate", scratch.file("run"), "--samples", "2")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("Left out: images have no labels."))
        let found = try document(scratch.bytes("run/evaluation.json"))
        #expect(found["clusters"] == nil && found["rivals"] != nil)
    }

    /// What is not the run's last model on its own images has a file of its own, and no card.
    @Test func otherModelsAndImages() throws {
        let scratch = try trained()
        let best = try tool("evaluate", scratch.file("run"), "--best", "--samples", "1")
        #expect(best.status == 0 && best.errors.contains("evaluation-best.json"), "\(best.errors)")
        try SyntheticDigits.dataset(seed: 5, trainCount: 100, testCount: 30).export(
            to: scratch.file("others"))
        let others = try tool(
            "evaluate", scratch.file("run"), "--data", scratch.file("others"), "--samples", "1")
        #expect(others.status == 0 && others.errors.contains("evaluation-others.json"), "\(others.errors)")
        #expect(others.errors.contains("SHA-256"))
        let found = try names(scratch)
        #expect(found.contains("evaluation-best.json") && found.contains("evaluation-others.json"))
        #expect(!found.contains("evaluation.json") && !found.contains("report.html"))

        // A model alone: nothing is written, wherever it lies.
        try FileManager.default.createDirectory(
            atPath: scratch.file("alone"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: scratch.file("run/model.safetensors"), toPath: scratch.file("alone/model.safetensors"))
        let alone = try tool(
            "evaluate", scratch.file("alone/model.safetensors"), "--data", scratch.file("data"), "--samples",
            "1")
        #expect(alone.status == 0 && alone.errors.contains("nothing is written"), "\(alone.errors)")
        #expect(try names(scratch, "alone") == ["model.safetensors"])
    }

    @Test(arguments: [
        ["--samples", "0"], ["--samples", "1000001"], ["--images", "0"], ["--draws", "0"],
        ["--binarize", "grey"], ["--threads", "0"], ["--seed", "-1"],
    ])
    func badFlags(arguments: [String]) throws {
        let scratch = try trained()
        let before = try names(scratch)
        let outcome = try tool.run(
            ["evaluate", scratch.file("run")] + [arguments.joined(separator: "=")])
        #expect(outcome.status == 64 && outcome.errors.contains(arguments[0]), "\(outcome.errors)")
        #expect(try names(scratch) == before)
    }

    @Test func damagedRuns() throws {
        let scratch = try trained()
        #expect(try tool("evaluate", scratch.file("nothing")).status == 66)
        // A damaged evaluation costs the page its card and nothing else.
        try scratch.write(Array("{\"version\":1}".utf8), to: "run/evaluation.json")
        let plot = try tool("plot", scratch.file("run"), "report")
        #expect(plot.status == 0 && plot.errors.contains("evaluation.json"), "\(plot.errors)")
        // And is replaced.
        #expect(try tool("evaluate", scratch.file("run"), "--samples", "1").status == 0)
        #expect(try document(scratch.bytes("run/evaluation.json"))["loss"] != nil)
        // A folder in its place is said before a minute's work; the numbers are printed, and nothing else changes.
        try FileManager.default.removeItem(atPath: scratch.file("run/evaluation.json"))
        try FileManager.default.createDirectory(
            atPath: scratch.file("run/evaluation.json"), withIntermediateDirectories: false)
        let page = try scratch.bytes("run/report.html")
        let printed = try tool("evaluate", scratch.file("run"), "--samples", "1")
        #expect(printed.status == 0 && printed.output.contains("bits per pixel"), "\(printed.errors)")
        #expect(
            printed.errors.contains("evaluation.json: can't be written to: it is a folder"),
            "\(printed.errors)")
        #expect(try scratch.bytes("run/report.html") == page)
    }

    /// Interrupted at any moment it leaves what was there.
    @Test func interruptionsLeaveNothingHalf() throws {
        let scratch = try trained()
        try scratch.write([1, 2, 3], to: "run/evaluation.json")
        let before = try names(scratch)
        for signal in [SIGINT, SIGTERM] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: tool.path)
            // Hours of work.
            process.arguments = ["evaluate", scratch.file("run"), "--samples", "1000000"]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            // Somewhere on its way; the moment does not matter.
            usleep(500_000)
            kill(process.processIdentifier, signal)
            // Tests run on threads that block signals, which programs inherit: it has to let them through by itself.
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == signal)
            #expect(try names(scratch) == before)
            #expect(try scratch.bytes("run/evaluation.json") == Data([1, 2, 3]))
        }
    }

    @Test func helpSaysHow() throws {
        let help = try tool("evaluate", "--help")
        for text in ["--samples", "--binarize", "--images", "EXAMPLES", "evaluation.json"] {
            #expect(help.output.contains(text))
        }
        #expect(try tool("--help").output.contains("evaluate"))
    }
}
