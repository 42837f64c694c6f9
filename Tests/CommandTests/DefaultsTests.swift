import Foundation
import Testing
import VAE
import VAECore

@testable import VAEData

/// What vae-train chooses by the data, and says that it did.
@Suite("Defaults of vae-train by the data")
struct DefaultsTests {
    private let train = Tool("vae-train")
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        let shape = ImageShape(height: 16, width: 24, channels: 3)
        var random = SplitMix64(seed: 3)
        let colours = try ImageSet(
            shape: shape, pixels: (0..<40 * shape.count).map { _ in UInt8(64 + random.next() % 128) })
        try IDX.write(try IDX.images(colours), to: scratch.file("colours-images.idx"))
    }

    private var flags: [String] {
        ["--data", scratch.file("colours-images.idx"), "--out", scratch.file("run")]
    }

    @Test func dryRunSaysAndWritesNothing() throws {
        let outcome = try train.run(flags + ["--dry-run"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        for words in [
            "filters 32,64, in the decoder 32,32: 16×24 halved twice, to 4×6", "no hidden units",
            "32 latent dimensions", "channel-wise Gaussian likelihood", "batches of 16",
            "60 epochs, which are 180 steps", "falling along a cosine",
            "36 training and 4 test images of 16×24×3",
        ] { #expect(outcome.errors.contains(words), "\(words): \(outcome.errors)") }
        #expect(outcome.output == "dry run: nothing was trained, and nothing written\n")
        #expect(!FileManager.default.fileExists(atPath: scratch.file("run")))
        let refused = try train.run(["--resume", scratch.file("run"), "--dry-run"])
        #expect(refused.status == 64 && refused.errors.contains("--dry-run"), "\(refused.errors)")
    }

    /// What flags say is not said to be chosen, and holds.
    @Test func flagsWin() throws {
        let outcome = try train.run(
            flags + [
                "--filters", "4", "--hidden", "5", "--latent-dim", "3", "--likelihood", "gaussian",
                "--batch-size", "18", "--epochs", "1", "--schedule", "constant", "--no-figures", "--threads",
                "1",
            ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(!outcome.errors.contains("\nchosen "), "\(outcome.errors)")
        let model = try VariationalAutoencoder(contentsOf: scratch.file("run/model.safetensors"))
            .configuration
        #expect(model.encoderFilters == [4] && model.decoderFilters == [4] && model.encoderUnits == [5])
        #expect(model.latentSize == 3 && model.likelihood == .gaussian)
    }

    /// A run goes on with the flags it was begun with, whatever the data were taken for, and not with others.
    @Test func resumedWithItsFlags() throws {
        let begun = try train.run(
            flags + [
                "--group-norm", "8", "--epochs", "1", "--schedule", "constant", "--no-figures", "--threads",
                "1",
            ])
        #expect(begun.status == 0, "\(begun.errors)")
        let resume = ["--resume", scratch.file("run"), "--epochs", "2", "--no-figures", "--threads", "1"]
        let other = try train.run(resume + ["--group-norm", "4"])
        #expect(other.status == 64 && other.errors.contains("--group-norm"), "\(other.errors)")
        let outcome = try train.run(resume + ["--group-norm", "8", "--likelihood", "gaussian-channel"])
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    /// Black and white images have odds of white.
    @Test func binarisedColoursAreBernoulli() throws {
        let outcome = try train.run(flags + ["--binarize", "threshold", "--dry-run"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(!outcome.errors.contains("Gaussian"), "\(outcome.errors)")
    }
}
