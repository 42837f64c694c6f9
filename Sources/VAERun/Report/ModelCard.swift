import Foundation
import VAE
import VAECore
import VAEData
import VAEReport

/// `README.md` of a run: what the model is, how good it is and how to use it, for people who get the folder. Markdown, headed by the YAML that
/// model hubs read (Hugging Face's model cards).
package struct ModelCard {
    package static let fileName = "README.md"
    /// The line by which a card is known as nobody's work: without it the file is left as it is.
    private static let mark =
        "<!-- Written by vae. It is written anew by `vae plot`, and never again once this line is gone. -->"

    private let model: VariationalAutoencoder
    private let record: RunRecord
    private let history: [EpochReport]
    private let evaluation: EvaluationRecord?
    private let name: DataName
    private let isTable: Bool
    /// Files of the folder that the card shows or names.
    private let files: Set<String>

    /// - Parameters:
    ///   - evaluation: of this very model; nil where there is none
    ///   - files: the names in the folder that the card will lie in
    package init(
        _ model: VariationalAutoencoder, _ record: RunRecord, history: [EpochReport],
        evaluation: EvaluationRecord?, classNames: [String], files: Set<String>
    ) {
        self.model = model
        self.record = record
        self.history = history
        self.evaluation = evaluation
        self.files = files
        name = DataName(record.data.name, classes: classNames)
        isTable = model.standardization != nil
    }

    /// Writes the card into a folder, whole or not at all.
    /// - Returns: false where a file of that name is there which is not such a card, and is kept.
    /// - Throws: `cannotCreate` or `inputOutput` when it can't be written.
    package func write(to folder: String) throws(VAEError) -> Bool {
        let path = RunFolder.join(folder, Self.fileName)
        if Folder.holds(Self.fileName, folder) {
            guard let bytes = try? DurableFile.read(path, limit: 1 << 20),
                String(decoding: bytes, as: UTF8.self).contains(Self.mark)
            else { return false }
        }
        try DurableFile.write(Array(text.utf8), to: path)
        return true
    }

    var text: String {
        ([frontMatter, introduction] + pictures + [numbers, use] + facts + [Self.mark])
            .joined(separator: "\n\n") + "\n"
    }

    // MARK: Parts

    private var frontMatter: String {
        var lines = ["---", "library_name: vae"]
        if !isTable { lines.append("pipeline_tag: unconditional-image-generation") }
        lines += ["tags:", "- variational-autoencoder", "- safetensors"]
        if model.configuration.isQuantized { lines.append("- vq-vae") }
        if model.configuration.isConditional { lines.append("- conditional") }
        return (lines + ["datasets:", "- \(Self.quoted(record.data.name))", "---"]).joined(separator: "\n")
    }

    private var introduction: String {
        let shape = model.configuration.imageShape
        let subject =
            isTable
            ? "rows of \(shape.count) columns"
            : "images of \(shape.height) × \(shape.width) pixels in \(shape.channels == 1 ? "grey" : shape.channels == 3 ? "colour" : "\(shape.channels) channels")"
        return """
            # A variational autoencoder of \(Self.escaped(name.title))

            It encodes \(subject), and decodes or draws new ones: \(Self.escaped(model.configuration.phrase)); \
            \(grouped(Double(record.parameters))) parameters.
            """
    }

    private var pictures: [String] {
        let shown: [(FigureName, String)] = [
            (.latentSpace, "The test set in latent space"), (.samples, "Draws from the prior"),
            (.reconstructions, "Test images, their reconstructions and the differences"),
            (.codes, "What the codes stand for"),
        ]
        return shown.compactMap { figure, words in
            let file = "\(figure.rawValue).png"
            return files.contains(file) ? "![\(words)](\(file))" : nil
        }
    }

    private var numbers: String {
        let item = isTable ? "row" : "image"
        var rows: [(String, String)] = []
        func losses(_ losses: Losses) -> String {
            String(
                format: "%.2f = %.2f reconstruction + %@%.2f KL", losses.total, losses.reconstruction,
                losses.klWeight == 1 ? "" : String(format: "%g × ", losses.klWeight), losses.kl)
        }
        if let last = history.last {
            let epochs = counted(last.epoch, "epoch")
            func row(_ set: String, _ parts: Losses) -> (String, String) {
                (
                    "\(set) loss after \(epochs)",
                    parts.isWeightedSum ? losses(parts) : String(format: "%.2f", parts.total)
                )
            }
            rows.append(row("training", last.train))
            if let test = last.test { rows.append(row("test", test)) }
        }
        if let likelihood = evaluation?.evaluation.likelihood.negativeLogLikelihood {
            rows.append(
                (
                    "−ln p(x) of test \(item)s",
                    String(format: "%.2f", likelihood.nats)
                        + (likelihood.standardError.map { String(format: " ± %.2f", $0) } ?? "")
                ))
        }
        rows.append(("objective", Self.escaped(record.training.equation(of: model.configuration))))
        let table = rows.map { "| \($0.0) | \($0.1) |" }.joined(separator: "\n")
        return "## Numbers\n\nIn nats per \(item).\n\n| | |\n|---|--:|\n\(table)"
    }

    private var use: String {
        let size = model.configuration.latentSize
        let swift =
            if model.configuration.isQuantized {
                "let codes = try model.codes(of: images)           // of an ImageSet"
            } else if let label = model.configuration.classes.first {
                "let samples = try model.sample(classes: [Int](repeating: \(label), count: 64))"
            } else {
                "let samples = try model.sample(64)               // z from the prior, decoded\nlet decoded = try model.decode([Float](repeating: 0, count: \(size)))"
            }
        var parts = [
            "## Use",
            "In Swift, with the package that it was trained by:",
            "```swift\nimport VAE\n\nlet model = try VariationalAutoencoder(contentsOf: \"model.safetensors\")\n\(swift)\n```",
            "At a shell, and in other programs:",
            "```sh\nvae sample . -n 64 --out samples.\(isTable ? "csv" : "png")\nvae export . --format onnx --out onnx/\n```",
            "In Python the weights are there as they are:",
            "```python\nfrom safetensors.numpy import load_file\n\nweights = load_file(\"model.safetensors\")\n```",
        ]
        if files.contains(RunReport.fileName) {
            parts.append(
                "In a browser: [\(RunReport.fileName)](\(RunReport.fileName)) explores the model, with encoder and decoder in the page; it also has the decoder as a NumPy program."
            )
        }
        return parts.joined(separator: "\n\n")
    }

    /// What the page says of the run, but for where its files lay: a card is made to be given away.
    private var facts: [String] {
        RunReport.facts(record).map { facts in
            let rows = facts.rows.filter { !["source", "command"].contains($0.name) }.map {
                "| \(Self.escaped($0.name)) | \(Self.escaped($0.value)) |"
            }
            return "## \(facts.title)\n\n| | |\n|---|---|\n" + rows.joined(separator: "\n")
        }
    }

    // MARK: Words

    /// Text of anybody's as Markdown shows it: no markup, no link, no cell's end.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.escapingControlCharacters().unicodeScalars {
            if "\\`*_[]<>|#!~$".unicodeScalars.contains(scalar) { result += "\\" }
            if scalar == "&" { result += "&amp;" } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    /// A YAML string in double quotes, which are JSON's.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.escapingControlCharacters().unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }
}
