import Foundation
import Testing
import VAECore
import VAEData

/// Every bad input ends with one clear message, the right status, and nothing made or lost.
@Suite struct BadInputTests {
    let tool = Tool("vae-train")

    @Test(
        arguments: [
            ("--threads", "0"), ("--threads", "257"), ("--batch-size", "0"), ("--epochs", "0"),
            ("--latent-dim", "0"),
            ("--learning-rate", "nan"), ("--learning-rate", "-1"), ("--learning-rate", "inf"),
            ("--kl-weight", "-1"),
            ("--limit", "0"), ("--threads", "two"), ("--dataset", "cifar"), ("--seed", "-1"),
            ("--patience", "0"), ("--warm-up", "15"), ("--schedule", "linear"), ("--step-epochs", "3"),
            ("--step-factor", "0.5"), ("--checkpoint-every", "0"), ("--checkpoint-every", "2m"),
            ("--filters", "32,"), ("--filters", ""), ("--filters", "0"), ("--filters", "8,None"),
            ("--filters", "1,1,1,1,1,1,1,1,1,1,1,1,1"), ("--hidden", "200;200"), ("--hidden", "-3"),
            ("--hidden", "1048577"), ("--decoder-hidden", "0"),
            ("--decoder-hidden", "1,1,1,1,1,1,1,1,1,1,1,1,1"),
            ("--hidden", "99999999999999999999"), ("--activation", "sigmoid"), ("--likelihood", "normal"),
            ("--binarize", "128"), ("--augment", "flip,flip"), ("--augment", "shift:0"),
            ("--augment", "blur"), ("--augment", "shift:28"), ("--adam-epsilon", "0"),
        ])
    func badFlags(flag: String, value: String) throws {
        let scratch = try Scratch()
        let outcome = try tool.run([
            "--dataset", "synthetic", "\(flag)=\(value)", "--out", scratch.file("run"),
        ])
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(flag), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        #expect(try scratch.names().isEmpty)
    }

