import Foundation
import Testing
import VAE
import VAECore
import VAEData
import VAEEvaluation

@testable import vae

/// `vae sample`, `vae reconstruct` and `vae interpolate`, on a model that is trained once.
@Suite struct ImageCommandTests {
    let tool = Tool("vae")
    let trained: Scratch
    let run: String
    let scratch: Scratch

    init() throws {
        trained = try Trained.shared.get()
        run = trained.file("run")
        scratch = try Scratch()
    }

    private func library(_ name: String = "model") throws -> (model: VariationalAutoencoder, test: ImageSet) {
        let model = try VariationalAutoencoder(contentsOf: trained.file("run/\(name).safetensors"))
        return (model, try #require(try Dataset(contentsOf: trained.file("data")).test))
    }

    private func array(_ values: [Float]) throws -> NPYArray {
        try NPYArray(shape: [values.count / 784, 28, 28], values: .floats(values))
    }

    /// Width and height of a PNG file.
    private func size(_ name: String) throws -> [Int] {
        let bytes = [UInt8](try scratch.bytes(name))
        #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        return [16, 20].map { at in bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    }

    @Test func samplesAreTheLibrarys() throws {
        let (model, _) = try library()
        let file = scratch.file("s.npy")
        let outcome = try tool(
            "sample", run, "-n", "5", "--seed", "9", "--out", file, "--threads", "1", "--json")
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(try NPY.read(file) == array(model.sample(5, seed: 9)))
        let json = try outcome.json()
        #expect(json["files"] as? [String] == [file] && json["seed"] as? Int == 9)
        #expect(json["model"] as? String == run + "/model.safetensors")
        // The best model, by flag and by name.
        let best = try array(library("best").model.sample(5))
        #expect(try tool("sample", run, "-n", "5", "--out", file, "--best").status == 0)
        #expect(try NPY.read(file) == best)
        #expect(try tool("sample", run + "/best.safetensors", "-n", "5", "--out", file).status == 0)
        #expect(try NPY.read(file) == best)
    }

    /// Draws of a mixture lie where the training images are encoded, and nothing of it depends on threads.
    @Test func mixtures() throws {
        let file = scratch.file("m.npy")
        func draw(_ threads: Int) throws -> [String: Any] {
            try tool(
                "sample", run, "-n", "50", "--mixture", "--components", "3", "--threads", "\(threads)",
                "--out", file,
                "--json"
            ).json()
        }
        let json = try draw(1)
        let mixture = try #require(json["mixture"] as? [String: Any])
        #expect(mixture["components"] as? Int == 3 && mixture["log_likelihood"] is Double)
        let (model, _) = try library()
        let train = try Dataset(contentsOf: trained.file("data")).train
        let points = try Points(model.encode(train).draws(), size: 2)
        let fitted = try GaussianMixture(fittedTo: points, components: 3)
        #expect(try NPY.read(file) == array(model.decode(fitted.sample(50))))
        let first = try scratch.bytes("m.npy")
        _ = try draw(3)
        #expect(try scratch.bytes("m.npy") == first)
        #expect(try NPY.read(file) != array(model.sample(50)))
    }

    @Test func sheetsAndFolders() throws {
        let outcome = try tool("sample", run, "-n", "10", "--out", scratch.file("sheet.png"), "--scale", "1")
        #expect(
            outcome.status == 0 && outcome.output == scratch.file("sheet.png") + "\n", "\(outcome.errors)")
        // 4 in a row, 3 rows, 2 pixels between.
        #expect(try size("sheet.png") == [4 * 30 - 2, 3 * 30 - 2])
        #expect(try tool("sample", run, "-n", "10", "--out", scratch.file("large.png")).status == 0)
        #expect(try size("large.png") == [8 * 118, 8 * 88])
        let folder = try tool("sample", run, "-n", "3", "--out", scratch.file("new/folder/"))
        #expect(folder.status == 0, "\(folder.errors)")
        let names = (0..<3).map { "new/folder/000\($0).png" }
        #expect(folder.output == names.map { scratch.file($0) + "\n" }.joined())
        for name in names { #expect(try size(name) == [28, 28]) }
        // It holds something now, and nothing of it is lost.
        let again = try tool("sample", run, "-n", "2", "--out", scratch.file("new/folder"))
        #expect(again.status == 73 && again.errors.contains("not empty"), "\(again.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.file("new/folder")).count == 3)
        // Standard output is the file.
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = [
            "-c", "\"$0\" sample \"$1\" -n 10 --scale 1 > \"$2\"", tool.path, run, scratch.file("piped.png"),
        ]
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0)
        #expect(try scratch.bytes("piped.png") == scratch.bytes("sheet.png"))
    }

    @Test func reconstructionsAreTheLibrarys() throws {
        let (model, test) = try library()
        let file = scratch.file("r.npy")
        let outcome = try tool("reconstruct", run, "--out", file, "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try NPY.read(file) == array(model.reconstruct(test)))
        let images = try #require(try outcome.json()["images"] as? [[String: Any]])
        let losses = try model.losses(of: test, sampling: false)
        #expect(images.map { $0["image"] as? Int } == Array(0..<40))
        #expect(images.compactMap { $0["kl"] as? Double }.map { Float($0) } == losses.kl)
        #expect(
            images.compactMap { $0["reconstruction"] as? Double }.map { Float($0) } == losses.reconstruction)
        // A picture of the first 24 unless others are named.
        let first = try tool("reconstruct", run, "--out", scratch.file("r.png"), "--json").json()
        #expect(first["count"] as? Int == 24)
        #expect(
            try tool("reconstruct", run, "--select", "0-2", "--out", scratch.file("few.png"), "--scale", "1")
                .status == 0)
        #expect(try size("few.png")[1] < size("r.png")[1] / 2)
    }

