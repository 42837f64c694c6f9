import Foundation
import Testing

/// Pictures on a system without fonts.
@Suite struct FontTests {
    /// How often a text says that a font is missing.
    private func warnings(_ text: String) -> Int {
        text.components(separatedBy: "no font is installed").count - 1
    }

    @Test func theToolsSayOnceThatThereIsNoFont() throws {
        let scratch = try Scratch()
        try scratch.write(Array("<?xml version=\"1.0\"?><fontconfig></fontconfig>".utf8), to: "fonts.conf")
        let bare = ["FONTCONFIG_FILE": scratch.file("fonts.conf")]
        let flags =
            try scratch.digits(train: 256, test: 40) + ["--epochs", "2", "--out", scratch.file("run")]
        let trained = try Tool("vae-train").run(flags + ["--film"], environment: bare)
        #expect(trained.status == 0 && warnings(trained.errors) == 1, "\(trained.errors)")
        let run = scratch.file("run")
        for arguments in [
            ["plot", run], ["reconstruct", run, "--out", scratch.file("a.png")],
            ["anomalies", run, "--out", scratch.file("b.png")],
        ] {
            let outcome = try Tool("vae").run(arguments, environment: bare)
            #expect(outcome.status == 0 && warnings(outcome.errors) == 1, "\(outcome.errors)")
            #expect(warnings(try Tool("vae").run(arguments).errors) == 0)
        }
        // Nothing is lettered, and nothing is said.
        for arguments in [["plot", run, "report"], ["sample", run, "--out", scratch.file("c.png")]] {
            #expect(warnings(try Tool("vae").run(arguments, environment: bare).errors) == 0)
        }
    }
}
