import Foundation
import Testing

/// What was typed wrongly is said in the program's own name, with what is wrong about it.
@Suite struct ArgumentTests {
    struct Typed: Sendable, CustomTestStringConvertible {
        let tool: String
        let arguments: [String]
        let words: [String]

        init(_ line: String, _ words: String...) {
            let parts = line.split(separator: " ").map(String.init)
            (tool, arguments, self.words) = (parts[0], Array(parts.dropFirst()), words)
        }

        var testDescription: String { ([tool] + arguments).joined(separator: " ") }
    }

    @Test(arguments: [
        Typed("vae-train --seed -1", "'-1'", "--seed", "out of range", "0 to 18446744073709551615"),
        Typed("vae-train --seed 1e3", "'1e3'", "--seed", "no whole number"),
        Typed("vae-train --seed 99999999999999999999", "--seed", "out of range"),
        Typed("vae-train --epochs x", "'x'", "--epochs", "no whole number"),
        Typed("vae-train --epochs -5", "--epochs: is out of range", "found -5"),
        Typed("vae-train --batch-size 0x10", "--batch-size", "no whole number"),
        Typed("vae-train --learning-rate -1", "--learning-rate: is out of range", "found -1.0"),
        Typed("vae-train --learning-rate -inf", "'-inf'", "--learning-rate", "no number"),
        Typed("vae-train --learning-rate 0x1p-9", "--learning-rate", "no number"),
        Typed("vae-train --kl-weight much", "--kl-weight", "no number"),
        Typed("vae-train --hidden -3", "--hidden: is out of range", "found -3"),
        Typed("vae-train --filters 32;64", "--filters", "such as 32,64"),
        Typed("vae-train --checkpoint-every -60s", "--checkpoint-every", "such as 60s"),
        Typed("vae-train --threads -1", "--threads: is out of range", "1 to 256"),
        Typed("vae-train --seed", "Missing value for '--seed"),
        Typed("vae-train --seed --threads 2", "--seed", "another option, and the value is missing"),
        Typed("vae-train --sede 3", "Unknown option '--sede'", "--seed"),
        Typed("vae-train runs/x", "Unexpected argument 'runs/x'"),
        Typed("vae-train --dataset cifar", "'cifar'", "'mnist'"),
        Typed("vae-train --dataset -1", "'-1'", "'mnist'"),
        Typed("vae anomalies RUN --by -1", "'-1'", "'loss'"),
        Typed("vae sample RUN -n -3", "--count: is out of range", "found -3"),
        Typed("vae sample RUN -n many", "'many'", "no whole number"),
        Typed("vae sample RUN --seed -1", "--seed", "out of range"),
        Typed("vae encode RUN --select -1", "--select", "such as 0-9,15"),
        Typed("vae plot RUN --dimensions 1", "--dimensions", "such as 1,4"),
        Typed("vae plot RUN --format gif", "--format", "png, svg and pdf"),
        Typed("vae plot RUN --scale big", "--scale", "no number"),
        Typed("vae encode", "Missing expected argument '<run>'"),
        Typed("vae encode RUN --jsno", "Unknown option '--jsno'"),
        Typed("vae-bench --repeats -1", "--repeats takes 1 to 1000, not -1"),
        Typed("vae-bench --images ten", "--images", "no whole number"),
        Typed("vae-bench --only all", "'all'", "train"),
    ])
    func isSaid(typed: Typed) throws {
        let scratch = try Scratch()
        let outcome = try Tool(typed.tool).run(typed.arguments, in: scratch.path)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome.errors)")
        let line = outcome.errors.split(separator: "\n").first.map(String.init) ?? ""
        #expect(line.hasPrefix(typed.tool) && line.contains(": error: "), "\(line)")
        for word in typed.words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
        #expect(try scratch.names().isEmpty)
    }

    /// The defaults are those that the help has shown before.
    @Test func helpShowsDefaults() throws {
        for (command, defaults) in [
            ("sample", ["How many, 1 to 1,000,000. (default: 64)", "Names the draws. (default: 0)"]),
            ("plot", ["the other. (default: 20)", "(default: 8)", "(default: 11)", "(default: 100)"]),
            ("evaluate", ["100 draws of more)", "1 to 1,000. (default: 1)"]),
        ] {
            let outcome = try Tool("vae")(command, "--help")
            let text = outcome.output.split { $0.isWhitespace }.joined(separator: " ")
            #expect(outcome.status == 0 && outcome.errors.isEmpty)
            for words in defaults { #expect(text.contains(words), "\(words) in \(text)") }
        }
    }
}
