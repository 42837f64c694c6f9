import Foundation
import Testing
import VAE
import VAECore

/// `vae-train` when what is around it fails.
@Suite struct FaultTests {
    let tool = Tool("vae-train")
    let scratch = try! Scratch()

    /// Runs a line of shell with the tool as `$0` and its arguments as `$@`.
    func shell(_ line: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", line, tool.path] + arguments
        try scratch.write([], to: "shell")
        let handle = try #require(FileHandle(forWritingAtPath: scratch.file("shell")))
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try scratch.text("shell"))
    }

    /// Nobody reads the output any more: the run goes on to its end.
    @Test func brokenPipes() throws {
        let arguments = try scratch.digits() + ["--epochs", "4", "--batch-size", "16", "--no-figures"]
        for (name, line) in [
            ("both", "\"$0\" \"$@\" 2>&1 | true; exit ${PIPESTATUS[0]}"),
            ("closed", "\"$0\" \"$@\" >&- 2>&-"),
        ] {
            let outcome = try shell(line, arguments + ["--out", scratch.file(name)])
            #expect(outcome.status == 0, "\(name): \(outcome.output)")
            #expect(try scratch.text("\(name)/metrics.csv").split(separator: "\n").count == 5)
        }
    }

    /// libcurl is opened by downloads alone: without it they say so, and what needs none works.
    @Test(.enabled(if: Preload.canBeBuilt, "a C compiler builds what hides libcurl"))
    func withoutLibcurl() throws {
        try scratch.write(
            Array(
                """
                #define _GNU_SOURCE
                #include <dlfcn.h>
                #include <string.h>
                void *dlopen(const char *file, int mode) {
                    if (file && strstr(file, "libcurl")) return 0;
                    return ((void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen"))(file, mode);
                }
                """.utf8), to: "hide.c")
        try #require(
            try Compiler.run(
                "-shared", "-fPIC", "-o", scratch.file("hide.so"), scratch.file("hide.c"), "-ldl") == 0)
        let start =
            "export LD_PRELOAD=\(scratch.file("hide.so")) XDG_CACHE_HOME=\(scratch.file("cache")); \"$0\" \"$@\""
        let refused = try shell(start, ["--dataset", "mnist", "--epochs", "1", "--out", scratch.file("a")])
        #expect(refused.status == 69, "\(refused.output)")
        #expect(refused.output.contains("downloads take libcurl, which is not here or does not start"))
        let built = try shell(
            start,
            [
                "--dataset", "synthetic", "--limit", "200", "--epochs", "1", "--no-figures", "--out",
                scratch.file("b"),
            ])
        #expect(built.status == 0, "\(built.output)")
    }

    /// Far more than an address space may hold is refused before any of it is asked for.
    @Test(.enabled(if: !isSanitized, "a sanitizer needs more addresses than are left"))
    func memoryIsEstimated() throws {
        let data = try scratch.digits()
        let arguments = data + ["--epochs", "1", "--latent-dim", "8192", "--out", scratch.file("run")]
        let outcome = try shell("ulimit -v 2000000; \"$0\" \"$@\"", arguments)
        #expect(outcome.status == 69, "\(outcome.output)")
        // 26 million parameters, their packed copy, two moments and 16 gradients of as many, 20 of 99.6 MiB; and less than another for feature maps.
        let message = /memory: is not enough for this configuration; expected (?<size>[0-9]+) MiB/
        let size = outcome.output.firstMatch(of: message).flatMap { Int($0.size) }
        #expect((1992..<2091).contains(size ?? 0), "\(outcome.output)")
        #expect(!FileManager.default.fileExists(atPath: scratch.file("run")))
        // What fits is not refused.
        let small = try shell(
            "ulimit -v 2000000; \"$0\" \"$@\"",
            data + ["--epochs", "1", "--no-figures", "--out", scratch.file("small")])
        #expect(small.status == 0, "\(small.output)")
    }

    /// The disk fills while a run goes on; when there is space again, the run goes on and loses nothing.
    @Test(.enabled(if: Tmpfs.isPossible, "needs the right to mount a tmpfs"))
    func aDiskThatFills() throws {
        let disk = try Tmpfs(kilobytes: 6000)
        let data = try scratch.digits()
        let settings = ["--batch-size", "16", "--threads", "1", "--no-figures"]
        let run = disk.path + "/run"
        #expect(try tool.run(data + settings + ["--epochs", "2", "--out", run]).status == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: run + "/checkpoint.safetensors"))
        // All that is free, so that the next checkpoint finds no room.
        _ = try shell("head -c 100000000 /dev/zero > '\(disk.path)/filler'; true", [])
        let full = try tool.run(["--resume", run, "--epochs", "4", "--no-figures", "--checkpoint-every", "2"])
        #expect(full.status == 74 || full.status == 73, "\(full.errors)")
        #expect(full.errors.contains("space") && full.errors.contains("error:"), "\(full.errors)")
        let after = try Data(contentsOf: URL(fileURLWithPath: run + "/checkpoint.safetensors"))
        #expect(after == before)
        try FileManager.default.removeItem(atPath: disk.path + "/filler")
        let freed = try tool.run(["--resume", run, "--epochs", "4", "--no-figures"])
        #expect(freed.status == 0, "\(freed.errors)")
        #expect(
            try tool.run(data + settings + ["--epochs", "4", "--out", scratch.file("whole")]).status == 0)
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: run + "/model.safetensors"))
                == scratch.bytes("whole/model.safetensors"))
    }

    /// Starts a training whose steps take long, after `prelude`, sends it `signals`, the first as it trains and the others when it has
    /// said that one came, and waits for its end.
    private func signalled(_ signals: [Int32], images: Int, after prelude: String = "") throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [
            "-c", prelude + "exec \"$0\" \"$@\"", tool.path, "--dataset", "synthetic", "--limit", "\(images)",
            "--batch-size", "\(images)", "--epochs", "3", "--threads", "1", "--no-figures", "--out",
            scratch.file("run"),
        ]
        try scratch.write([], to: "log")
        let handle = try #require(FileHandle(forWritingAtPath: scratch.file("log")))
        process.standardError = handle
        process.standardOutput = handle
        try process.run()
        func wait(for text: String) throws {
            while process.isRunning, try !scratch.text("log").contains(text) { usleep(5000) }
        }
        try wait(for: "loss = reconstruction")
        for (index, signal) in signals.enumerated() {
            if index > 0 { try wait(for: "interrupted") }
            kill(process.processIdentifier, signal)
        }
        process.waitUntilExit()
        return process
    }

    /// The second signal does not wait for the step.
    @Test func theSecondSignalEndsAtOnce() throws {
        let process = try signalled([SIGTERM, SIGTERM], images: 20_000)
        let log = try scratch.text("log")
        #expect(process.terminationReason == .uncaughtSignal, "\(process.terminationStatus): \(log)")
        #expect(process.terminationStatus == SIGTERM && log.contains("interrupted:"), "\(log)")
    }

    /// The kernel repeats SIGXCPU every second, a shell passes SIGHUP on, and a batch system goes on to SIGTERM: the checkpoint is
    /// written all the same, and the first one is the reason.
    @Test func repeatedWarningsDoNoHarm() throws {
        let process = try signalled([SIGXCPU, SIGXCPU, SIGHUP, SIGXCPU, SIGTERM], images: 4000)
        let log = try scratch.text("log")
        #expect(process.terminationReason == .exit && process.terminationStatus == 128 + SIGXCPU, "\(log)")
        #expect(log.components(separatedBy: "interrupted").count == 2 && log.contains("by SIGXCPU"), "\(log)")
        #expect(FileManager.default.fileExists(atPath: scratch.file("run/checkpoint.safetensors")))
    }

    /// A file may be no longer than `ulimit -f` says, in blocks of 512 or 1024 bytes.
    @Test func aFileThatMayNotBeSoLong() throws {
        let arguments =
            try scratch.digits() + ["--epochs", "1", "--no-figures", "--out", scratch.file("run")]
        let outcome = try shell("ulimit -f 40; exec env --default-signal=XFSZ \"$0\" \"$@\"", arguments)
        #expect([73, 74].contains(outcome.status), "\(outcome.status) \(outcome.output)")
        #expect(outcome.output.contains("ulimit -f"), "\(outcome.output)")
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch.file("run"))
        #expect(!left.contains { $0.hasSuffix(".tmp") }, "\(left)")
    }

    /// What a shell keeps from jobs in the background does not end them.
    @Test func anIgnoredInterruptStaysIgnored() throws {
        let process = try signalled([SIGINT], images: 1000, after: "trap '' INT; ")
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    }

    /// What `nohup` ignores does not end a training.
    @Test func anIgnoredHangupStaysIgnored() throws {
        let process = try signalled([SIGHUP], images: 1000, after: "trap '' HUP; ")
        let log = try scratch.text("log")
        #expect(process.terminationStatus == 0 && !log.contains("interrupted"), "\(log)")
    }
}