    @Test func linesBetweenImagesAndPoints() throws {
        let (model, test) = try library()
        let z = try model.encode(test).mean
        let file = scratch.file("line.npy")
        let json = try tool(
            "interpolate", run, "--from", "3", "--to", "-1,0.5", "--steps", "4", "--out", file, "--json"
        )
        .json()
        let (start, end): ([Float], [Float]) = ([z[6], z[7]], [-1, 0.5])
        let latents: [[Float]] = (0..<4).map { step in
            let share = Float(step) / 3
            return [0, 1].map { (1 - share) * start[$0] + share * end[$0] }
        }
        #expect((json["latents"] as? [[Double]])?.map { $0.map { Float($0) } } == latents)
        #expect(latents[0] == start && latents[3] == end)
        #expect(try NPY.read(file) == array(model.decode(latents.flatMap { $0 })))
        // A strip, one row.
        let strip = [
            "interpolate", run, "--from", "0", "--to", "1", "--out", scratch.file("line.png"), "--scale", "1",
        ]
        #expect(try tool.run(strip).status == 0)
        #expect(try size("line.png") == [11 * 30 - 2, 28])
        // Points alone need no images.
        let moved = try Trained.make()
        try FileManager.default.removeItem(atPath: moved.file("data"))
        let without = ["interpolate", moved.file("run"), "--from", "0,0", "--to", "1,1", "--out", file]
        #expect(try tool.run(without).status == 0)
    }

