import Foundation
import Testing
import VAE
import VAECore
import VAEData

/// `Documentation/ModelFormat.md`: files that other programs write.
@Suite struct ModelFormatTests {
    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// A model of odd sizes and an even kernel that a program in NumPy wrote: encoder and decoder are its own.
    @Test(.enabled(if: Python.isInstalled, Python.skipped))
    func aModelOfAnotherProgram() throws {
        let scratch = try Scratch()
        let script = Self.package.appendingPathComponent("Examples/write_model.py").path
        let (status, output) = try Python.run(file: script, [scratch.path], in: scratch.path)
        try #require(status == 0, "\(output)")
        func numbers(_ name: String) throws -> [Float] {
            try NumericArray(contentsOf: scratch.file(name + ".npy")).floats
        }
        let model = try VariationalAutoencoder(contentsOf: scratch.file("model.safetensors"))
        let shape = model.configuration.imageShape
        let images = try ImageSet(shape: shape, pixels: numbers("images").map { UInt8($0) })
        let encoding = try model.encode(images)
        let decoded = try model.decode(numbers("z"))
        // Sums of up to 150 products of numbers of the order of 1 in single precision are off by some 150 · 6e-8. With the other half of
        // the padding in front they would be off by tenths.
        for (mine, theirs) in [
            (encoding.mean, try numbers("mean")), (encoding.logVariance, try numbers("log_variance")),
            (decoded, try numbers("decoded")),
        ] {
            let difference = zip(mine, theirs).map { abs($0 - $1) }.max() ?? .infinity
            #expect(mine.count == theirs.count && difference < 1e-5, "\(difference)")
        }
        // What is read is written again as the same model.
        try model.write(to: scratch.file("again.safetensors"))
        let again = try VariationalAutoencoder(contentsOf: scratch.file("again.safetensors"))
        #expect(again.configuration == model.configuration)
        #expect(again.weights.map(\.values) == model.weights.map(\.values))
    }

    /// No tensor, and no key of a configuration, that the page does not name.
    @Test func thePageNamesThemAll() throws {
        let page = try String(
            contentsOf: Self.package.appendingPathComponent("Documentation/ModelFormat.md"), encoding: .utf8)
        var models = ExportedModels.all.map(\.configuration)
        models += Likelihood.allCases.map {
            .fullyConnected(
                imageShape: ImageShape(height: 2, width: 3), hiddenUnits: [3], likelihood: $0, latentSize: 2)
        }
        for prior in [Prior.mixture(components: 2), .vamp(pseudoInputs: 2)] {
            var model = ModelConfiguration(hiddenUnits: 3)
            model.prior = prior
            models.append(model)
        }
        models.append(try ModelConfiguration(hiddenUnits: 3).quantized())
        for configuration in models {
            let model = try VariationalAutoencoder(configuration)
            for weight in model.weights {
                let parts = weight.name.split(separator: ".").map { Int($0) == nil ? String($0) : "N" }
                var base = parts.dropLast().joined(separator: ".")
                // The layers of a branch are those that stand outside one.
                base = base.replacing(/^(encoder|decoder)\.(?=[a-z_]+\.N|dense)/, with: "SIDE.")
                while base.hasPrefix("SIDE.residual.N."), !base.hasSuffix("shortcut") {
                    base = "SIDE." + base.dropFirst("SIDE.residual.N.".count)
                }
                let own = parts.last ?? ""
                #expect(
                    page.contains("`\(base).\(own)`")
                        || page.contains("`.\(own)`")
                            && page.contains("`\(base)\(own == "shift" ? ".scale" : "")"),
                    "\(weight.name)")
            }
            let json = try #require(
                JSONSerialization.jsonObject(with: JSONEncoder().encode(configuration)) as? [String: Any])
            for key in json.keys { #expect(page.contains("`\(key)`"), "\(key)") }
        }
    }
}
