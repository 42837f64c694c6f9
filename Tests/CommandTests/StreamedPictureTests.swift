import Foundation
import Testing
import VAECore

/// `vae-train` on pictures that are decoded each time, or once into the cache, when something happens to them meanwhile.
@Suite struct StreamedPictureTests {
    let tool = Tool("vae-train")
    let scratch = try! Scratch()
    private let small = [
        "--filters", "2", "--hidden", "4", "--latent-dim", "2", "--batch-size", "16",
    ]

    /// A grey or coloured PNG of 8×8 pixels.
    private func picture(_ seed: Int, isColour: Bool = false) throws -> [UInt8] {
        var rows: [UInt8] = []
        for row in 0..<8 {
            rows.append(0)
            for column in 0..<(isColour ? 24 : 8) {
                rows.append(UInt8(truncatingIfNeeded: seed &* 37 &+ row &* 11 &+ column &* 29))
            }
        }
        var file = PNGChunk.signature
        let size = PNGChunk.bytes(UInt32(8)) + PNGChunk.bytes(UInt32(8))
        PNGChunk.append("IHDR", size + [8, isColour ? 2 : 0, 0, 0, 0], to: &file)
        PNGChunk.append("IDAT", try Zlib.deflated(rows[...], for: "a picture"), to: &file)
        PNGChunk.append("IEND", [], to: &file)
        return file
    }

    /// Pictures in a folder that has this name.
    private func pictures(_ count: Int) throws -> [String] {
        try FileManager.default.createDirectory(
            atPath: scratch.file("pictures"), withIntermediateDirectories: true)
        for index in 0..<count { try scratch.write(picture(index), to: "pictures/\(index).png") }
        return ["--data", scratch.file("pictures")]
    }

    enum Damage: String, CaseIterable {
        case removed, cutOff, noPicture, anotherPicture, anotherFormat

        var status: Int32 { self == .removed ? 66 : 65 }
        var words: String {
            switch self {
            case .removed: "does not exist"
            case .cutOff: "7.png"
            case .noPicture: "is no picture"
            case .anotherPicture, .anotherFormat: "has become another picture"
            }
        }
    }

    private func apply(_ damage: Damage, to name: String) throws {
        switch damage {
        case .removed: try FileManager.default.removeItem(atPath: scratch.file(name))
        case .cutOff: #expect(truncate(scratch.file(name), 40) == 0)
        case .noPicture: try scratch.write(Array("no picture".utf8), to: name)
        case .anotherPicture: try scratch.write(picture(100), to: name)
        case .anotherFormat: try scratch.write(picture(7, isColour: true), to: name)
        }
    }

    /// The rows of a run's table so far, without its two columns of times.
    private func rows(_ run: String) -> [String] {
        ((try? scratch.text("\(run)/metrics.csv")) ?? "").split(separator: "\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).prefix(7).joined(separator: ",")
        }
    }

