import Foundation
import Testing
import VAE
import VAECore

/// Runs that can't go on, or not so.
extension ResumeTests {
    /// A cosine over more epochs is another training: the message says what to type for it.
    @Test func aCosineEndsWhereItEnds() throws {
        let (scratch, tool) = (try Scratch(), Tool("vae-train"))
        let data = try scratch.digits(train: 64, test: 10)
        let flags = data + ["--epochs", "1", "--batch-size", "32", "--schedule", "cosine", "--no-figures"]
        let run = scratch.file("run")
        #expect(try tool.run(flags + ["--out", run]).status == 0)
        let before = try scratch.bytes("run/model.safetensors")
        let outcome = try tool.run(["--resume", run, "--epochs", "2", "--no-figures"])
        #expect(outcome.status == 64, "\(outcome.errors)")
        for words in [
            "--epochs", "falls along a cosine", "expected 1, where the cosine ends, found 2",
            "begin a new run",
            "--schedule cosine --no-figures --out \(run)) and --epochs 2", "--schedule constant or step",
        ] {
            #expect(outcome.errors.contains(words), "\(words): \(outcome.errors)")
        }
        #expect(try scratch.bytes("run/model.safetensors") == before)
        #expect(try tool.run(["--resume", run, "--epochs", "1", "--no-figures"]).status == 0)
    }

