import Foundation
import Testing

/// `vae-train --find-learning-rate`.
@Suite struct LearningRateCommandTests {
    private let train = Tool("vae-train")
    private let flags = ["--filters", "none", "--hidden", "8", "--batch-size", "20"]

    @Test func saysWhatToTypeNext() throws {
        let scratch = try Scratch()
        let data = try scratch.digits(train: 200, test: 20)
        var tables: [Data] = []
        for threads in ["1", "2"] {
            let folder = scratch.file("found \(threads)")
            let outcome = try train.run(
                data + flags + ["--find-learning-rate", "--threads", threads, "--out", folder])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                try scratch.names().contains("found \(threads)")
                    && FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                        == ["learning-rate.csv", "learning-rate.png", "learning-rate.svg"]
            )
            tables.append(try scratch.bytes("found \(threads)/learning-rate.csv"))
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.count == 2, "\(outcome.output)")
            let rate = try #require(lines.first?.split(separator: " ").last)
            #expect(Double(rate) != nil && lines[0] == "learning rate: \(rate)")
            #expect(
                lines[1]
                    == "train with: vae-train --data \(scratch.file("data")) --filters none --hidden 8 "
                    + "--batch-size 20 --threads \(threads) --learning-rate \(rate)")
            #expect(outcome.errors.contains("300 steps at rates from 1e-06 to 1"), "\(outcome.errors)")
        }
        #expect(tables[0] == tables[1], "the same bytes on any number of threads")
        let bare = try train.run(
            data + flags + ["--find-learning-rate", "--no-figures", "--out", scratch.file("bare")])
        #expect(bare.status == 0, "\(bare.errors)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.file("bare")) == ["learning-rate.csv"]
        )
    }

    @Test(
        arguments: [
            ["--resume", "run"], ["--dry-run"], ["--film"], ["--export-data", "d"],
            ["--checkpoint-every", "9"],
            ["--learning-rate", "0.1"],
        ])
    func whatItCannotGoWith(arguments: [String]) throws {
        let scratch = try Scratch()
        let outcome = try train.run(
            ["--find-learning-rate", "--dataset", "synthetic"] + arguments, in: scratch.path)
        #expect(outcome.status == 64 && outcome.errors.contains(arguments[0]), "\(outcome.errors)")
        #expect(outcome.errors.contains("--find-learning-rate"), "\(outcome.errors)")
        #expect(try scratch.names().isEmpty)
    }
}
