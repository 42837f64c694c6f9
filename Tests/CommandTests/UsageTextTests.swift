import Foundation
import Testing

/// The words about a command line that is wrong.
@Suite struct UsageTextTests {
    private func errors(_ tool: String, _ arguments: String...) throws -> String {
        let scratch = try Scratch()
        let outcome = try Tool(tool).run(arguments, in: scratch.path)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("\(tool): error: ") && outcome.errors.hasSuffix("information.\n"))
        return outcome.errors
    }

    /// Whatever was typed shows its control characters rather than carry them out.
    @Test(arguments: [
        ("vae-train", ["--epochs", "\u{1B}[31mx"]), ("vae-train", ["--epochs=\u{1B}[31mx"]),
        ("vae-train", ["--seed", "\u{1B}[31mx\nvae-train: done"]), ("vae-train", ["\u{1B}[31mx"]),
        ("vae-train", ["--\u{1B}[31mx"]), ("vae-train", ["--dataset", "\u{1B}[31mx"]),
        ("vae", ["encode", "RUN", "--select", "\u{1B}[31mx"]),
        ("vae", ["encode", "RUN", "--threads=\u{202E}\u{1B}[31mx"]),
        ("vae-bench", ["--only", "\u{1B}[31mx"]),
    ])
    func controlCharactersStayVisible(tool: String, arguments: [String]) throws {
        let scratch = try Scratch()
        let outcome = try Tool(tool).run(arguments, in: scratch.path)
        #expect(outcome.status == 64, "\(outcome.errors)")
        #expect(outcome.errors.contains("\\u{1b}[31mx"), "\(outcome.errors)")
        #expect(!outcome.errors.unicodeScalars.contains("\u{1B}"), "\(outcome.errors)")
        #expect(!outcome.errors.unicodeScalars.contains("\u{202E}"), "\(outcome.errors)")
        #expect(!outcome.errors.contains("\nvae-train: done"), "\(outcome.errors)")
    }

    /// A flag is suggested for a slip of the fingers, or where another program calls it so; none where there is none.
    @Test(arguments: [
        ("--beta", "--kl-weight"), ("--lr", "--learning-rate"), ("--latent-size", "--latent-dim"),
        ("--sede", "--seed"), ("--epoch", "--epochs"), ("--batchsize", "--batch-size"),
        ("--lerning-rate", "--learning-rate"), ("--kl-annealing", nil), ("--deta", "--data"),
        ("--gamma", nil), ("--wax", nil), ("--momentum", nil),
    ])
    func suggestions(typed: String, meant: String?) throws {
        let text = try errors("vae-train", typed, "4")
        let line = try #require(text.split(separator: "\n").first)
        let words = "vae-train: error: Unknown option '\(typed)'"
        #expect(line == words + (meant.map { ". Did you mean '\($0)'?" } ?? ""))
    }

    /// A flag that another program of ours has is none of this one.
    @Test func suggestionsAreOfTheSameProgram() throws {
        #expect(try !errors("vae", "sample", "RUN", "--beta", "4").contains("mean"))
        #expect(try errors("vae", "sample", "RUN", "--sede", "4").contains("Did you mean '--seed'?"))
    }
}
