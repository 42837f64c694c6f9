import Foundation
import Testing
import VAE
import VAECore
import VAEExport
import VAEReport

/// `vae export`: what is written, and what is refused.
@Suite struct ExportCommandTests {
    let tool = Tool("vae")
    let run: String
    let scratch = try! Scratch()

    init() throws { run = try Trained.shared.get().file("run") }

    @Test func encoderAndDecoderInAFolder() throws {
        let outcome = try tool("export", run, "--format", "onnx", "--out", scratch.file("new/onnx"))
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let files = ["encoder", "decoder"].map { scratch.file("new/onnx/\($0).onnx") }
        #expect(outcome.output == files.map { $0 + "\n" }.joined())
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: scratch.file("new/onnx")).sorted()
                == ["decoder.onnx", "encoder.onnx"])
        let model = try VariationalAutoencoder(contentsOf: run + "/model.safetensors")
        #expect(try scratch.bytes("new/onnx/encoder.onnx") == Data(model.onnx(.encoder)))
        #expect(try scratch.bytes("new/onnx/decoder.onnx") == Data(model.onnx(.decoder)))
    }

    @Test func onePartInAFile() throws {
        let out = scratch.file("b.onnx")
        let outcome = try tool(
            "export", run, "--best", "--format", "onnx", "--part", "both", "--layout", "nchw", "--out", out,
            "--json")
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(try outcome.json()["files"] as? [String] == [out])
        let model = try VariationalAutoencoder(contentsOf: run + "/best.safetensors")
        #expect(try scratch.bytes("b.onnx") == Data(model.onnx(.both, layout: .nchw)))
        // One letter is a name, too.
        let here = try tool(
            "export", run, "--format", "onnx", "--part", "encoder", "--out", "e", in: scratch.path)
        #expect(here.status == 0 && here.output == "e\n", "\(here.errors)")
        // The same from a model's file.
        let again = try tool(
            "export", run + "/best.safetensors", "--format", "onnx", "--part", "both", "--layout", "nchw",
            "--out", scratch.file("c.onnx"))
        #expect(try again.status == 0 && scratch.bytes("c.onnx") == scratch.bytes("b.onnx"))
    }

    @Test func aModuleForTheWeb() throws {
        let out = scratch.file("model.mjs")
        let outcome = try tool("export", run, "--format", "web", "--out", out)
        #expect(
            outcome.status == 0 && outcome.errors.isEmpty && outcome.output == out + "\n", "\(outcome.errors)"
        )
        let model = try VariationalAutoencoder(contentsOf: run + "/model.safetensors")
        #expect(try scratch.bytes("model.mjs") == Data(model.javaScriptModule()))
        // What is there is kept.
        let again = try tool("export", run, "--best", "--format", "web", "--out", out)
        #expect(again.status == 73, "\(again.errors)")
        #expect(try scratch.bytes("model.mjs") == Data(model.javaScriptModule()))
        let part = try tool(
            "export", run, "--format", "web", "--part", "encoder", "--out", scratch.file("b.mjs"))
        #expect(part.status == 64 && part.errors.contains("--part: is of ONNX files"), "\(part.errors)")
    }

    @Test(arguments: [
        (["RUN", "--out", "a"], 64, "--format"), (["RUN", "--format", "onnx"], 64, "--out"),
        (["RUN", "--format", "pickle", "--out", "a"], 64, "pickle"),
        (["RUN", "--format", "onnx", "--part", "prior", "--out", "a"], 64, "prior"),
        (["RUN", "--format", "onnx", "--layout", "chw", "--out", "a"], 64, "chw"),
        (["nothing", "--format", "onnx", "--out", "a"], 66, "nothing: does not exist"),
        (["RUN", "--format", "onnx", "--part", "encoder", "--out", ""], 64, "empty"),
        (["RUN", "--format", "onnx", "--part", "encoder", "--out", "-"], 64, "standard output"),
        (
            ["RUN", "--format", "onnx", "--part", "encoder", "--out", "no/where/a.onnx"], 73,
            "no/where/a.onnx"
        ),
        (["RUN", "--format", "onnx", "--out", "/proc/a"], 73, "/proc/a"),
        (
            ["RUN", "--format", "onnx", "--part", "decoder", "--out", "RUN/model.safetensors"], 64,
            "is a file of the run"
        ),
    ]) func refusals(arguments: [String], status: Int32, words: String) throws {
        try tool.expectRefusal(["export"] + arguments, of: run, in: scratch, status: status, saying: words)
    }

    /// What is there is kept, whatever it is.
    @Test func nothingIsReplaced() throws {
        try scratch.write([1], to: "file.onnx")
        try FileManager.default.createDirectory(
            atPath: scratch.file("folder"), withIntermediateDirectories: true)
        try scratch.write([2], to: "folder/encoder.onnx")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("link.onnx"), withDestinationPath: "elsewhere")
        for (name, part, words) in [
            ("file.onnx", ["--part", "encoder"], "is there already"),
            ("link.onnx", ["--part", "encoder"], "is there already"),
            ("folder", ["--part", "encoder"], "is there already"),
            ("folder/", ["--part", "encoder"], "is there already"),
            ("folder", [], "is not empty"), ("file.onnx", [], "is a file"),
        ] {
            let outcome = try tool.run(
                ["export", run, "--format", "onnx", "--out", scratch.file(name)] + part)
            #expect(outcome.status == 73 && outcome.errors.contains(words), "\(name): \(outcome.errors)")
        }
        #expect(try scratch.names() == ["file.onnx", "folder", "link.onnx"])
        #expect(try scratch.bytes("file.onnx") == Data([1]))
        #expect(try scratch.bytes("folder/encoder.onnx") == Data([2]))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.file("folder")).count == 1)
    }

    @Test(.enabled(if: getuid() != 0, "root may write anywhere")) func aFolderThatMayNotBeWrittenTo() throws {
        chmod(scratch.path, 0o555)
        defer { chmod(scratch.path, 0o755) }
        for out in ["a.onnx", "a/b.onnx"] {
            let outcome = try tool(
                "export", run, "--format", "onnx", "--part", "encoder", "--out", scratch.file(out))
            #expect(outcome.status == 73, "\(outcome.errors)")
        }
    }

    /// Refused as the model is read, as by every command.
    @Test func aModelWithNaN() throws {
        let file = try SafeTensors(contentsOf: run + "/model.safetensors")
        let tensors = try file.tensors.map { old in
            guard old.name == "encoder.mean.bias" else { return old }
            return try SafeTensors.Tensor(
                name: old.name, shape: old.shape, floats: old.floats().map { _ in .nan })
        }
        try SafeTensors(tensors, metadata: file.metadata).write(to: scratch.file("m.safetensors"))
        let outcome = try tool(
            "export", scratch.file("m.safetensors"), "--format", "onnx", "--out", scratch.file("onnx"))
        #expect(outcome.status == 65 && outcome.errors.contains("not finite"), "\(outcome.errors)")
        #expect(try scratch.names() == ["m.safetensors"])
    }

    /// Rows of a table have no axes to order.
    @Test func aTable() throws {
        let model = try VariationalAutoencoder(
            .fullyConnected(
                imageShape: ImageShape(height: 1, width: 2), hiddenUnits: [3], likelihood: .gaussian,
                latentSize: 1)
        ).standardizing(by: Standardization(columns: ["a", "b"], values: [1, 2, 3, 5]))
        try model.write(to: scratch.file("t.safetensors"))
        let refused = try tool(
            "export", scratch.file("t.safetensors"), "--format", "onnx", "--layout", "nhwc", "--out",
            scratch.file("onnx"))
        #expect(refused.status == 64 && refused.errors.contains("--layout"), "\(refused.errors)")
        #expect(try scratch.names() == ["t.safetensors"])
        let outcome = try tool(
            "export", scratch.file("t.safetensors"), "--format", "onnx", "--out", scratch.file("onnx"))
        #expect(outcome.status == 0, "\(outcome.errors)")
    }
}
