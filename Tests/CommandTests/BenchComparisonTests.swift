import Foundation
import Testing
import VAE
import VAECore

@testable import vae_bench

/// What vae-bench says of results on file.
@Suite struct BenchComparisonTests {
    /// A word stands where the median of one is beyond the best of the other, and nowhere else.
    @Test func marksWhatIsBeyondTheRounds() throws {
        let scratch = try Scratch()
        var before = try report(
            decode: [900, 1000, 950], encode: [1000, 1000, 1000], weigh: [100, 120, 140])
        try DurableFile.write(before.json(), to: scratch.file("before.json"))
        let comparison = try #require(try Comparison.find(scratch.file("before.json")))
        #expect(comparison.before.figures == before.figures)

        let text = try comparison.text(
            report(decode: [960, 940, 980], encode: [500, 500, 500], weigh: [280, 280, 150]))
        func row(_ name: String) -> String {
            String(text.split(separator: "\n").first { $0.hasPrefix(name) } ?? "")
        }
        #expect(row("decode").hasSuffix("0.98×"))
        #expect(row("encode").hasSuffix("0.50×   slower"))
        #expect(row("weigh").hasSuffix("2.00×   faster"))
        #expect(text.contains("Compared with \(scratch.file("before.json"))"))
        #expect(!text.contains("Another"))

        before.build.swift = "5\u{1B}"
        before.inference?[0].images = 2
        try DurableFile.write(before.json(), to: scratch.file("before.json"))
        let other = try #require(try Comparison.find(scratch.file("before.json"))).text(before)
        #expect(other.contains("1.00×"))
        let now = try report(decode: [1], encode: [1], weigh: [1])
        let differing = try #require(try Comparison.find(scratch.file("before.json"))).text(now)
        #expect(differing.contains("Another Swift: 5\\u{1b} before"))
        #expect(differing.contains("1 figure not compared"))
    }

    /// Times of a step's pieces count the other way round.
    @Test func timesAreFasterWhereTheyAreLess() {
        let before = Figure(name: "", unit: "ms", best: 2, median: 2.2, isTime: true)
        let now = Figure(name: "", unit: "ms", best: 1, median: 1.9, isTime: true)
        #expect(now.ratio(to: before) == 2)
        #expect(now.isBeyond(before) && before.isBeyond(now))
        #expect(!Figure(name: "", unit: "ms", best: 1, median: 2.1, isTime: true).isBeyond(before))
    }

    /// In a folder, the results of this processor and instruction set count, whatever their file is called.
    @Test func findsTheResultsOfThisProcessor() throws {
        let scratch = try Scratch()
        let folder = scratch.file("results")
        try Folder.create(folder)
        #expect(try Comparison.find(folder) == nil)
        #expect(Comparison.none(in: folder).contains("make bench-record"))
        var other = try report(decode: [1], encode: [1], weigh: [1])
        other.machine.processor = "Another"
        try DurableFile.write(other.json(), to: "\(folder)/a.json")
        other = try report(decode: [1], encode: [1], weigh: [1])
        other.build.tiles = "another"
        try DurableFile.write(other.json(), to: "\(folder)/b.json")
        #expect(try Comparison.find(folder) == nil)
        let mine = try report(decode: [1], encode: [1], weigh: [1])
        try DurableFile.write(mine.json(), to: "\(folder)/\(Comparison.fileName)")
        #expect(try Comparison.find(folder)?.path == "\(folder)/\(Comparison.fileName)")
    }

    @Test func refusesWhatIsNoResult() throws {
        let scratch = try Scratch()
        for (bytes, words) in [
            ("[", "does not hold results"), ("{}", "does not hold results"),
            (#"{"format": 2, "machine": {"processor": ""}, "build": {}}"#, "another format"),
            (#"{"format": 3, "machine": {"processor": ""}, "build": {}}"#, "does not hold results"),
        ] {
            try DurableFile.write(Array(bytes.utf8), to: scratch.file("no.json"))
            let error = #expect(throws: VAEError.self) { try Comparison.find(scratch.file("no.json")) }
            #expect(error?.description.contains(words) == true, "\(bytes)")
        }
    }

    /// The tool writes into a folder and compares with what it wrote, and speed alone never fails it.
    @Test func comparesWithWhatItWrote() throws {
        let scratch = try Scratch()
        let folder = scratch.file("results")
        try Folder.create(folder)
        let bench = Tool("vae-bench")
        let arguments = [
            "--threads", "1", "--images", "128", "--repeats", "2", "--only", "train", "--products", "tiles",
        ]
        let first = try bench.run(arguments + ["--json", folder, "--compare", folder])
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("no results of this processor"))
        let second = try bench.run(arguments + ["--compare", folder])
        #expect(second.status == 0, "\(second.errors)")
        #expect(second.output.contains("Compared with \(folder)/\(Comparison.fileName)"))
        #expect(second.output.contains("now/before"))
        let both = try bench("--json", "-", "--compare", folder)
        #expect(both.status == 64)
    }

    private func report(decode: [Double], encode: [Double], weigh: [Double]) throws -> Report {
        let workload = try Workload(folder: nil, count: Workload.batch, products: .tiles)
        var report = Report(Measurements(), workload, threads: 1, repeats: 1, quick: true)
        report.inference = [(InferenceSpeed.Task.decode, decode), (.encode, encode), (.weigh, weigh)].map {
            var point = InferenceSpeed.Point(task: $0, threads: 1, images: 1, flop: 1)
            for speed in $1 { point.speeds.append(speed) }
            return .init(point)
        }
        return report
    }
}
