import Foundation
import Testing
import VAE
import VAECore

/// `vae-train` killed, interrupted and resumed: the same bits, and nothing lost.
@Suite struct ResumeTests {
    let tool = Tool("vae-train")
    let scratch = try! Scratch()
    /// 19 steps an epoch, three epochs.
    let training = ["--epochs", "3", "--batch-size", "16", "--threads", "2"]
    let silent = ["--no-figures", "--quiet"]

    /// An uninterrupted run, in "whole".
    func whole(_ more: [String] = []) throws -> [String] {
        let data = try scratch.digits()
        let outcome = try tool.run(data + training + silent + more + ["--out", scratch.file("whole")])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return data
    }

    /// What must not depend on interruptions: models, and the table without its two columns of times.
    func results(_ run: String) throws -> [String: Data] {
        let table = try scratch.text("\(run)/metrics.csv").split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).prefix(7).joined(separator: ",")
        }
        return [
            "model": try scratch.bytes("\(run)/model.safetensors"),
            "best": try scratch.bytes("\(run)/best.safetensors"),
            "table": Data(table.joined(separator: "\n").utf8),
        ]
    }

    /// Starts a run and ends it by `signal` once `isTime`.
    func interrupt(
        _ arguments: [String], _ signal: Int32, log: String = "log", when isTime: () -> Bool
    ) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool.path)
        process.arguments = arguments
        try scratch.write([], to: log)
        let handle = try #require(FileHandle(forWritingAtPath: scratch.file(log)))
        process.standardError = handle
        process.standardOutput = handle
        try process.run()
        while process.isRunning && !isTime() { usleep(2000) }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    func rows(_ run: String) -> Int {
        ((try? scratch.text("\(run)/metrics.csv")) ?? "").split(separator: "\n").count - 1
    }

    /// Killed without warning at moments of chance, resumed on other threads, killed again.
    @Test func killedAtAnyMoment() throws {
        let data = try whole()
        let expected = try results("whole")
        let seed = UInt64.random(in: 0...9999)
        print("kill test: seed \(seed)")
        var random = SplitMix64(seed: seed)
        for run in 0..<3 {
            let name = "run-\(run)"
            for attempt in 0..<4 {
                let began = ContinuousClock.now
                let moment = Duration.milliseconds(Int(random.next() % 700))
                let exists = FileManager.default.fileExists(atPath: scratch.file("\(name)/config.json"))
                // Killed before it had its configuration, the same command begins again in the same folder.
                let arguments =
                    (exists
                        ? ["--resume", scratch.file(name)]
                        : data + training + ["--out", scratch.file(name)])
                    + ["--threads", "\(attempt + 1)", "--checkpoint-every", "2"] + silent
                if attempt < 3 {
                    let status = try interrupt(arguments, SIGKILL) { ContinuousClock.now - began > moment }
                    #expect(status == -SIGKILL || status == 0, "seed \(seed), run \(run): status \(status)")
                } else {
                    let outcome = try tool.run(arguments)
                    #expect(outcome.status == 0, "seed \(seed), run \(run): \(outcome.errors)")
                }
            }
            #expect(try results(name) == expected, "seed \(seed), run \(run)")
        }
    }

    /// As a shell has it, 128 and the signal's number; of those that warn, the log says which came.
    @Test(
        arguments: [
            (SIGINT, 130), (SIGTERM, 143), (SIGHUP, 129), (SIGUSR1, 138), (SIGUSR2, 140), (SIGXCPU, 152),
        ] as [(Int32, Int32)])
    func interruptedAndResumed(signal: Int32, status: Int32) throws {
        // So many epochs that most are to come when the first row is seen.
        let more = ["--epochs", "20", "--schedule", "step", "--step-epochs", "4", "--step-factor", "0.5"]
        let data = try whole(more)
        let ended = try interrupt(data + training + more + ["--out", scratch.file("run")], signal) {
            rows("run") >= 1
        }
        #expect(ended == status)
        let log = try scratch.text("log")
        let names = [
            SIGHUP: " by SIGHUP", SIGUSR1: " by SIGUSR1", SIGUSR2: " by SIGUSR2", SIGXCPU: " by SIGXCPU",
        ]
        #expect(
            log.contains("interrupted\(names[signal] ?? ""): a checkpoint") && log.contains("stopped "),
            "\(log)")
        #expect(log.contains("go on with: vae-train --resume \(scratch.file("run"))"), "\(log)")
        // No figures were drawn.
        let files = try FileManager.default.contentsOfDirectory(atPath: scratch.file("run"))
        #expect(!files.contains { $0.hasSuffix(".png") } && files.contains("checkpoint.safetensors"))
        let outcome = try tool.run(["--resume", scratch.file("run"), "--threads", "1", "--no-figures"])
        #expect(outcome.status == 0 && outcome.errors.contains("resumed "), "\(outcome.errors)")
        #expect(try results("run") == results("whole"))
    }

    /// The film of a run that was stopped is that of one that never was.
    @Test func theFilmGoesOn() throws {
        let data = try whole(["--epochs", "12", "--film"])
        let ended = try interrupt(
            data + training + ["--epochs", "12", "--film", "--out", scratch.file("run")], SIGTERM
        ) {
            rows("run") >= 2
        }
        #expect(ended == 143)
        // Not asked for again: the run has one.
        let outcome = try tool.run(["--resume", scratch.file("run"), "--no-figures"])
        #expect(outcome.status == 0 && !outcome.errors.contains("film"), "\(outcome.errors)")
        #expect(try scratch.bytes("run/film.png") == scratch.bytes("whole/film.png"))
        // Without its frames it begins where the run goes on, and that is said.
        try scratch.write([1, 2, 3], to: "whole/film.safetensors")
        let longer = try tool.run(["--resume", scratch.file("whole"), "--epochs", "13", "--no-figures"])
        #expect(
            longer.status == 0 && longer.errors.contains("the film begins with epoch 13"), "\(longer.errors)")
    }

    @Test func epochsCanBeRaised() throws {
        let data = try whole()
        _ = try tool.run(
            data + ["--epochs", "1", "--batch-size", "16", "--out", scratch.file("run")] + silent)
        let outcome = try tool.run(["--resume", scratch.file("run"), "--epochs", "3"] + silent)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try results("run") == results("whole"))
        let config = try scratch.text("run/config.json")
        #expect(config.contains("\"epochs\" : 3") && config.contains("resumptions"))
        // There is nothing left to do, and nothing changes.
        let again = try tool.run(["--resume", scratch.file("run"), "--no-figures"])
        #expect(again.status == 0 && again.errors.contains("the run is finished"), "\(again.errors)")
        #expect(try results("run") == results("whole"))
        let fewer = try tool.run(["--resume", scratch.file("run"), "--epochs", "2"])
        #expect(fewer.status == 64 && fewer.errors.contains("--epochs"), "\(fewer.errors)")
    }

    /// A fully connected model on augmented and binarised images: the flags are in the record, and the same bits come of a run in two parts.
    @Test func otherModelsGoOn() throws {
        let flags = [
            "--filters", "none", "--hidden", "12,9", "--activation", "tanh", "--likelihood", "gaussian",
            "--binarize", "stochastic", "--adam-epsilon", "1e-4",
            "--augment", "brightness:0.2,flip,shift:2,rotate:10",
        ]
        let data = try whole(flags)
        let config = try scratch.text("whole/config.json")
        for line in [
            #""hiddenActivation" : "tanh""#, #""likelihood" : "gaussian""#,
            #""binarization" : "stochastic""#, #""rotation" : 10"#,
        ] {
            #expect(config.contains(line), "\(config)")
        }
        let status = try interrupt(
            data + training + flags + ["--out", scratch.file("run"), "--no-figures"], SIGTERM
        ) { rows("run") >= 1 }
        #expect(status == 143 || status == 0)
        let outcome = try tool.run(["--resume", scratch.file("run"), "--threads", "3"] + silent + flags)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try results("run") == results("whole"))
    }

    @Test func aRemovedFolderEndsTheRun() throws {
        let data = try scratch.digits()
        var removed = false
        let status = try interrupt(
            data + ["--epochs", "1000", "--batch-size", "16", "--out", scratch.file("run")], 0
        ) {
            // In one go: a file that came while they were removed one by one would keep the folder.
            if rows("run") >= 1 && !removed {
                try? FileManager.default.moveItem(atPath: scratch.file("run"), toPath: scratch.file("gone"))
                removed = true
            }
            return false
        }
        #expect(status == 73)
        let log = try scratch.text("log")
        #expect(log.contains("error:") && log.contains("folder"), "\(log)")
    }

    @Test func patienceEndsTheRun() throws {
        let outcome = try tool.run(
            try scratch.digits() + [
                "--epochs", "200", "--batch-size", "16", "--learning-rate", "0.03", "--patience", "1",
                "--no-figures", "--out", scratch.file("run"),
            ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("stopped early") && rows("run") < 200, "\(outcome.errors)")
        // The best model is the one of the row with the lowest test loss: not the last.
        let best = try VariationalAutoencoder(contentsOf: scratch.file("run/best.safetensors"))
        let last = try VariationalAutoencoder(contentsOf: scratch.file("run/model.safetensors"))
        #expect(best.weights.map(\.values) != last.weights.map(\.values))
        let again = try tool.run(["--resume", scratch.file("run"), "--no-figures"])
        #expect(again.status == 0 && again.errors.contains("finished"), "\(again.errors)")
    }
}

/// A small generator, so that the moments of a failed test can be had again.
struct SplitMix64 {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
