import Foundation
import Testing
import VAECore

@testable import VAEData

/// `--export-data` of both programs: what is written is the data.
@Suite struct ExportTests {
    let train = Tool("vae-train")
    let tool = Tool("vae")
    let scratch = try! Scratch()

    private func trained(_ flags: [String], _ name: String) throws -> Data {
        let outcome = try train.run(
            flags + [
                "--epochs", "1", "--filters", "none", "--hidden", "6", "--batch-size", "16", "--no-figures",
                "--threads", "1", "--quiet", "--out", scratch.file(name),
            ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try scratch.bytes("\(name)/model.safetensors")
    }

    /// Of sorted classes without a test set, as bytes and as floats: the same model from every form, by either program.
    @Test(arguments: [false, true]) func theSameModel(areFloats: Bool) throws {
        let labels = (0..<64).map { $0 / 16 }
        let numbers = (0..<64 * 6 * 5).map { $0 * $0 % 251 }
        let values: NumericArray.Values =
            areFloats ? .floats(numbers.map { Float($0) / 260 }) : .bytes(numbers.map { UInt8($0) })
        try FileManager.default.createDirectory(
            atPath: scratch.file("data"), withIntermediateDirectories: true)
        try NPY.write(NumericArray(shape: [64, 6, 5], values: values), to: scratch.file("data/x.npy"))
        try NPY.write(
            NumericArray(shape: [64], values: .int64(labels.map(Int64.init))), to: scratch.file("data/y.npy"))
        let original = ["--data", scratch.file("data")]
        let model = try trained(original, "run")
        for (name, isTrain) in [("a.npz", true), ("b.npz", false), ("c", true), ("d", false)] {
            let place = scratch.file(name)
            let outcome =
                isTrain
                ? try train.run(original + ["--export-data", place])
                : try tool("data", scratch.file("data"), "--export-data", place)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let written = outcome.output.split(separator: "\n").filter { $0.hasPrefix(place) }
            #expect(written.count == (name.hasSuffix(".npz") ? 1 : 2), "\(outcome.output)")
            #expect(try trained(["--data", place], "run-\(name)") == model, "\(name)")
            // A second time nothing is written over.
            let again = try tool("data", scratch.file("data"), "--export-data", place)
            #expect(again.status == 73 && again.errors.contains("not overwritten"), "\(again.errors)")
        }
        #expect(try scratch.bytes("a.npz") == scratch.bytes("b.npz"))
        // With a limit, each class gives its share of either.
        #expect(
            try trained(original + ["--limit", "20"], "few")
                == trained(["--data", scratch.file("a.npz"), "--limit", "20"], "few-npz"))
        let few = try train.run(original + ["--limit", "20", "--export-data", scratch.file("few.npz")])
        #expect(few.status == 0, "\(few.errors)")
        let classes = try Dataset(contentsOf: scratch.file("few.npz")).train.labels
        #expect(classes == (0..<20).map { $0 / 5 })
    }
}
