import Foundation
import Testing
import VAEData

/// What `vae` does with its output: data comes also when quiet, is not lost in silence, and goes over nothing that is read.
@Suite struct OutputTests {
    let tool = Tool("vae")
    let trained: Scratch
    let run: String

    init() throws {
        trained = try Trained.shared.get()
        run = trained.file("run")
    }

    @Test(arguments: [["anomalies", "RUN", "--by", "kl"], ["doctor"], ["info", "RUN"], ["encode", "RUN"]])
    func dataComesWhenQuiet(arguments: [String]) throws {
        let outcome = try tool.run(arguments.map { $0 == "RUN" ? run : $0 } + ["--quiet"])
        #expect(outcome.status == 0 && !outcome.output.isEmpty && outcome.errors.isEmpty)
    }

    @Test(arguments: [["anomalies", "RUN", "--by", "kl"], ["doctor"], ["info", "RUN"], ["encode", "RUN"]])
    func aFullDiskIsSaid(arguments: [String]) throws {
        let command = arguments.map { $0 == "RUN" ? run : $0 }.map { "'\($0)'" }.joined(separator: " ")
        let outcome = try Tool(path: "/bin/sh")("-c", "'\(tool.path)' \(command) > /dev/full")
        #expect(outcome.status == 74 && outcome.errors.contains("standard output"), "\(outcome)")
    }

    @Test func whatIsReadIsNotWrittenOver() throws {
        let scratch = try Scratch()
        let (picture, points) = (scratch.file("own.png"), scratch.file("z.npy"))
        #expect(try tool("sample", run, "-n", "1", "--scale", "1", "--out", picture).status == 0)
        #expect(try tool("encode", run, "--select", "0-3", "--out", points).status == 0)
        let before = (try scratch.bytes("own.png"), try scratch.bytes("z.npy"))
        let metrics = try trained.bytes("run/metrics.csv")
        for arguments in [
            ["reconstruct", run, picture, "--out", picture],
            ["reconstruct", run, scratch.path, "--out", picture],
            ["decode", run, "--z", points, "--out", points],
            ["encode", run, "--out", run + "/metrics.csv"],
            ["anomalies", run, "--out", run + "/../run/metrics.csv"],
        ] {
            let outcome = try tool.run(arguments)
            #expect(outcome.status == 64 && outcome.errors.contains("--out"), "\(arguments): \(outcome)")
        }
        #expect(try before == (scratch.bytes("own.png"), scratch.bytes("z.npy")))
        #expect(try trained.bytes("run/metrics.csv") == metrics)
        // Other files are replaced.
        #expect(try tool("encode", run, "--select", "0", "--out", points).status == 0)
        #expect(try NPY.read(points).shape == [1, 2])
    }

    @Test func theNameSaysTheFormat() throws {
        let scratch = try Scratch()
        let outcome = try tool("sample", run, "--format", "npy", "--out", scratch.file("x.png"))
        #expect(outcome.status == 64 && outcome.errors.contains("--format"), "\(outcome)")
        #expect(try scratch.names().isEmpty)
        #expect(try tool("sample", run, "-n", "1", "--format", "npy", "--out", scratch.file("x")).status == 0)
        #expect(try NPY.read(scratch.file("x")).shape == [1, 28, 28])
    }

    /// Headings stand out on a terminal, and nothing of how they do is printed as text.
    @Test(.enabled(if: access("/dev/ptmx", R_OK | W_OK) == 0, "needs terminals"))
    func headingsAreBoldOnATerminal() throws {
        let scratch = try Scratch()
        let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        defer { close(terminal) }
        // Unlocks its other end, and asks for that one's number: TIOCSPTLCK and TIOCGPTN.
        var (unlocked, number) = (Int32(0), Int32(0))
        try #require(
            terminal >= 0 && ioctl(terminal, 0x4004_5431, &unlocked) == 0
                && ioctl(terminal, 0x8004_5430, &number) == 0)
        let other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        try #require(other >= 0)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool.path)
        process.arguments = [
            "evaluate", run, "--samples", "1", "--images", "2", "--out", scratch.file("e.json"),
        ]
        process.environment = ["TERM": "xterm", "PATH": "/usr/bin"]
        process.standardOutput = FileHandle(fileDescriptor: other)
        process.standardError = FileHandle(fileDescriptor: other)
        try process.run()
        close(other)
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            // A terminal whose other end is closed is an error to read.
            let count = read(terminal, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece.prefix(count)
        }
        process.waitUntilExit()
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(process.terminationStatus == 0 && text.contains("\u{1B}[1mWhat is a good value"), "\(text)")
        #expect(!text.contains("\\u{1b}"))
    }
}
