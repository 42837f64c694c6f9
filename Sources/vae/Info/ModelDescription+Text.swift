import Foundation
import VAE
import VAECore
import VAERun

extension ModelDescription {
    /// The description as people read it.
    var text: String {
        var lines: [(String, String)] = [
            ("model", "\(file.path), \(grouped(Double(file.bytes))) bytes"), ("", "SHA-256 \(sha256)"),
            table.map { ("table", "\(grouped(Double($0.columns.count))) columns, standardised") } ?? (
                "images",
                "\(model.imageShape.height)×\(model.imageShape.width), "
                    + (model.imageShape.channels == 1 ? "grey" : "\(model.imageShape.channels) channels")
            ),
            (
                "latent",
                (model.codebook.map { "\(model.latentSize) of \($0.size) codes of \($0.dimension) numbers" }
                    ?? "\(model.latentSize) dimension\(model.latentSize == 1 ? "" : "s")")
                    + ", \(model.likelihood.rawValue) \(table == nil ? "pixels" : "columns")"
            ),
        ]
        if model.isConditional {
            let labels = model.classes.prefix(20).map(String.init).joined(separator: ", ")
            lines.append(
                (
                    "classes",
                    "conditional on \(model.classes.count): \(labels)\(model.classes.count > 20 ? ", …" : "")"
                ))
        }
        if let table { lines.insert(contentsOf: columnLines(table), at: 3) }
        lines += layerLines
        let shapes = weights.map { $0.shape.map(String.init).joined(separator: "×") }
        let widths = (weights.map(\.name.count).max() ?? 0, shapes.map(\.count).max() ?? 0)
        for (index, weight) in weights.enumerated() {
            lines.append(
                (
                    index == 0 ? "weights" : "",
                    weight.name.padded(to: widths.0 + 2) + shapes[index].padded(to: widths.1 + 2)
                        + right(grouped(Double(weight.count)), 11)
                ))
        }
        lines.append(
            ("", "in all".padded(to: widths.0 + widths.1 + 4) + right(grouped(Double(parameters)), 11)))
        if let training { lines += self.lines(of: training) }
        if let data {
            lines += [
                (
                    "data",
                    "\(data.name): \(grouped(Double(data.trainImages))) training and "
                        + "\(grouped(Double(data.testImages))) test \(table == nil ? "images" : "rows") (\(data.source))"
                ), ("", "SHA-256 \(data.sha256)"),
            ]
        }
        for (index, environment) in ([environment].compactMap(\.self) + (resumptions ?? [])).enumerated() {
            lines += [
                (
                    index == 0 ? "begun" : "resumed",
                    "\(environment.started), vae \(environment.version), \(environment.threads) thread"
                        + (environment.threads == 1 ? "" : "s")
                ), ("", environment.processor),
                (
                    "",
                    "\(environment.blas.trimmingCharacters(in: .whitespaces)), \(environment.blasKernels) kernels"
                        + chooser(of: environment)
                ), ("", "products by \(environment.computedBy)"),
                ("", environment.command.joined(separator: " ")),
            ]
        }
        for (index, file) in (files ?? []).enumerated() {
            lines.append(
                (index == 0 ? "files" : "", right(grouped(Double(file.bytes)), 13) + "  " + file.path))
        }
        return lines.map { $0.padded(to: 10) + $1.escapingControlCharacters() + "\n" }.joined()
    }

    /// A line a column: its name, mean and scale; of many the first.
    private func columnLines(_ table: Standardization) -> [(String, String)] {
        let most = 40
        let shown = table.columns.prefix(most).map { String($0.prefix(40)) }
        let width = shown.map(\.count).max() ?? 0
        let lines = shown.enumerated().map { index, name in
            let isConstant = table.constantColumns.contains {
                $0.utf8.elementsEqual(table.columns[index].utf8)
            }
            return (
                "",
                name.padded(to: width + 2)
                    + (isConstant
                        ? String(format: "always %g in training", table.means[index])
                        : String(format: "mean %g, deviation %g", table.means[index], table.scales[index]))
            )
        }
        return lines + (table.columns.count > most ? [("", "and \(table.columns.count - most) more")] : [])
    }

    /// A line a layer: its name, what it is, its output and the operations of its product.
    private var layerLines: [(String, String)] {
        let outputs = layers.map { $0.output.map(String.init).joined(separator: "×") }
        let widths = (
            layers.map(\.name.count).max() ?? 0, layers.map(\.kind.count).max() ?? 0,
            outputs.map(\.count).max() ?? 0
        )
        return layers.enumerated().map { index, layer in
            let flop = layer.flop == 0 ? "" : String(format: "%.2f MFLOP", Double(layer.flop) / 1e6)
            return (
                index == 0 ? "layers" : "",
                layer.name.padded(to: widths.0 + 2) + layer.kind.padded(to: widths.1 + 2)
                    + outputs[index].padded(to: widths.2 + 2) + right(flop, 12)
            )
        }
    }

    private func lines(of training: Training) -> [(String, String)] {
        let configuration = training.configuration
        var lines = [
            (
                "training",
                "\(training.epochsFinished) of \(counted(configuration.epochs, "epoch")), batches of \(configuration.batchSize), "
                    + "\(configuration.weightDecay == nil ? "Adam" : "AdamW") \(configuration.learningRate), KL weight \(configuration.klWeight), seed \(configuration.seed)"
            )
        ]
        if let augmentation = configuration.augmentation {
            lines.append(("", "images augmented (\(augmentation))"))
        }
        if let binarization = configuration.binarization {
            lines.append(("", "images binarised (\(binarization.rawValue))"))
        }
        for addition in configuration.additions { lines.append(("", "\(addition.name): \(addition.value)")) }
        for (name, epoch) in [("last epoch", training.last), ("best epoch", training.best)] {
            guard let epoch else { continue }
            let parts = [("train", epoch.train), ("test", epoch.test)].compactMap { name, losses in
                losses.map { "\(name) \($0.equation)" }
            }
            lines.append(("", "\(name) \(epoch.epoch): " + parts.joined(separator: ", ") + " nats"))
        }
        return lines
    }

    /// Who chose the kernels, where it was not OpenBLAS.
    private func chooser(of environment: RunRecord.Environment) -> String {
        switch environment.blasKernelsChosenBy {
        case "program": ", chosen by vae-train"
        case "user": ", set by OPENBLAS_CORETYPE"
        default: ""
        }
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
