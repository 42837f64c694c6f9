import Foundation
import Testing
import VAECore

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
        // Figures, and no page: it could not say which class it decodes.
        let files = try FileManager.default.contentsOfDirectory(atPath: run)
        #expect(files.contains("samples.png") && files.contains("manifold.png"), "\(files)")
        #expect(!files.contains("report.html") && outcome.errors.contains("no page"), "\(outcome.errors)")
        let report = try vae("plot", run, "report")
        #expect(report.status == 64 && report.errors.contains("conditional"), "\(report.errors)")

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
        let line = try vae(
            "interpolate", run, "--from", "0,0", "--to", "1,1", "--out", scratch.file("no.png"))
        #expect(line.status == 64 && line.errors.contains("conditional"), "\(line.errors)")
        // A run goes on as it is, and says so of the flag.
        let resumed = try train.run(["--resume", run, "--epochs", "2", "--conditional", "--no-figures"])
        #expect(resumed.status == 0, "\(resumed.errors)")
    }

    @Test func whatCannotBeIsRefused() throws {
        let scratch = try Scratch()
        let film = try train.run(short + ["--conditional", "--film", "--out", scratch.file("run")])
        #expect(film.status == 64 && film.errors.contains("--film"), "\(film.errors)")
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
        let other = try train.run(["--resume", scratch.file("plain"), "--epochs", "2", "--conditional"])
        #expect(other.status == 64 && other.errors.contains("--conditional: differs"), "\(other.errors)")
    }
}
