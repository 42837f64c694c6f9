import Foundation
import Testing
import VAE
import VAECore
import VAEData
import VAEEvaluation
import VAEFigures

@testable import vae

/// `vae complete` and `vae edit`, on a model that is trained once.
@Suite struct LatentCommandTests {
    let tool = Tool("vae")
    let trained: Scratch
    let run: String
    let scratch: Scratch

    init() throws {
        trained = try Trained.shared.get()
        run = trained.file("run")
        scratch = try Scratch()
    }

    private func library() throws -> (model: VariationalAutoencoder, data: Dataset, test: ImageSet) {
        let model = try VariationalAutoencoder(contentsOf: trained.file("run/model.safetensors"))
        let data = try Dataset(contentsOf: trained.file("data"))
        return (model, data, try #require(data.test))
    }

    private func array(_ values: [Float]) throws -> NPYArray {
        try NPYArray(shape: [values.count / 784, 28, 28], values: .floats(values))
    }

    /// Width and height of a PNG file.
    private func size(_ name: String) throws -> [Int] {
        let bytes = [UInt8](try scratch.bytes(name))
        return [16, 20].map { at in bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    }

    /// A mask picture of which the square from (4, 8) to (12, 20) is white.
    private func hole() throws -> (path: String, missing: [Bool]) {
        let missing = (0..<784).map { (8..<20).contains($0 % 28) && (4..<12).contains($0 / 28) }
        let png = try ImageSet(
            shape: ImageShape(height: 28, width: 28), pixels: missing.map { $0 ? 255 : 0 })
        let folder = scratch.file("masks")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/hole.png"
        try Data(FloatImages(png, at: [0]).picture(at: 0).png()).write(to: URL(fileURLWithPath: path))
        return (path, missing)
    }

    @Test func completionsAreTheLibrarys() throws {
        let (model, _, test) = try library()
        let (mask, missing) = try hole()
        let file = scratch.file("c.npy")
        let outcome = try tool(
            "complete", run, "--mask", mask, "--select", "5,2", "-n", "3", "--seed", "4", "--proposals",
            "500", "--noise", "--threads", "2", "--out", file, "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let options = CompletionOptions(count: 3, proposals: 500, drawsValues: true, seed: 4)
        let chosen = try ImageSet(
            shape: test.shape, values: FloatImages(test, at: [5, 2]).values)
        let found = try (0..<2).map { try model.complete(chosen, at: $0, missing: missing, options: options) }
        #expect(try NPY.read(file) == array(found.flatMap(\.images)))
        let json = try outcome.json()
        #expect(json["count"] as? Int == 6 && json["seed"] as? Int == 4)
        let parts = try #require(json["completions"] as? [[String: Any]])
        #expect(parts.map { $0["image"] as? Int } == [5, 2])
        for (part, completion) in zip(parts, found) {
            // Decimals are read back within a rounding.
            let effective = try #require(part["effective_count"] as? Double)
            #expect(abs(effective / completion.effectiveCount - 1) < 1e-15 * 4)
            let seen = try #require(part["log_likelihood"] as? Double)
            #expect(abs(seen / completion.logLikelihood - 1) < 1e-15 * 4)
        }
    }

    /// Halves by name, the first 8 images, and a column for what was seen.
    @Test func sheetsOfHalves() throws {
        let (_, _, test) = try library()
        for (half, isMissing) in [
            ("left", { (_: Int, x: Int) in x < 14 }), ("right", { _, x in x >= 14 }),
            ("top", { y, _ in y < 14 }), ("bottom", { y, _ in y >= 14 }),
        ] {
            let file = scratch.file("\(half).npy")
            let outcome = try tool(
                "complete", run, "--mask", half, "-n", "1", "--proposals", "64", "--select", "3", "--out",
                file)
            #expect(outcome.status == 0, "\(outcome.errors)")
            guard case .floats(let values) = try NPY.read(file).values else { throw CancellationError() }
            let image = try FloatImages(test, at: [3]).values
            let kept = (0..<784).filter { !isMissing($0 / 28, $0 % 28) }
            #expect(kept.allSatisfy { values[$0] == image[$0] }, "\(half)")
            #expect((0..<784).contains { isMissing($0 / 28, $0 % 28) && values[$0] != image[$0] }, "\(half)")
        }
        let outcome = try tool(
            "complete", run, "--mask", "top", "-n", "4", "--proposals", "16", "--scale", "1", "--out",
            scratch.file("sheet.png"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try size("sheet.png") == [5 * 30 - 2, 8 * 30 - 2])
        // Sixteen proposals for as many completions repeat each other, and it is said.
        let few = try tool(
            "complete", run, "--mask", "top", "-n", "100", "--proposals", "16", "--select", "0", "--out",
            scratch.file("few.npy"))
        #expect(few.status == 0 && few.errors.contains("effective draws"), "\(few.errors)")
        let many = try tool(
            "complete", run, "--mask", "top", "-n", "4", "--select", "0", "--out", scratch.file("many.npy"))
        #expect(many.status == 0 && !many.errors.contains("effective draws"), "\(many.errors)")
    }

    @Test func editsAreTheLibrarys() throws {
        let (model, data, test) = try library()
        let labels = try #require(test.labels)
        let file = scratch.file("e.npy")
        let outcome = try tool(
            "edit", run, "--from", "class:3", "--to", "class:8", "--amount", "1.5", "--steps", "3", "--out",
            file, "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let places = labels.indices.filter { labels[$0] == 3 }.prefix(8)
        let means = try ClassMeans(of: Points(model.encode(data.train), labels: data.train.labels))
        let latents = try means.edited(
            model.encode(test).mean.enumerated().filter { places.contains($0.offset / 2) }.map(\.element),
            from: 3, to: 8, amounts: [0, 0.75, 1.5])
        #expect(try NPY.read(file) == array(model.decode(latents)))
        let json = try outcome.json()
        #expect(json["amounts"] as? [Double] == [0, 0.75, 1.5])
        #expect(json["count"] as? Int == 3 * places.count)
        let edited = try #require(json["edited"] as? [[String: Any]])
        #expect(edited.map { $0["image"] as? Int } == Array(places))
        #expect(edited.allSatisfy { $0["label"] as? Int == 3 })
        // A sheet has the images first; one step is the end.
        let sheet = try tool(
            "edit", run, "--from", "class:3", "--to", "class:8", "--select", "0,1", "--steps", "4", "--scale",
            "1", "--out", scratch.file("e.png"))
        #expect(sheet.status == 0, "\(sheet.errors)")
        #expect(try size("e.png") == [5 * 30 - 2, 2 * 30 - 2])
        let end = try tool(
            "edit", run, "--from", "class:3", "--to", "class:8", "--select", "\(places[0])", "--steps", "1",
            "--amount", "-1", "--out", file, "--json"
        ).json()
        #expect(end["amounts"] as? [Double] == [-1])
    }

    @Test(arguments: [
        (["complete", "RUN", "--out", "a.png"], 64, "--mask"),
        (["complete", "RUN", "--mask", "none.png", "--out", "a.png"], 66, "none.png"),
        (["complete", "RUN", "--mask", "left", "-n", "0", "--out", "a.png"], 64, "--count"),
        (["complete", "RUN", "--mask", "left", "--proposals", "15", "--out", "a.png"], 64, "--proposals"),
        (["complete", "RUN", "--mask", "left", "--select", "40", "--out", "a.png"], 64, "--select"),
        (["complete", "RUN", "--mask", "left", "--out", "a.csv"], 64, "a.csv"),
        (["edit", "RUN", "--from", "class:3", "--out", "a.png"], 64, "--to"),
        (["edit", "RUN", "--from", "3", "--to", "class:8", "--out", "a.png"], 64, "class:3"),
        (["edit", "RUN", "--from", "class:12", "--to", "class:8", "--out", "a.png"], 64, "0, 1, 2"),
        (["edit", "RUN", "--from", "class:3", "--to", "class:owl", "--out", "a.png"], 64, "owl"),
        (
            ["edit", "RUN", "--from", "class:3", "--to", "class:8", "--steps", "0", "--out", "a.png"], 64,
            "--steps"
        ),
        (
            ["edit", "RUN", "--from", "class:3", "--to", "class:8", "--amount", "nan", "--out", "a.png"], 64,
            "--amount"
        ),
    ])
    func badInput(arguments: [String], status: Int32, words: String) throws {
        try tool.expectRefusal(arguments, of: run, in: scratch, status: status, saying: words)
    }

    /// A mask without white, one of another size, and one that would be written over.
    @Test func badMasks() throws {
        let black = try ImageSet(
            shape: ImageShape(height: 28, width: 28), pixels: [UInt8](repeating: 0, count: 784))
        let small = try ImageSet(shape: ImageShape(height: 2, width: 2), pixels: [0, 255, 0, 0])
        for (name, image, words) in [("black.png", black, "leaves nothing out"), ("small.png", small, "28")] {
            let png = try FloatImages(image, at: [0]).picture(at: 0).png()
            try Data(png).write(to: URL(fileURLWithPath: scratch.file(name)))
            let outcome = try tool(
                "complete", run, "--mask", scratch.file(name), "--out", scratch.file("a.png"))
            #expect(outcome.status != 0 && outcome.errors.contains(words), "\(outcome.errors)")
        }
        let over = try tool(
            "complete", run, "--mask", scratch.file("black.png"), "--out", scratch.file("black.png"))
        #expect(over.status == 64 && over.errors.contains("files that are read"), "\(over.errors)")
    }

    /// Classes by the names of their folders.
    @Test func classesByName() throws {
        let (_, _, test) = try library()
        let labels = try #require(test.labels)
        for (name, label) in [("three", 3), ("eight", 8)] {
            let folder = scratch.file("pictures/\(name)")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for place in labels.indices.filter({ labels[$0] == label }) {
                let png = try FloatImages(test, at: [place]).picture(at: 0).png()
                try Data(png).write(to: URL(fileURLWithPath: folder + "/\(place).png"))
            }
        }
        let training = try Tool("vae-train")(
            "--data", scratch.file("pictures"), "--epochs", "1", "--no-figures", "--out",
            scratch.file("named"))
        #expect(training.status == 0, "\(training.errors)")
        let outcome = try tool(
            "edit", scratch.file("named"), scratch.file("pictures/three"), "--from", "class:three", "--to",
            "class:eight", "--out", scratch.file("named.png"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let unknown = try tool(
            "edit", scratch.file("named"), "--from", "class:three", "--to", "class:nine", "--out",
            scratch.file("b.png"))
        #expect(unknown.status == 64 && unknown.errors.contains("eight, three"), "\(unknown.errors)")
    }
}