    /// Starts a training and waits until so many epochs of a run are over.
    private func start(_ arguments: [String], _ run: String = "run", epochs: Int = 1) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool.path)
        process.arguments = arguments + ["--no-figures"]
        try scratch.write([], to: "log")
        let handle = try #require(FileHandle(forWritingAtPath: scratch.file("log")))
        process.standardError = handle
        process.standardOutput = handle
        try process.run()
        while process.isRunning && rows(run).count < epochs { usleep(5000) }
        return process
    }

    /// Waits until a training has ended or said something, twenty epochs at most.
    private func wait(_ process: Process, orFor words: String? = nil) throws {
        let last = rows("run").count + 20
        while process.isRunning && rows("run").count < last {
            if let words, try scratch.text("log").contains(words) { return }
            usleep(5000)
        }
        // One that goes on for all that is a fault, which its status shows.
        if words == nil, process.isRunning { process.terminate() }
    }

    /// What begins a training that would go on for long.
    private func beginning(_ run: String, _ data: [String]) -> [String] {
        data + small + ["--epochs", "20000", "--out", scratch.file(run)]
    }

    /// With `--on-bad-image skip` the training says after the epoch what was replaced, once, and goes on.
    @Test(.timeLimit(.minutes(20)), arguments: Damage.allCases) func isSkippedWithAWarning(_ damage: Damage)
        throws
    {
        let process = try start(
            beginning("run", pictures(40) + ["--stream", "--no-cache", "--on-bad-image", "skip"]))
        try apply(damage, to: "pictures/7.png")
        try wait(process, orFor: "in its place")
        let warned = rows("run").count
        while process.isRunning && rows("run").count < warned + 2 { usleep(5000) }
        process.interrupt()
        process.waitUntilExit()
        let log = try scratch.text("log")
        #expect(process.terminationStatus == 130, "\(log)")
        #expect(log.components(separatedBy: "in its place").count == 2, "\(log)")
        #expect(log.contains("pictures/7.png") && log.contains(damage.words), "\(log)")
    }

    /// Without it the training ends with the file's name, and goes on from its checkpoint when the file is there again.
    @Test(.timeLimit(.minutes(20)), arguments: Damage.allCases) func endsTheTrainingThatThenGoesOn(
        _ damage: Damage
    ) throws {
        let data = try pictures(40)
        let process = try start(beginning("run", data + ["--stream", "--no-cache"]))
        let file = scratch.file("pictures/7.png")
        let before = scratch.file("before.png")
        try FileManager.default.copyItem(atPath: file, toPath: before)
        try apply(damage, to: "pictures/7.png")
        try wait(process)
        process.waitUntilExit()
        let log = try scratch.text("log")
        #expect(process.terminationStatus == damage.status, "\(log)")
        #expect(log.contains("error: \(file)") && log.contains(damage.words), "\(log)")
        #expect(log.contains("is kept in") && log.contains("go on with: vae-train --resume"), "\(log)")
        #expect(!log.contains("Fatal") && log.components(separatedBy: "error:").count == 2, "\(log)")
        let kept = rows("run").count
        let resuming = ["--resume", scratch.file("run"), "--stream", "--no-cache"]
        // As long as it is another one, it is refused.
        let refused = try tool.run(resuming)
        #expect(
            kept > 0 && [64, 65].contains(refused.status) && rows("run").count == kept, "\(refused.errors)")

        try? FileManager.default.removeItem(atPath: file)
        try FileManager.default.moveItem(atPath: before, toPath: file)
        let resumed = try start(resuming, epochs: kept + 2)
        resumed.interrupt()
        resumed.waitUntilExit()
        let end = try scratch.text("log")
        #expect(resumed.terminationStatus == 130, "\(end)")
        let whole = try start(beginning("whole", data + ["--no-cache"]), "whole", epochs: kept + 2)
        whole.interrupt()
        whole.waitUntilExit()
        #expect(rows("run").prefix(kept + 2) == rows("whole").prefix(kept + 2))
    }

    /// Several that begin at once with an empty cache: one fills it, and all have the same model.
    @Test(.timeLimit(.minutes(20))) func severalFillOneCache() throws {
        let data = try pictures(400)
        let processes = try (0..<3).map { index in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: tool.path)
            process.arguments =
                data + small + [
                    "--stream", "--epochs", "1", "--no-figures", "--quiet", "--out",
                    scratch.file("run-\(index)"),
                ]
            process.environment = ProcessInfo.processInfo.environment
                .merging(["XDG_CACHE_HOME": scratch.file("cache")]) { $1 }
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            return process
        }
        for process in processes { process.waitUntilExit() }
        #expect(processes.map(\.terminationStatus) == [0, 0, 0])
        let kept = try FileManager.default.contentsOfDirectory(atPath: scratch.file("cache/vae/pictures"))
        #expect(kept.count == 1 && kept.allSatisfy { $0.hasSuffix(".images") }, "\(kept)")
        let models = try (0..<3).map { try scratch.bytes("run-\($0)/model.safetensors") }
        #expect(Set(models).count == 1)
    }
}
