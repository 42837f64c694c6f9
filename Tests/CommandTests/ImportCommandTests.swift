import Foundation
import Testing

/// `vae export --format pytorch`, `--format keras` and `vae import`.
@Suite struct ImportCommandTests {
    private let vae = Tool("vae")

    @Test(arguments: ["pytorch", "keras"])
    func weightsComeBack(program: String) throws {
        let run = try Trained.shared.get().file("run")
        let scratch = try Scratch()
        let exported = try vae("export", run, "--format", program, "--out", "there", in: scratch.path)
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(exported.output == "there/model.safetensors\nthere/model.py\n")
        let imported = try vae(
            "import", "there/model.safetensors", "--layout", program, "--out", "back.safetensors",
            in: scratch.path)
        #expect(imported.status == 0 && imported.output == "back.safetensors\n", "\(imported.errors)")
        #expect(imported.errors.isEmpty)
        let model = try Data(contentsOf: URL(fileURLWithPath: run + "/model.safetensors"))
        #expect(try scratch.bytes("back.safetensors") == model)

        // The run's configuration says the same as the file's metadata.
        let again = try vae(
            "import", "there/model.safetensors", "--layout", program, "--config", run + "/config.json",
            "--out", "again.safetensors", "--json", in: scratch.path)
        #expect(try again.json()["files"] as? [String] == ["again.safetensors"])
        #expect(try scratch.bytes("again.safetensors") == model)
    }

    @Test func whatIsThereIsKept() throws {
        let run = try Trained.shared.get().file("run")
        let scratch = try Scratch()
        try FileManager.default.createDirectory(
            atPath: scratch.file("full"), withIntermediateDirectories: true)
        try scratch.write([7], to: "full/file")
        try scratch.write([7], to: "old.safetensors")
        let model = run + "/model.safetensors"
        for arguments in [
            ["export", run, "--format", "pytorch", "--out", "full"],
            ["export", run, "--format", "keras", "--out", "old.safetensors"],
            ["export", run, "--format", "keras", "--out", run],
            ["import", model, "--layout", "keras", "--out", "old.safetensors"],
            ["import", model, "--layout", "keras", "--out", "none/new.safetensors"],
            ["import", model, "--layout", "keras", "--out", model],
        ] {
            let outcome = try vae.run(arguments, in: scratch.path)
            #expect(outcome.status == 73, "\(arguments): \(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
        #expect(try scratch.names() == ["full", "old.safetensors"])
        #expect(try scratch.bytes("old.safetensors") == Data([7]))
        #expect(try scratch.bytes("full/file") == Data([7]))
    }

    @Test(
        arguments: [
            (["--out", "new.bin"], 64, ".safetensors"),
            (
                ["--out", "new.safetensors", "--model", "m.json", "--config", "c.json"], 64,
                "--model does as well"
            ),
            (["--out", "new.safetensors", "--config", "none.json"], 66, "none.json"),
            (["--out", "new.safetensors", "--model", "none.json"], 66, "none.json"),
            (["--out", "new.safetensors", "--names", "none.json"], 66, "none.json"),
            (["--out", "new.safetensors", "--names", "RUN/metrics.csv"], 65, "table of names"),
            (["--out", "new.safetensors", "--names", "RUN/config.json"], 65, "table of names"),
        ] as [([String], Int32, String)])
    func refusals(flags: [String], status: Int32, words: String) throws {
        let run = try Trained.shared.get().file("run")
        let scratch = try Scratch()
        try vae.expectRefusal(
            ["import", "RUN/model.safetensors", "--layout", "keras"] + flags, of: run, in: scratch,
            status: status, saying: words)
    }

    /// The options of one format are not passed over with another.
    @Test func optionsOfAnotherFormat() throws {
        let scratch = try Scratch()
        try vae.expectRefusal(
            ["export", "RUN", "--format", "keras", "--part", "encoder", "--out", "new"],
            of: Trained.shared.get().file("run"), in: scratch, status: 64, saying: "--part")
    }
}