    /// The newest checkpoint is damaged: the one before it serves, and it is said. Both: refused, and nothing is touched.
    @Test func damagedCheckpoints() throws {
        let data = try whole()
        _ = try tool.run(
            data + ["--epochs", "2", "--batch-size", "16", "--out", scratch.file("run")] + silent)
        for name in ["checkpoint.safetensors", "checkpoint.previous.safetensors"] {
            var bytes = try [UInt8](scratch.bytes("run/\(name)"))
            bytes[bytes.count / 2] ^= 4
            try scratch.write(bytes, to: "run/\(name)")
            let before = try FileManager.default.contentsOfDirectory(atPath: scratch.file("run")).sorted()
            let arguments = ["--resume", scratch.file("run"), "--epochs", "3", "--no-figures"]
            if name == "checkpoint.safetensors" {
                // Stopped at once, so that the second round has something to damage.
                let copy = scratch.file("copy")
                try FileManager.default.copyItem(atPath: scratch.file("run"), toPath: copy)
                let outcome = try tool.run(["--resume", copy, "--epochs", "3", "--no-figures"])
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(
                    outcome.errors.contains("checksum") && outcome.errors.contains("checkpoint before it"))
                #expect(try results("copy") == results("whole"))
            } else {
                let outcome = try tool.run(arguments)
                #expect(outcome.status == 65, "\(outcome.errors)")
                #expect(outcome.errors.contains("checksum") && outcome.errors.contains(name))
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: scratch.file("run")).sorted()
                        == before)
            }
        }
    }

    @Test func otherSettingsAreRefused() throws {
        let data = try whole()
        let before = try scratch.bytes("whole/checkpoint.safetensors")
        for (flag, value, recorded) in [
            ("--seed", "1", "0"), ("--batch-size", "32", "16"), ("--latent-dim", "3", "2"),
            ("--learning-rate", "0.01", "0.001"), ("--kl-weight", "2", "1"), ("--limit", "100", "none"),
            ("--schedule", "cosine", "constant"), ("--warm-up", "1", "0"), ("--patience", "3", "none"),
            ("--products", "blas", "filtered"), ("--dataset", "mnist", "data"),
            ("--step-epochs", "3", "10"), ("--step-factor", "0.5", "0.1"), ("--filters", "none", "32,64"),
            ("--hidden", "16,16", "16"), ("--decoder-hidden", "16", "none"), ("--activation", "tanh", "relu"),
            ("--likelihood", "gaussian", "bernoulli"), ("--binarize", "threshold", "none"),
            ("--adam-epsilon", "1e-4", "1e-07"), ("--augment", "flip", "none"),
            ("--kl-warm-up", "1", "0"), ("--kl-cycles", "1", "none"), ("--free-bits", "1", "none"),
            ("--capacity", "1", "none"), ("--capacity-epochs", "1", "none"), ("--weight-decay", "1", "none"),
            ("--clip-norm", "1", "none"), ("--average-weights", "0.9", "none"),
        ] {
            let outcome = try tool.run(["--resume", scratch.file("whole"), flag, value])
            #expect(outcome.status == 64, "\(flag): \(outcome.errors)")
            #expect(
                outcome.errors.contains("\(flag): differs")
                    && outcome.errors.contains("expected \(recorded)"),
                "\(outcome.errors)")
        }
        for flag in ["--out", "--export-data"] {
            let outcome = try tool.run(["--resume", scratch.file("whole"), flag, scratch.file("x")])
            #expect(outcome.status == 64 && outcome.errors.contains(flag), "\(outcome.errors)")
        }
        // The settings of the run are no differences; and its images may have moved.
        try FileManager.default.moveItem(atPath: data[1], toPath: scratch.file("moved"))
        #expect(try tool.run(["--resume", scratch.file("whole"), "--no-figures"]).status == 66)
        let moved = try tool.run(
            [
                "--resume", scratch.file("whole"), "--data", scratch.file("moved"), "--seed", "0",
                "--no-figures",
            ])
        #expect(moved.status == 0, "\(moved.errors)")
        var images = try [UInt8](scratch.bytes("moved/train-images-idx3-ubyte"))
        images[5000] ^= 1
        try scratch.write(images, to: "moved/train-images-idx3-ubyte")
        let changed = try tool.run(["--resume", scratch.file("whole"), "--data", scratch.file("moved")])
        #expect(changed.status == 65, "\(changed.errors)")
        #expect(
            changed.errors.contains("300 training and 40 test images with the SHA-256"), "\(changed.errors)")
        #expect(try scratch.bytes("whole/checkpoint.safetensors") == before)
    }

    @Test func foldersThatAreNoRuns() throws {
        #expect(try tool("--resume", scratch.file("none")).status == 66)
        try FileManager.default.createDirectory(
            atPath: scratch.file("empty"), withIntermediateDirectories: true)
        let outcome = try tool("--resume", scratch.file("empty"))
        #expect(outcome.status == 66 && outcome.errors.contains("config.json"), "\(outcome.errors)")
        // A model without any checkpoint: beginning anew would lose it.
        _ = try whole()
        try FileManager.default.removeItem(atPath: scratch.file("whole/checkpoint.safetensors"))
        try FileManager.default.removeItem(atPath: scratch.file("whole/checkpoint.previous.safetensors"))
        let model = try scratch.bytes("whole/model.safetensors")
        let lost = try tool("--resume", scratch.file("whole"))
        #expect(lost.status == 66 && lost.errors.contains("checkpoint"), "\(lost.errors)")
        #expect(try scratch.bytes("whole/model.safetensors") == model)
        // Killed before its first checkpoint it begins anew.
        try FileManager.default.removeItem(atPath: scratch.file("whole/model.safetensors"))
        let anew = try tool.run(["--resume", scratch.file("whole")] + silent)
        #expect(anew.status == 0, "\(anew.errors)")
        #expect(try scratch.bytes("whole/model.safetensors") == model)
    }

    /// Two programs, one folder: the second is told so, the first is not disturbed.
    @Test func aRunIsLocked() throws {
        _ = try whole()
        var second: Tool.Outcome?
        let status = try interrupt(
            ["--resume", scratch.file("whole"), "--epochs", "1000", "--no-figures"], SIGTERM
        ) {
            guard rows("whole") > 3 else { return false }
            second = try? tool("--resume", scratch.file("whole"))
            return true
        }
        #expect(second?.status == 69 && second?.errors.contains("in use") == true, "\(second?.errors ?? "")")
        #expect(status == 143)
    }
}
