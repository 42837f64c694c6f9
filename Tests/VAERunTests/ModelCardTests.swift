import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

@Suite struct ModelCardTests {
    private func card(
        name: String = "digits", _ model: ModelConfiguration = ModelConfiguration(),
        files: Set<String> = []
    ) throws -> ModelCard {
        let record = RunRecord(
            model: model, training: TrainingConfiguration(), parameters: 134_165,
            data: RunRecord.Data(
                name: name, source: "folder /home/somebody/secret", sha256: "5ha", trainImages: 10,
                testImages: 5, folder: "/home/somebody/secret", limit: nil),
            environment: RunRecord.Environment(
                version: "0", blas: "b", blasKernels: "k", products: "tiles", tiles: nil, processor: "p",
                threads: 1, started: "now", command: ["/home/somebody/vae-train"]))
        let losses = Losses(reconstruction: 144, kl: 6.25)
        return ModelCard(
            try VariationalAutoencoder(model, seed: 0), record,
            history: [
                EpochReport(epoch: 3, train: losses, test: losses, seconds: 1, imagesPerSecond: 1)
            ], evaluation: nil, classNames: [], files: files)
    }

    @Test func saysWhatTheModelIsAndHowItIsUsed() throws {
        let text = try card(files: ["samples.png", "report.html"]).text
        #expect(text.hasPrefix("---\nlibrary_name: vae\npipeline_tag: unconditional-image-generation\n"))
        for words in [
            "# A variational autoencoder of digits", "134,165 parameters", "(samples.png)", "[report.html]",
            "| test loss after 3 epochs | 150.25 = 144.00 reconstruction + 6.25 KL |", "model.sample(64)",
        ] { #expect(text.contains(words), "\(words)") }
        // Nothing that is not there, and nothing of where the images lay.
        #expect(!text.contains("latent-space.png") && !text.contains("somebody"))
        var told = ModelConfiguration()
        told.classes = [4, 7]
        #expect(try card(told).text.contains("sample(classes: [Int](repeating: 4, count: 64))"))
    }

    /// Names of data are anybody's: they are text, in Markdown and in YAML.
    @Test func namesAreText() throws {
        let name = "a\"b\\c\n---\n<script>x</script> [l](http://e) | `c` *d*: #e"
        let text = try card(name: name).text
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // The heading of YAML ends where it should, and its one line of the name is a JSON string.
        let fences = lines.indices.filter { lines[$0] == "---" }
        #expect(fences.count == 2)
        let quoted = try #require(lines[..<fences[1]].first { $0.hasPrefix("- \"a") }).dropFirst(2)
        let value = try JSONSerialization.jsonObject(with: Data(quoted.utf8), options: [.fragmentsAllowed])
        #expect(value as? String == name.escapingControlCharacters())
        let below = lines[(fences[1] + 1)...].joined(separator: "\n")
        #expect(below.contains("\\<script\\>") && !below.contains("<script>"))
        #expect(below.contains("\\[l\\](http") && !below.contains(" [l](http"))
        for row in lines where row.hasPrefix("| name") {
            #expect(row.replacing("\\|", with: "").count { $0 == "|" } == 3, "\(row)")
        }
    }

    @Test func cardsOfPeopleAreKept() throws {
        let scratch = try Scratch()
        #expect(try card().write(to: scratch.path))
        #expect(try card(files: ["samples.png"]).write(to: scratch.path))
        let path = scratch.file("README.md")
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("samples.png"))
        try scratch.write("# mine\n", to: "README.md")
        #expect(try !card().write(to: scratch.path))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "# mine\n")
    }
}