    @Test(arguments: [
        (["sample", "RUN", "-n", "0", "--out", "a.png"], 64, "--count"),
        (["sample", "RUN", "-n", "1000001", "--out", "a.npy"], 64, "--count"),
        (["sample", "RUN", "--components", "3", "--out", "a.png"], 64, "--mixture"),
        (["sample", "RUN", "--data", "x", "--out", "a.png"], 64, "--mixture"),
        (["sample", "RUN", "--mixture", "--components", "0", "--out", "a.png"], 64, "--components"),
        (
            ["sample", "RUN", "--mixture", "--components", "200", "--data", "none", "--out", "a.png"], 66,
            "none"
        ),
        (["sample", "RUN", "--seed", "=-1", "--out", "a.png"], 64, "--seed"),
        (["sample", "RUN", "--scale", "64", "-n", "1000", "--out", "a.png"], 64, "--scale"),
        (["sample", "RUN", "--threads", "0", "--out", "a.png"], 64, "--threads"),
        (["sample", "RUN", "--out", "/proc/folder/"], 73, "/proc/folder"),
        (["reconstruct", "RUN", "a.jpg", "--out", "a.png"], 66, "a.jpg"),
        (["reconstruct", "RUN", "--data", "none", "--out", "a.png"], 66, "none"),
        (["interpolate", "RUN", "--from", "40", "--to", "0", "--out", "a.png"], 64, "--from"),
        (["interpolate", "RUN", "--from", "0", "--to", "-1", "--out", "a.png"], 64, "--to"),
        (["interpolate", "RUN", "--from", "x", "--to", "0", "--out", "a.png"], 64, "--from"),
        (["interpolate", "RUN", "--from", "0,0,0", "--to", "0", "--out", "a.png"], 64, "0,0,0"),
        (
            ["interpolate", "RUN", "--from", "0", "--to", "1", "--steps", "1", "--out", "a.png"], 64,
            "--steps"
        ),
        (["interpolate", "RUN", "--from", "0", "--out", "a.png"], 64, "--to"),
        (
            ["interpolate", "RUN", "--from", "0,0", "--to", "1,1", "--data", "d", "--out", "a.png"], 64,
            "--data"
        ),
        (["sample", "RUN", "--scale", "2", "--out", "a.npy"], 64, "--scale"),
        (["sample", "RUN", "--scale", "2", "--out", "folder/"], 64, "--scale"),
    ])
    func badInput(arguments: [String], status: Int32, words: String) throws {
        try tool.expectRefusal(arguments, of: run, in: scratch, status: status, saying: words)
    }

    @Test func aModelAloneNeedsImages() throws {
        try FileManager.default.copyItem(
            atPath: trained.file("run/model.safetensors"), toPath: scratch.file("alone.safetensors"))
        let alone = scratch.file("alone.safetensors")
        let (model, test) = try library()
        #expect(try tool("sample", alone, "--out", scratch.file("a.png")).status == 0)
        let outcome = try tool("reconstruct", alone, "--out", scratch.file("a.npy"))
        #expect(outcome.status == 66 && outcome.errors.contains("--data"), "\(outcome.errors)")
        #expect(
            try tool("reconstruct", alone, "--data", trained.file("data"), "--out", scratch.file("a.npy"))
                .status == 0)
        #expect(try NPY.read(scratch.file("a.npy")) == array(model.reconstruct(test)))
        // Beside another model's configuration it is still alone.
        let other = try Trained.make("--latent-dim", "3")
        try FileManager.default.copyItem(atPath: alone, toPath: other.file("run/alone.safetensors"))
        let info = try tool("info", other.file("run/alone.safetensors"), "--json").json()
        #expect(info["training"] == nil && info["parameters"] as? Int == 134_165)
        // But as the model of that folder it is refused.
        try FileManager.default.removeItem(atPath: other.file("run/model.safetensors"))
        try FileManager.default.moveItem(
            atPath: other.file("run/alone.safetensors"), toPath: other.file("run/model.safetensors"))
        let mixed = try tool("sample", other.file("run"), "--out", scratch.file("b.png"))
        #expect(mixed.status == 65 && mixed.errors.contains("config.json"), "\(mixed.errors)")
    }

    @Test func helpHasExamples() throws {
        let all = try tool()
        #expect(all.status == 0)
        for name in ["sample", "reconstruct", "encode", "decode", "interpolate", "info", "plot", "doctor"] {
            #expect(all.output.contains("  \(name) "), "\(all.output)")
            let help = try tool(name, "--help").output
            #expect(help.contains("EXAMPLES") && help.contains("vae \(name) ") && help.contains("--json"))
        }
    }
}
