import Foundation
import Testing

/// Commands that read a run read one that they may not write to.
@Suite struct ReadOnlyTests {
    let tool = Tool("vae")
    let scratch = try! Scratch()

    /// A copy of a trained run which nobody may write to: protected, or for root on a file system that is read-only.
    final class Protected {
        let run: String
        private let folder: Scratch
        private let disk: Tmpfs?

        static let isPossible = geteuid() != 0 || Tmpfs.isPossible

        /// - Parameter evaluated: whether it has an evaluation, whatever other tests have made of the run.
        init(evaluated: Bool = false) throws {
            folder = try Scratch()
            disk = geteuid() == 0 ? try Tmpfs(kilobytes: 16_384) : nil
            run = (disk?.path ?? folder.path) + "/run"
            try FileManager.default.copyItem(atPath: Trained.shared.get().file("run"), toPath: run)
            let evaluation = run + "/evaluation.json"
            try? FileManager.default.removeItem(atPath: evaluation)
            if evaluated { try Data("{}".utf8).write(to: URL(fileURLWithPath: evaluation)) }
            if let disk { try disk.makeReadOnly() } else { chmod(run, 0o555) }
        }

        deinit { chmod(run, 0o755) }
    }

    @Test(.enabled(if: Protected.isPossible, "root needs the right to mount a tmpfs"))
    func whatIsReadOnlyIsRead() throws {
        let run = try Protected()
        let before = try FileManager.default.contentsOfDirectory(atPath: run.run).sorted()
        for command in [
            ["info"], ["encode"], ["anomalies", "--by", "loss"], ["sample", "--out", scratch.file("a.npy")],
            ["sample", "--mixture", "--out", scratch.file("b.npy")],
            ["reconstruct", "--out", scratch.file("c.png")], ["plot", "losses", "--out", scratch.path],
            ["decode", "--z", "0,0", "--out", scratch.file("d.png")],
            ["interpolate", "--from", "0", "--to", "1", "--out", scratch.file("e.png")],
        ] {
            let outcome = try tool.run([command[0], run.run] + command.dropFirst())
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(command): \(outcome.errors)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: run.run).sorted() == before)
    }

    /// The numbers are printed, that they are not kept is said, and `--out` keeps them.
    @Test(
        .enabled(if: Protected.isPossible, "root needs the right to mount a tmpfs"), arguments: [false, true])
    func anEvaluationIsPrinted(isThere: Bool) throws {
        let run = try Protected(evaluated: isThere)
        let few = ["--samples", "2", "--images", "3", "--json"]
        let printed = try tool.run(["evaluate", run.run] + few)
        #expect(printed.status == 0, "\(printed.errors)")
        #expect(try printed.json()["loss"] != nil)
        let problem = isThere ? "written to" : "created"
        #expect(
            printed.errors.contains("\(run.run)/evaluation.json: can't be \(problem)"), "\(printed.errors)")
        #expect(printed.errors.contains("not kept; --out FILE keeps it elsewhere"), "\(printed.errors)")
        let kept = try tool.run(["evaluate", run.run] + few + ["--out", scratch.file("mine.json")])
        #expect(kept.status == 0 && !kept.errors.contains("not kept"), "\(kept.errors)")
        #expect(try scratch.text("mine.json") == printed.output && kept.output == printed.output)
        // What is asked for and can't be is an error, before a minute's work.
        let refused = try tool.run(["evaluate", run.run] + few + ["--out", run.run + "/mine.json"])
        #expect(refused.status == 73 && refused.output.isEmpty, "\(refused.errors)")
    }

    /// What stands in the way of another file does not stand in the way of this one, and is found before the work.
    @Test func theFileThatWillBeWrittenCounts() throws {
        let trained = try Trained.make()
        let run = trained.file("run")
        let few = ["--samples", "1", "--images", "2"]
        func place(_ name: String) throws {
            try? FileManager.default.removeItem(atPath: run + "/" + name)
            try FileManager.default.createDirectory(
                atPath: run + "/" + name, withIntermediateDirectories: false)
        }
        try place("evaluation.json")
        let best = try tool.run(["evaluate", run, "--best"] + few)
        #expect(
            best.status == 0 && best.errors.contains("wrote \(run)/evaluation-best.json"), "\(best.errors)")
        try place("evaluation-best.json")
        let unkept = try tool.run(["evaluate", run, "--best"] + few)
        #expect(unkept.status == 0 && !unkept.output.isEmpty)
        #expect(unkept.errors.contains("evaluation-best.json: can't be written to: it is a folder"))
        #expect(unkept.errors.contains("not kept") && !unkept.errors.contains("wrote "), "\(unkept.errors)")
    }

    /// A data set has the name that the run gave it, wherever it is now: the page is that of `vae plot`.
    @Test func aMovedDataSetKeepsItsName() throws {
        let trained = try Trained.make()
        let run = trained.file("run")
        let config = try #require(
            try JSONSerialization.jsonObject(with: trained.bytes("run/config.json")) as? [String: Any])
        let data = try #require(config["data"] as? [String: Any])
        let (folder, name) = (try #require(data["folder"] as? String), try #require(data["name"] as? String))
        try FileManager.default.copyItem(atPath: folder, toPath: scratch.file("elsewhere"))
        let json = try tool(
            "evaluate", run, "--samples", "1", "--data", scratch.file("elsewhere"), "--json"
        ).json()
        #expect((json["data"] as? [String: Any])?["name"] as? String == name)
        let page = try trained.bytes("run/report.html")
        #expect(try tool("plot", run, "report", "--data", scratch.file("elsewhere")).status == 0)
        #expect(try trained.bytes("run/report.html") == page)
    }

    /// Neither the images nor the files of the run are written over.
    @Test func nothingThatIsReadIsWrittenOver() throws {
        let trained = try Trained.make()
        let run = trained.file("run")
        try trained.write(Array("{}".utf8), to: "run/evaluation-best.json")
        let config = try #require(
            try JSONSerialization.jsonObject(with: trained.bytes("run/config.json")) as? [String: Any])
        let folder = try #require((config["data"] as? [String: Any])?["folder"] as? String)
        let images = try FileManager.default.contentsOfDirectory(atPath: folder).map { folder + "/" + $0 }
        for path in images + [run + "/report.html", run + "/evaluation-best.json"]
        where FileManager.default.fileExists(atPath: path) {
            let before = try Data(contentsOf: URL(filePath: path))
            let outcome = try tool("evaluate", run, "--samples", "1", "--out", path)
            #expect(
                outcome.status == 64 && outcome.errors.contains("--out: is "), "\(path): \(outcome.errors)")
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
        }
    }

    /// A run that could be written to is left as it is.
    @Test func outLeavesTheRunAlone() throws {
        let trained = try Trained.make()
        let run = trained.file("run")
        let before = try FileManager.default.contentsOfDirectory(atPath: run).sorted()
        let outcome = try tool("evaluate", run, "--samples", "1", "--out", trained.file("e.json"))
        #expect(outcome.status == 0 && outcome.errors.contains("wrote \(trained.file("e.json"))"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: run).sorted() == before)
        let model = try tool("evaluate", run, "--samples", "1", "--out", run + "/model.safetensors")
        #expect(model.status == 64 && model.errors.contains("--out: is a file of the run"), "\(model.errors)")
    }

    @Test(.enabled(if: Protected.isPossible, "root needs the right to mount a tmpfs"))
    func plotsSayWhereTo() throws {
        let run = try Protected()
        let outcome = try tool("plot", run.run, "losses")
        #expect(outcome.status == 73 && outcome.output.isEmpty)
        #expect(
            outcome.errors.contains("\(run.run): can't be written to: ")
                && outcome.errors.contains("--out DIR"),
            "\(outcome.errors)")
    }
}
