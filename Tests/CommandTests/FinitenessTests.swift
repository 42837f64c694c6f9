import Foundation
import Testing
import VAE
import VAECore
import VAEData

/// No command prints or writes a number that is not finite, whatever the model or the points.
@Suite struct FinitenessTests {
    let tool = Tool("vae")
    let trained = try! Trained.shared.get()
    let scratch = try! Scratch()

    /// The trained model's run with `change` made to the values of one tensor.
    private func run(_ name: String, _ tensor: String, _ change: (Float) -> Float) throws -> String {
        let run = scratch.file(name)
        try FileManager.default.copyItem(atPath: trained.file("run"), toPath: run)
        let path = run + "/model.safetensors"
        let file = try SafeTensors(contentsOf: path)
        try SafeTensors(
            file.tensors.map { old in
                old.name == tensor
                    ? try .init(name: old.name, shape: old.shape, floats: old.floats().map(change)) : old
            }, metadata: file.metadata
        ).write(to: path)
        return run
    }

    private static let commands = [
        ["encode"], ["encode", "--json"], ["anomalies", "--by", "loss"],
        ["anomalies", "--samples", "2", "--json"],
        ["evaluate", "--samples", "1", "--json"], ["evaluate", "--samples", "1"], ["info", "--json"],
        ["ppca"],
        ["sample", "--out", "OUT/a.npy"], ["sample", "--mixture", "--out", "OUT/a.npy"],
        ["reconstruct", "--out", "OUT/a.npy", "--json"],
        ["interpolate", "--from", "0", "--to", "1", "--out", "OUT/a.npy", "--json"],
        ["decode", "--z", "0,0", "--out", "OUT/a.npy"], ["plot", "--out", "OUT/plots"],
    ]

    /// Refused as the model is read, with its file, tensor and place.
    @Test(arguments: commands) func aModelWithNaN(command: [String]) throws {
        let run = try run("run", "encoder.mean.bias") { _ in .nan }
        let arguments = command.map { $0.replacingOccurrences(of: "OUT", with: scratch.path) }
        let outcome = try tool.run([arguments[0], run] + arguments.dropFirst())
        #expect(outcome.status == 65 && outcome.output.isEmpty, "\(outcome.errors)")
        for word in ["run/model.safetensors", "\"encoder.mean.bias\"", "found nan at [0]"] {
            #expect(outcome.errors.contains(word), "\(outcome.errors)")
        }
        #expect(try scratch.names() == ["run"])
    }

    /// Finite weights, too large for what is computed with them.
    @Test(arguments: ["encoder.mean.kernel", "encoder.log_variance.kernel", "decoder.output.kernel"])
    func weightsThatAreTooLarge(tensor: String) throws {
        let run = try run("run", tensor) { $0 < 0 ? -3e38 : 3e38 }
        for command in Self.commands {
            let arguments = command.map { $0.replacingOccurrences(of: "OUT", with: scratch.path) }
            let outcome = try tool.run([arguments[0], run] + arguments.dropFirst())
            // Losses leave the range whichever of the tensors it is, and so do log-variances themselves.
            let overflows =
                ["anomalies", "evaluate"].contains(command[0])
                || (command[0] == "encode" && tensor.contains("log_variance"))
            #expect(
                overflows ? outcome.status == 65 : [0, 65].contains(outcome.status),
                "\(arguments): \(outcome.status) \(outcome.errors)")
            #expect(!outcome.errors.contains("EncodingError") && !outcome.errors.contains("Fatal"))
            let words = outcome.output.split { !$0.isLetter && $0 != "-" }
            let isClean = words.allSatisfy { !["nan", "inf", "-nan", "-inf"].contains(String($0)) }
            #expect(isClean, "\(arguments): \(outcome.output)")
            guard FileManager.default.fileExists(atPath: scratch.file("a.npy")) else { continue }
            let values = try NPYArray(contentsOf: scratch.file("a.npy")).floats
            let areFinite = values.allSatisfy { $0.isFinite }
            #expect(areFinite, "\(arguments)")
            try FileManager.default.removeItem(atPath: scratch.file("a.npy"))
        }
    }

    /// Points so far out that single precision has no room for what they decode to.
    @Test func pointsThatAreTooFarOut() throws {
        let run = try run("run", "decoder.output.kernel") { $0 * 1e20 }
        for format in ["png", "npy"] {
            let outcome = try tool("decode", run, "--z", "1e30,-1e30", "--out", scratch.file("a.\(format)"))
            #expect(outcome.status == 65, "\(outcome.errors)")
            #expect(
                outcome.errors.contains("for a pixel of image 0") && outcome.errors.contains("points given"),
                "\(outcome.errors)")
        }
        #expect(try scratch.names() == ["run"])
    }
}
