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
}
