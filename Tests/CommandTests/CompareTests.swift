import Foundation
import Testing
import VAECore

/// `vae compare`, `vae watch`, and trainings that are repeated or watched.
@Suite struct CompareTests {
    let scratch: Scratch

    /// The flags that train on a few digits.
    let digits: [String]

    init() throws {
        scratch = try Scratch()
        digits = try scratch.digits(train: 256, test: 40)
    }

    private func train(_ more: String...) throws -> Tool.Outcome {
        try Tool("vae-train").run(
            digits + ["--epochs", "1", "--no-figures"] + more,
            in: scratch.path)
    }

    @Test func aSeriesIsTrainedAndGoneOnWith() throws {
        let outcome = try train("--repeat", "3", "--seed", "7", "--out", "five", "--learning-rate", "0.002")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("seed 8, run 2 of 3"))
        let summary = try #require(
            outcome.output.split(separator: "\n").first { $0.hasPrefix("3 seeds: test loss ") })
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.file("five")).sorted()
        #expect(names == ["seed-7", "seed-8", "seed-9", "series.json"])
        // Each is what a training with its seed alone is, to the bit.
        let alone = try train("--seed", "8", "--out", "alone", "--learning-rate", "0.002")
        #expect(alone.status == 0, "\(alone.errors)")
        let model = try scratch.bytes("alone/model.safetensors")
        #expect(try scratch.bytes("five/seed-8/model.safetensors") == model)

        // A run that was never begun, and one that was cut off; from another folder.
        try FileManager.default.removeItem(atPath: scratch.file("five/seed-9"))
        for name in try FileManager.default.contentsOfDirectory(atPath: scratch.file("five/seed-8"))
        where name != "config.json" {
            try FileManager.default.removeItem(atPath: scratch.file("five/seed-8/\(name)"))
        }
        let rest = try Tool("vae-train")("--resume", scratch.file("five"), in: "/")
        #expect(rest.status == 0, "\(rest.errors)")
        #expect(rest.output.split(separator: "\n").contains(summary), "\(rest.output)")
        #expect(try scratch.bytes("five/seed-8/model.safetensors") == model)

        let table = try Tool("vae")("compare", scratch.file("five"), scratch.file("alone"))
        // The same run twice over is a group of its own seeds all the same.
        #expect(table.status == 0 && table.output.contains("all"), "\(table.output)\(table.errors)")
    }

    @Test func theSeriesEndsWithFiguresOfAllOfIt() throws {
        let outcome = try Tool("vae-train").run(
            digits + ["--epochs", "1", "--repeat", "2", "--out", "two"],
            in: scratch.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        for name in ["comparison.png", "comparison.svg", "comparison.html", "seed-1/report.html"] {
            #expect(try !scratch.bytes("two/\(name)").isEmpty)
        }
        let page = try scratch.text("two/comparison.html")
        #expect(page.contains("data:image/png;base64,"))
    }

    @Test func seriesThatCanNotBeAreRefused() throws {
        let tool = Tool("vae-train")
        for (more, words) in [
            (["--repeat", "1"], "--repeat"), (["--repeat", "1001"], "--repeat"),
            (["--repeat", "2", "--dry-run"], "--dry-run"), (["--repeat", "2", "--watch"], "vae watch"),
            (["--repeat", "2", "--seed", "18446744073709551615"], "--seed"), (["--port", "9"], "--watch"),
            (["--repeat", "2", "--find-learning-rate"], "--find-learning-rate"),
        ] {
            let outcome = try tool.run(["--dataset", "synthetic"] + more, in: scratch.path)
            #expect(outcome.status == 64 && outcome.errors.contains(words), "\(more): \(outcome.errors)")
        }
        #expect(try scratch.names() == ["data"])
        // What was said when a series began can't be said otherwise later, nor a run be made a series.
        try scratch.write(
            Array(#"{"seeds":[0,1],"arguments":[],"directory":"/"}"#.utf8), to: "series.json")
        for flags in [["--epochs", "9"], ["--epochs=9"], ["--film"], ["--repeat", "3"], ["--watch"]] {
            let outcome = try tool.run(["--resume", scratch.path] + flags)
            #expect(
                outcome.status == 64 && outcome.errors.contains("of a series"), "\(flags): \(outcome.errors)")
        }
        let run = try Trained.shared.get().file("run")
        let both = try tool("--resume", run, "--repeat", "2")
        #expect(both.status == 64 && both.errors.contains("--repeat"), "\(both.errors)")
        try scratch.write(Array("{}".utf8), to: "series.json")
        let damaged = try tool("--resume", scratch.path)
        #expect(damaged.status == 65 && damaged.errors.contains("series.json"), "\(damaged.errors)")
    }

    @Test func comparisonsAreTablesDocumentsAndFiles() throws {
        let run = try Trained.shared.get().file("run")
        let other = try Trained.make("--kl-weight", "4")
        let outcome = try Tool("vae")("compare", run, other.file("run"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines[0].contains("KL weight") && lines.count == 3, "\(outcome.output)")
        #expect(outcome.errors.contains("can't be held against each other"))
        let json = try Tool("vae")("compare", run, other.file("run"), "--json", "--quiet").json()
        let runs = try #require(json["runs"] as? [[String: Any]])
        #expect(runs.map { ($0["settings"] as? [String: String])?["KL weight"] } == ["1", "4"])
        #expect(runs.map { $0["epochs"] as? Int } == [2, 2])
        let last = try #require((runs[0]["last"] as? [String: Any])?["test"] as? [String: Double])
        #expect(abs((last["total"] ?? 0) - (last["reconstruction"] ?? 1) - (last["kl"] ?? 1)) < 1e-9)
        let files = try Tool("vae")("compare", run, "--out", scratch.file("c"))
        #expect(files.status == 0, "\(files.errors)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.file("c")).sorted() == [
                "comparison.html", "comparison.png", "comparison.svg",
            ])
        for (arguments, status, words) in [
            ([run, run], 64, "named twice"), ([scratch.file("none")], 66, "not a folder"), ([], 64, "run"),
            ([scratch.path], 66, "config.json"),
        ] as [([String], Int32, String)] {
            let outcome = try Tool("vae").run(["compare"] + arguments)
            #expect(outcome.status == status && outcome.errors.contains(words), "\(outcome.errors)")
        }
    }

    @Test func pagesAreServedWhereAsked() throws {
        let outcome = try train("--watch", "--port", "0", "--out", "watched")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains(/watch: http:\/\/127\.0\.0\.1:\d+\/\n/), "\(outcome.output)")
        for (arguments, status, words) in [
            ([scratch.file("none")], 66, "no folder"),
            ([scratch.file("watched"), "--host", "here"], 64, "--host"),
            ([scratch.file("watched"), "--port", "70000"], 64, "70000"),
            // Pictures, and no run.
            ([scratch.file("data")], 66, "config.json"),
        ] as [([String], Int32, String)] {
            let outcome = try Tool("vae").run(["watch"] + arguments)
            #expect(outcome.status == status && outcome.errors.contains(words), "\(outcome.errors)")
        }
    }

    /// A port that another program has ends a training before it begins.
    @Test func aPortInUseIsSaid() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #expect(bind(listener, $0, length) == 0 && listen(listener, 1) == 0)
                #expect(getsockname(listener, $0, &length) == 0)
            }
            return UInt16(bigEndian: $0.pointee.sin_port)
        }
        let outcome = try train("--watch", "--port", "\(port)", "--out", "watched")
        #expect(outcome.status == 69 && outcome.errors.contains("port \(port)"), "\(outcome.errors)")
        #expect(!outcome.output.contains("epoch 1"))
    }
}
