import Foundation
import Testing
import VAE
import VAECore
import VAERun

/// The flags of the objective and of the optimiser: what they leave, what they say, and what they refuse.
@Suite struct ObjectiveFlagsTests {
    let tool = Tool("vae-train")
    let scratch: Scratch
    let data: [String]
    let short = [
        "--threads", "2", "--filters", "none", "--hidden", "20", "--batch-size", "32", "--no-figures",
    ]

    init() throws {
        scratch = try Scratch()
        data = try scratch.digits(train: 200)
    }

    private func train(_ name: String, _ flags: [String]) throws -> (output: String, errors: String) {
        let outcome = try tool.run(
            data + short + flags + ["--out", scratch.file(name)])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return (outcome.output, outcome.errors)
    }

    /// Stopped after two of three epochs and gone on with: the same files as a run that was not.
    @Test func aRunWithEverythingGoesOn() throws {
        let flags = [
            "--kl-warm-up", "2", "--free-bits", "0.1", "--weight-decay", "0.01", "--clip-norm", "50",
            "--average-weights", "0.9", "--kl-weight", "0.5",
        ]
        let whole = try train("whole", flags + ["--epochs", "3"])
        _ = try train("part", flags + ["--epochs", "2"])
        let outcome = try tool.run(
            ["--resume", scratch.file("part"), "--epochs", "3", "--threads", "1", "--no-figures"] + flags)
        #expect(outcome.status == 0, "\(outcome.errors)")
        for file in ["model.safetensors", "best.safetensors"] {
            #expect(try scratch.bytes("part/\(file)") == scratch.bytes("whole/\(file)"), "\(file)")
        }
        let rows = try scratch.text("whole/metrics.csv").split(separator: "\n")
        #expect(rows[0].hasSuffix("images_per_second,train_penalty,test_penalty,kl_weight"))
        for (row, weight) in zip(rows.dropFirst(), [0.25, 0.5, 0.5]) {
            let fields = row.split(separator: ",").compactMap { Double($0) }
            try #require(fields.count == 12)
            #expect(
                abs(fields[1] - fields[2] - fields[9]) < 1e-9
                    && abs(fields[4] - fields[5] - fields[10]) < 1e-9)
            #expect(fields[10] == 0.5 * fields[6] && fields[11] == weight)
            // Free bits: no less than 0.1 nats a dimension, times a weight that may be rising still.
            #expect(fields[9] > 0)
        }
        for words in [
            "AdamW 0.001", "KL warm-up: 2 epochs", "free bits: 0.1 nats", "weight decay: 0.01",
            "largest gradient norm: 50", "average of the weights: decay 0.9",
            "weight × Σ max(0.1, KL of a dimension)", "weight rises to 0.5",
            "the test loss, by which epochs are compared, is reconstruction + 0.5 × KL",
        ] { #expect(whole.errors.contains(words), "\(words) in \(whole.errors)") }
        #expect(whole.output.contains("(KL "))
        let info = try Tool("vae").run(["info", scratch.file("whole")])
        #expect(
            info.output.contains("weight decay: 0.01") && info.output.contains(" + 0.5·"), "\(info.output)")
    }

    /// A weight and an equation, as they are.
    @Test func theEquationIsTrue() throws {
        #expect(try train("plain", ["--epochs", "1"]).errors.contains("loss = reconstruction + KL, in nats"))
        let weighted = try train("weighted", ["--epochs", "1", "--kl-weight", "4"])
        #expect(weighted.errors.contains("loss = reconstruction + 4 × KL, in nats"))
        let target = try train(
            "target", ["--epochs", "2", "--kl-weight", "10", "--capacity", "3", "--capacity-epochs", "2"])
        #expect(target.errors.contains("loss = reconstruction + 10 × |KL − C|, where C rises to 3 nats"))
        let cycles = try train("cycles", ["--epochs", "2", "--kl-cycles", "2"])
        #expect(cycles.errors.contains("the weight rises to 1, 2 times"))
        let raised = try tool.run(["--resume", scratch.file("cycles"), "--epochs", "3"])
        #expect(raised.status == 64 && raised.errors.contains("the KL weight has cycles"))
    }

    @Test(arguments: [
        (["--kl-warm-up", "16", "--epochs", "15"], "--kl-warm-up"), (["--kl-warm-up", "-1"], "--kl-warm-up"),
        (["--kl-cycles", "0"], "--kl-cycles"), (["--kl-cycles", "2", "--kl-warm-up", "2"], "--kl-cycles"),
        (["--free-bits", "0"], "--free-bits"),
        (["--free-bits", "1", "--capacity", "1", "--capacity-epochs", "1"], "--free-bits"),
        (["--capacity", "3"], "--capacity"), (["--capacity-epochs", "3"], "--capacity-epochs"),
        (["--capacity", "3", "--capacity-epochs", "0"], "--capacity-epochs"),
        (["--capacity", "3", "--capacity-epochs", "1", "--kl-warm-up", "1"], "--capacity"),
        (["--weight-decay", "0"], "--weight-decay"), (["--clip-norm", "-1"], "--clip-norm"),
        (["--average-weights", "1"], "--average-weights"),
        (["--kl-weight", "0", "--kl-warm-up", "1"], "--kl-weight"),
    ])
    func whatCannotBeIsRefused(flags: [String], subject: String) throws {
        let arguments = flags.enumerated().reduce(into: [String]()) { all, flag in
            // A negative number is a value, not a flag.
            if flag.element.first == "-", flag.element.dropFirst().first?.isNumber == true {
                all[all.count - 1] += "=\(flag.element)"
            } else {
                all.append(flag.element)
            }
        }
        let outcome = try tool.run(["--dataset", "synthetic", "--dry-run"] + arguments)
        #expect(outcome.status == 64, "\(outcome.errors)")
        #expect(outcome.errors.contains("error: \(subject): "), "\(outcome.errors)")
    }
}
