import Foundation
import Testing
import VAECore

@testable import VAE
@testable import VAEData

/// `vae-train --conditional`, and the tools on what it trains.
@Suite struct ConditionalCommandTests {
    private let train = Tool("vae-train")
    private let vae = Tool("vae")
    private let short = [
        "--dataset", "synthetic", "--limit", "300", "--epochs", "1", "--batch-size", "20", "--threads", "2",
    ]

    @Test func fromTrainingToDraws() throws {
        let scratch = try Scratch()
        let run = scratch.file("run")
        let outcome = try train.run(short + ["--conditional", "--out", run])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("conditional on 10 classes"), "\(outcome.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: run)
        #expect(
            Set(["samples.png", "manifold.png", "report.html"]).isSubset(of: files), "\(files)")
        let report = try vae("plot", run, "report", "--out", scratch.file("again"))
        #expect(report.status == 0, "\(report.errors)")
        #expect(try scratch.bytes("again/report.html") == scratch.bytes("run/report.html"))

        // The first of ten classes in turn is that of the class by itself, with the same z.
        let (all, zero, seven) = (
            scratch.file("all.npy"), scratch.file("zero.npy"), scratch.file("seven.npy")
        )
        #expect(try vae("sample", run, "-n", "10", "--out", all).status == 0)
        #expect(try vae("sample", run, "-n", "1", "--class", "0", "--out", zero).status == 0)
        #expect(try vae("sample", run, "-n", "1", "--class", "7", "--out", seven).status == 0)
        let size = 28 * 28 * 4
        let first = try scratch.bytes("zero.npy").suffix(size)
        #expect(try scratch.bytes("all.npy").suffix(10 * size).prefix(size) == first)
        #expect(try scratch.bytes("seven.npy").suffix(size) != first)

        let unknown = try vae("sample", run, "--class", "ten", "--out", scratch.file("no.png"))
        #expect(
            unknown.status == 64
                && unknown.errors.contains("expected 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, found ten"),
            "\(unknown.errors)")
        let point = try vae("decode", run, "--z", "0,0", "--class", "3", "--out", scratch.file("three.png"))
        #expect(point.status == 0, "\(point.errors)")
        let bare = try vae("decode", run, "--z", "0,0", "--out", scratch.file("no.png"))
        #expect(bare.status == 64 && bare.errors.contains("have no classes"), "\(bare.errors)")
        let info = try vae("info", run)
        #expect(info.output.contains("conditional on 10: 0, 1, 2"), "\(info.output)")
        for command in [["evaluate", run, "--samples", "2"], ["anomalies", run]] {
            let outcome = try vae.run(command)
            #expect(outcome.status == 0, "\(command): \(outcome.errors)")
        }
        // A run goes on as it is, and says so of the flag.
        let resumed = try train.run(["--resume", run, "--epochs", "2", "--conditional", "--no-figures"])
        #expect(resumed.status == 0, "\(resumed.errors)")
    }

    /// A line is decoded as the class that is named, else as that of its images, or from the one to the other.
    @Test func linesHaveTheClassesOfTheirEnds() throws {
        let scratch = try Scratch()
        let run = scratch.file("run")
        let outcome = try train.run(
            scratch.digits() + ["--conditional", "--epochs", "1", "--no-figures", "--film", "--out", run])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(FileManager.default.fileExists(atPath: run + "/film.png"))
        let model = try VariationalAutoencoder(contentsOf: run + "/model.safetensors")
        let test = try #require(SyntheticDigits.dataset(trainCount: 300, testCount: 40).test)
        func line(_ arguments: String...) throws -> [Float] {
            let path = scratch.file("line.npy")
            let outcome = try vae.run(["interpolate", run, "--steps", "3", "--out", path] + arguments)
            #expect(outcome.status == 0, "\(outcome.errors)")
            guard case .floats(let values) = try NPY.read(path).values else { return [] }
            return values
        }
        let labels = try #require(test.labels)
        let means = try model.encode(test).mean
        func z(_ image: Int) -> [Float] { Array(means[2 * image..<2 * image + 2]) }
        func middle(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { 0.5 * $0 + 0.5 * $1 } }
        let other = try #require(labels.firstIndex { $0 != labels[0] })
        let points = z(0) + middle(z(0), z(other)) + z(other)
        let as8 = try model.decode(points, classes: [8, 8, 8])
        #expect(try line("--from", "0", "--to", "\(other)", "--class", "8") == as8)
        let rows = try [labels[0], labels[other]].map { try model.classRows([$0], count: 1) }
        let mixed = try model.decode(points, classRows: rows[0] + middle(rows[0], rows[1]) + rows[1])
        #expect(try line("--from", "0", "--to", "\(other)") == mixed)
        let own = try model.decode(
            z(0) + middle(z(0), [1, 1]) + [1, 1], classes: [labels[0], labels[0], labels[0]])
        #expect(try line("--from", "0", "--to", "1,1") == own)
        #expect(try line("--from", "1,1", "--to", "0").suffix(784) == own.prefix(784))
        let nines = try model.decode([0, 0, 0.5, 0.5, 1, 1], classes: [9, 9, 9])
        #expect(try line("--from", "0,0", "--to", "1,1", "--class", "9") == nines)
        // Points alone say no class.
        let bare = try vae(
            "interpolate", run, "--from", "0,0", "--to", "1,1", "--out", scratch.file("no.png"))
        #expect(bare.status == 64 && bare.errors.contains("points have no class"), "\(bare.errors)")
        let unknown = try vae(
            "interpolate", run, "--from", "0", "--to", "1", "--class", "12", "--out", scratch.file("no.png"))
        #expect(unknown.status == 64 && unknown.errors.contains("names no class"), "\(unknown.errors)")
    }

    @Test func whatCannotBeIsRefused() throws {
        let scratch = try Scratch()
        let images = try ImageSet(
            shape: ImageShape(height: 8, width: 8), pixels: [UInt8](repeating: 9, count: 30 * 64))
        try IDX.write(try IDX.images(images), to: scratch.file("bare-images.idx"))
        let bare = try train.run(
            ["--data", scratch.file("bare-images.idx"), "--conditional", "--out", scratch.file("run")])
        #expect(bare.status == 64 && bare.errors.contains("the data has no labels"), "\(bare.errors)")
        let plain = try train.run(short + ["--no-figures", "--out", scratch.file("plain")])
        #expect(plain.status == 0, "\(plain.errors)")
        let drawn = try vae("sample", scratch.file("plain"), "--class", "7", "--out", scratch.file("no.png"))
        #expect(drawn.status == 64 && drawn.errors.contains("knows of no classes"), "\(drawn.errors)")
        let line = try vae(
            "interpolate", scratch.file("plain"), "--from", "0", "--to", "1", "--class", "7", "--out",
            scratch.file("no.png"))
        #expect(line.status == 64 && line.errors.contains("knows of no classes"), "\(line.errors)")
        let other = try train.run(["--resume", scratch.file("plain"), "--epochs", "2", "--conditional"])
        #expect(other.status == 64 && other.errors.contains("--conditional: differs"), "\(other.errors)")
    }
}
