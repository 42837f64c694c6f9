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