    /// What was asked for is refused; what nobody asked for fits itself to the images, is said, and is kept to.
    @Test func batchLargerThanTheData() throws {
        let scratch = try Scratch()
        let few = ["--dataset", "synthetic", "--limit", "100", "--epochs", "1", "--no-figures", "--out"]
        let asked = try tool.run(few + [scratch.file("run"), "--batch-size", "128"])
        #expect(asked.status == 64 && asked.errors.contains("--batch-size: is larger than the training set"))
        #expect(
            asked.errors.contains("at most 100") && asked.errors.contains("found 128. Leave --batch-size out")
        )
        #expect(try scratch.names().isEmpty)
        let fitted = try tool.run(few + [scratch.file("run")])
        #expect(fitted.status == 0, "\(fitted.errors)")
        #expect(fitted.errors.contains("batches of 100, not 128: there are no more training images"))
        #expect(try scratch.text("run/config.json").contains("\"batchSize\" : 100"))
        let resumed = try tool("--resume", scratch.file("run"), "--epochs", "2", "--no-figures")
        #expect(resumed.status == 0 && resumed.errors.contains("batches of 100, Adam"), "\(resumed.errors)")
    }

    /// Damage to an otherwise good folder of IDX files, and what the message must name.
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int32
        let mentions: String
        let spoil: @Sendable (String) throws -> Void
    }

    static let images = "/train-images-idx3-ubyte"
    static let damages: [Damage] = [
        Damage(testDescription: "missing folder", status: 66, mentions: "does not exist") {
            try FileManager.default.removeItem(atPath: $0)
        },
        Damage(testDescription: "a file that holds no images", status: 65, mentions: "holds no images") {
            try FileManager.default.removeItem(atPath: $0)
            try Data([1]).write(to: URL(fileURLWithPath: $0))
        },
        Damage(testDescription: "missing file", status: 66, mentions: "no training images") {
            try FileManager.default.removeItem(atPath: $0 + images)
        },
        Damage(testDescription: "wrong magic", status: 65, mentions: images) {
            try edit($0 + images) { $0[2] = 9 }
        },
        Damage(testDescription: "truncated", status: 65, mentions: images) {
            try edit($0 + images) { $0.removeLast(10) }
        },
        Damage(testDescription: "trailing bytes", status: 65, mentions: images) {
            try edit($0 + images) { $0.append(0) }
        },
        Damage(testDescription: "sizes that overflow", status: 65, mentions: images) {
            try edit($0 + images) { $0.replaceSubrange(4..<16, with: [UInt8](repeating: 0xFF, count: 12)) }
        },
        Damage(testDescription: "zero images", status: 65, mentions: images) {
            try edit($0 + images) { $0 = Data($0[0..<4] + [0, 0, 0, 0] + $0[8..<16]) }
        },
        Damage(testDescription: "fewer labels than images", status: 65, mentions: "labels") {
            try edit($0 + "/train-labels-idx1-ubyte") {
                $0[6] = 0
                $0[7] = 5
                $0 = $0[0..<13]
            }
        },
        Damage(testDescription: "not gzip inside", status: 65, mentions: images) {
            try edit($0 + images) { $0.replaceSubrange(0..<4, with: [0x1F, 0x8B, 8, 0]) }
        },
    ]

    private static func edit(_ path: String, _ change: (inout Data) -> Void) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        change(&bytes)
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    @Test(arguments: damages)
    func damagedData(damage: Damage) throws {
        let scratch = try Scratch()
        let data = try scratch.digits()
        try damage.spoil(scratch.file("data"))
        let outcome = try tool.run(data + ["--out", scratch.file("run")])
        #expect(outcome.status == damage.status, "\(outcome.errors)")
        #expect(
            outcome.errors.contains("error:") && outcome.errors.contains(damage.mentions), "\(outcome.errors)"
        )
        #expect(!outcome.errors.contains("Fatal") && outcome.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: scratch.file("run")))
    }

    @Test(.enabled(if: geteuid() != 0, "root may read and write anywhere"))
    func foldersWithoutPermission() throws {
        let scratch = try Scratch()
        let data = try scratch.digits()
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: scratch.file("data"))
        defer {
            try? FileManager.default.setAttributes(
                [.posixPermissions: 0o700], ofItemAtPath: scratch.file("data"))
        }
        #expect(try tool.run(data + ["--out", scratch.file("run")]).status == 66)
        #expect(try tool("--dataset", "synthetic", "--out", scratch.file("data/run")).status == 73)
    }

    @Test func outputThatCannotBe() throws {
        let scratch = try Scratch()
        try scratch.write([1, 2, 3], to: "file")
        try FileManager.default.createDirectory(
            atPath: scratch.file("full"), withIntermediateDirectories: true)
        try scratch.write([7], to: "full/model.safetensors")
        let data = try scratch.digits()
        for out in ["file", "file/below", "full"] {
            let outcome = try tool.run(data + ["--out", scratch.file(out)])
            #expect(outcome.status == 73, "\(out): \(outcome.errors)")
            #expect(outcome.errors.contains(scratch.file("")), "\(outcome.errors)")
        }
        for out in ["/dev/full", "/proc/run"] {
            let outcome = try tool.run(data + ["--out", out])
            #expect(outcome.status == 73 && outcome.errors.contains(out), "\(outcome.errors)")
        }
        #expect(
            try scratch.bytes("file") == Data([1, 2, 3])
                && scratch.bytes("full/model.safetensors") == Data([7]))
    }

    @Test(.enabled(if: Tmpfs.isPossible, "needs the right to mount a tmpfs"))
    func fullDisk() throws {
        let tmpfs = try Tmpfs(kilobytes: 256)
        let scratch = try Scratch()
        let outcome = try tool.run(scratch.digits() + ["--epochs", "1", "--out", tmpfs.path + "/run"])
        #expect(outcome.status == 74 || outcome.status == 73, "\(outcome.errors)")
        #expect(
            outcome.errors.contains("checkpoint.safetensors") && outcome.errors.contains("space"),
            "\(outcome.errors)")
        // Before an epoch that could not be kept, and no half of a checkpoint is left.
        let files = try FileManager.default.contentsOfDirectory(atPath: tmpfs.path + "/run").sorted()
        #expect(files == ["config.json", "metrics.csv"])
    }

    @Test func outputToAFullDevice() throws {
        let scratch = try Scratch()
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments =
            try [
                "-c", "\"$0\" \"$@\" > /dev/full 2> /dev/full", tool.path, "--epochs", "1", "--no-figures",
                "--out", scratch.file("run"),
            ] + scratch.digits()
        try shell.run()
        shell.waitUntilExit()
        // Nobody can read the progress; the run itself is whole.
        #expect(shell.terminationStatus == 0)
        #expect(FileManager.default.fileExists(atPath: scratch.file("run/model.safetensors")))
    }

    @Test func divergence() throws {
        let scratch = try Scratch()
        let outcome = try tool(
            "--dataset", "synthetic", "--limit", "512", "--learning-rate", "1e10", "--out",
            scratch.file("run"))
        #expect(outcome.status == 70)
        #expect(
            outcome.errors.contains("step") && outcome.errors.contains("learning rate"), "\(outcome.errors)")
    }

    @Test func escapesInNamesStayVisible() throws {
        let outcome = try tool("--data", "/nowhere/\u{1B}[31mred")
        #expect(outcome.status == 66)
        #expect(!outcome.errors.contains("\u{1B}[31m") && outcome.errors.contains("\\u{1b}"))
    }
}

/// A small file system in memory.
final class Tmpfs {
    let path: String
    private let scratch: Scratch

    static let isPossible = (try? Tmpfs(kilobytes: 16)) != nil

    init(kilobytes: Int) throws {
        scratch = try Scratch()
        path = scratch.path
        guard try Tmpfs.command("mount", "-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path) == 0 else {
            throw CocoaError(.fileWriteNoPermission)
        }
    }

    deinit { _ = try? Tmpfs.command("umount", path) }

    func makeReadOnly() throws {
        guard try Tmpfs.command("mount", "-o", "remount,ro", path) == 0 else {
            throw CocoaError(.fileWriteNoPermission)
        }
    }

    private static func command(_ arguments: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
