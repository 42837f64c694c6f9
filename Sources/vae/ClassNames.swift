import VAE
import VAEConsole
import VAECore
import VAERun

extension SavedRun {
    /// The labels of a conditional model's classes that `--class` names, by their labels, or by names where the run's images can be found.
    /// - Throws: `invalidArgument` for a model that knows of no classes, and for what is none of its classes.
    func labels(
        ofClasses texts: [String], _ data: DataOptions, _ console: Console
    ) throws(VAEError) -> [Int] {
        guard configuration.isConditional else {
            throw VAEError(
                .invalidArgument, "--class", "is for conditional models, and this one knows of no classes",
                advice: "Train one: vae-train --conditional.")
        }
        let known = configuration.classes
        var names: [String]?
        var labels: [Int] = []
        for text in texts {
            if let label = Int(text), known.contains(label) {
                labels.append(label)
                continue
            }
            // Names lie with the images.
            if names == nil { names = try? data.images(of: self, console).classNames }
            guard let label = names?.firstIndex(of: text), known.contains(label) else {
                let found = known.map { label in
                    names.flatMap { $0.indices.contains(label) ? $0[label] : nil } ?? "\(label)"
                }
                throw VAEError(
                    .invalidArgument, "--class", "names no class of the model",
                    expected: found.prefix(20).joined(separator: ", ") + (found.count > 20 ? ", …" : ""),
                    found: text)
            }
            labels.append(label)
        }
        return labels
    }
}
