import Foundation
import Testing

/// What `--help` says, on a terminal of 80 columns.
@Suite struct HelpTests {
    private static let commands: [[String]] =
        [["vae-train"], ["vae-bench"], ["vae"]]
        + [
            "train", "sample", "reconstruct", "encode", "decode", "interpolate", "complete", "edit", "info",
            "doctor",
            "evaluate",
            "anomalies", "compare", "watch", "export", "import",
            "ppca", "plot", "data",
        ].map { ["vae", $0] }

    @Test(arguments: commands)
    func examplesStandOnOneLineEach(command: [String]) throws {
        let outcome = try Tool(command[0]).run(
            command.dropFirst() + ["--help"], environment: ["COLUMNS": "80"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.count <= 80 || $0.hasPrefix("USAGE: ") })
        let heading = try #require(lines.firstIndex(of: "EXAMPLES"), "\(outcome.output)")
        let examples = lines[(heading + 1)...].prefix { !$0.isEmpty }
        #expect(!examples.isEmpty)
        // A line that was too long goes on at the margin.
        for line in examples { #expect(line.hasPrefix("  "), "\(command): \(line)") }
    }

    @Test func everySubcommandIsTried() throws {
        let outcome = try Tool("vae")("--help")
        let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex(of: "SUBCOMMANDS:"))
        let names = lines[(start + 1)...].prefix { !$0.isEmpty }
            .compactMap { $0.hasPrefix("  ") && !$0.hasPrefix("   ") ? $0.split(separator: " ").first : nil }
        let tried = Self.commands.compactMap { $0.count == 2 ? $0[1][...] : nil }
        #expect(Set(names) == Set(tried))
    }

    /// A help text of some fifty options is looked through by its headings.
    @Test func optionsOfTrainingStandUnderHeadings() throws {
        let lines = try Tool("vae-train")("--help").output.split(separator: "\n").map(String.init)
        var heading = ""
        var found: [String: String] = [:]
        for line in lines {
            if line.hasSuffix(":"), !line.hasPrefix(" ") { heading = line }
            if line.hasPrefix("  --") { found[String(line.split(separator: " ")[0])] = heading }
        }
        for (flag, heading) in [
            "--data": "DATA:", "--filters": "MODEL:", "--epochs": "TRAINING:", "--kl-weight": "OBJECTIVE:",
            "--learning-rate": "OPTIMISER:", "--out": "OPTIONS:",
        ] { #expect(found[flag] == heading, "\(flag)") }
    }
}
