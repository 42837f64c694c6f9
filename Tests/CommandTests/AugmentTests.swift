import Foundation
import Testing
import VAECore

/// `vae-train --augment` and what is said of it.
@Suite struct AugmentTests {
    let tool = Tool("vae-train")
    let short = ["--epochs", "1", "--threads", "2"]
    let text = "flip,shift:2,rotate:10,brightness:0.1"

    /// In the first lines, in the record and by `vae info`, in one order; and the model is another one than without.
    @Test func isSaidAndKept() throws {
        let scratch = try Scratch()
        let data = try scratch.digits(train: 256, test: 40)
        let outcome = try tool.run(
            data + short + [
                "--augment", "brightness:0.1,rotate:10,flip,shift:2", "--out", scratch.file("run"),
            ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("images augmented (\(text))"), "\(outcome.errors)")
        let info = try Tool("vae")("info", scratch.file("run"))
        #expect(info.output.contains("images augmented (\(text))"), "\(info.output)")
        #expect(try scratch.text("run/report.html").contains(text))
        let plain = try tool.run(data + short + ["--no-figures", "--out", scratch.file("plain")])
        #expect(plain.status == 0 && !plain.errors.contains("augmented"), "\(plain.errors)")
        #expect(try !scratch.text("plain/config.json").contains("augmentation"))
        #expect(
            try scratch.bytes("plain/model.safetensors") != scratch.bytes("run/model.safetensors"))
        #expect(try !Tool("vae")("info", scratch.file("plain")).output.contains("augmented"))
        // "none" is what it is without the flag.
        let none = try tool.run(
            data + short + ["--no-figures", "--augment", "none", "--out", scratch.file("none")])
        #expect(none.status == 0, "\(none.errors)")
        #expect(try scratch.bytes("none/model.safetensors") == scratch.bytes("plain/model.safetensors"))
        #expect(try !scratch.text("none/config.json").contains("\"augmentation\""))
        // A run goes on with its own, in any order; not with another, nor with none.
        for (given, status) in [
            ("flip,brightness:0.1,rotate:10,shift:2", 0), ("flip,shift:3", 64), ("none", 64),
        ] {
            let resumed = try tool("--resume", scratch.file("run"), "--no-figures", "--augment", given)
            #expect(resumed.status == Int32(status), "\(given): \(resumed.errors)")
            #expect(status == 0 || resumed.errors.contains("--augment: differs"), "\(resumed.errors)")
            #expect(status == 0 || resumed.errors.contains("expected \(text), found \(given)"))
        }
    }

    @Test(arguments: [
        ("blur:2", "it names no change of images; expected flip, shift:N, rotate:D and brightness:B"),
        ("flip,shift:1,flip", "it names flip twice"),
        (
            "shift:0",
            "it has no valid shift; expected shift:N with N from 1 to 16384 pixels, found \"shift:0\""
        ),
        ("rotate:181", "at most 180 degrees, found \"rotate:181\""),
        ("brightness:2", "expected brightness:B with B above 0 and at most 1"),
        ("shift:28", "--augment: moves images out of sight; expected a shift below 28 pixels"),
    ])
    func refusals(text: String, words: String) throws {
        let scratch = try Scratch()
        let outcome = try tool.run(
            ["--dataset", "synthetic", "--limit", "200", "--augment", text, "--out", scratch.file("run")])
        #expect(outcome.status == 64 && outcome.output.isEmpty)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(try scratch.names().isEmpty)
    }
}
