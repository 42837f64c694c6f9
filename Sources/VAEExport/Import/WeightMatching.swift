import Kernels
import VAE
import VAECore

/// A tensor that a model takes, in the layout of a file.
struct WantedTensor {
    /// The model's name of it.
    let own: String
    /// The name that an export gives it.
    let name: String
    let shape: [Int]
    /// The order of its numbers in the file; nil for the model's own.
    let rearrangement: Rearrangement?
    /// Whether other programs have it: those that belong to p(x|z) or count codes are this engine's own.
    let isOfLayer: Bool

    /// - Throws: `invalidArgument` for a layer that has no counterpart in the layout.
    static func all(of topology: Topology, _ layout: WeightLayout) throws(VAEError) -> [WantedTensor] {
        let rearranged = layout == .pytorch ? try PyTorchLayout(topology).tensors : []
        return topology.plan.layout.entries.enumerated().map { index, entry in
            let other = layout == .pytorch ? rearranged[index] : nil
            let isOwn =
                topology.likelihoodParameters.contains(entry.range.lowerBound)
                || topology.quantisation != nil && entry.name.hasSuffix(".counts")
            return WantedTensor(
                own: entry.name, name: other?.name ?? entry.name, shape: other?.shape ?? entry.shape,
                rearrangement: other, isOfLayer: !isOwn)
        }
    }
}

/// Which array of a file is which tensor of a model.
struct WeightMatching {
    let file: WeightFile
    let names: [String: String]

    /// - Returns: an array for each tensor, nil for one that the file need not have
    /// - Throws: `invalidData` for a tensor that is missing, unexpected or of another shape; `invalidArgument` for a name that is no weight's, or
    ///   given to two.
    func match(_ wanted: inout [WantedTensor], _ notes: inout [String]) throws(VAEError) -> [WeightFile
        .Array?]
    {
        let isNamed = !names.isEmpty || holdsNames(of: wanted)
        guard isNamed || file.isOrdered else {
            throw VAEError(
                .invalidData, file.path, "has none of the names that an export gives tensors",
                expected: wanted.first.map { WeightFile.quoted($0.name) + " and so on" },
                found: list(file.arrays.map(\.name)),
                advice: "Say which tensor is which (--names), or save them in an .npz in the order of layers."
            )
        }
        let matched = isNamed ? try byName(wanted) : try byOrder(wanted)
        let absent = zip(wanted, matched).filter { $1 == nil }.map { $0.0.own }
        if !isNamed {
            notes.append("Arrays have other names than exports have, and were taken in their order.")
        }
        if !absent.isEmpty {
            notes.append(
                "Not in the file, and as before the first step of a training: \(absent.joined(separator: ", "))."
            )
        }
        return matched
    }

    private func holdsNames(of wanted: [WantedTensor]) -> Bool {
        let known = Set(wanted.map(\.name))
        return file.arrays.contains { known.contains($0.name) }
    }

    private func byName(_ wanted: [WantedTensor]) throws(VAEError) -> [WeightFile.Array?] {
        let own = Set(wanted.map(\.own))
        if let unknown = names.keys.sorted().first(where: { !own.contains($0) }) {
            throw VAEError(
                .invalidArgument, "names", "have a weight that the model does not have",
                expected: list(wanted.map(\.own)), found: WeightFile.quoted(unknown))
        }
        let arrays = Dictionary(file.arrays.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var taken: [String: String] = [:]
        var matched: [WeightFile.Array?] = []
        for tensor in wanted {
            let name = names[tensor.own] ?? tensor.name
            guard let array = arrays[name] else {
                // An export has them all; what another program wrote has none of them.
                if !tensor.isOfLayer, !names.isEmpty {
                    matched.append(nil)
                    continue
                }
                throw VAEError(
                    .invalidData, file.path, "lacks the tensor \(WeightFile.quoted(name))",
                    expected: "shape \(tensor.shape)\(name == tensor.own ? "" : ", for \(tensor.own)")",
                    found: list(file.arrays.map(\.name)))
            }
            if let other = taken.updateValue(tensor.own, forKey: name) {
                throw VAEError(
                    .invalidArgument, "names", "give the tensor \(WeightFile.quoted(name)) to two weights",
                    found: "\(other) and \(tensor.own)")
            }
            try demand(array, tensor)
            matched.append(array)
        }
        if let unexpected = file.arrays.first(where: { taken[$0.name] == nil }) {
            throw VAEError(
                .invalidData, file.path,
                "has a tensor that the model does not: \(WeightFile.quoted(unexpected.name))",
                expected: "\(taken.count) tensors",
                found: "\(file.arrays.count), this one of \(unexpected.shape)",
                advice: "Check that the file is of this model, or write it without that tensor.")
        }
        return matched
    }

    private func byOrder(_ wanted: [WantedTensor]) throws(VAEError) -> [WeightFile.Array?] {
        let required = wanted.count(where: \.isOfLayer)
        let takesAll = file.arrays.count == wanted.count
        guard takesAll || file.arrays.count == required else {
            throw VAEError(
                .invalidData, file.path, "has another number of arrays than the model has weights",
                expected: "\(required): \(list(wanted.filter(\.isOfLayer).map(\.own)))",
                found: "\(file.arrays.count): \(list(file.arrays.map(\.name)))",
                advice: "Save encoder.get_weights() and decoder.get_weights() of this very model.")
        }
        var rest = file.arrays[...]
        var matched: [WeightFile.Array?] = []
        for tensor in wanted {
            guard takesAll || tensor.isOfLayer, let array = rest.popFirst() else {
                matched.append(nil)
                continue
            }
            try demand(array, tensor)
            matched.append(array)
        }
        return matched
    }

    private func demand(_ array: WeightFile.Array, _ tensor: WantedTensor) throws(VAEError) {
        guard array.shape != tensor.shape else { return }
        throw VAEError(
            .invalidData, "\(file.path), \(WeightFile.quoted(array.name))",
            "has another shape than \(tensor.own)", expected: "\(tensor.shape)", found: "\(array.shape)",
            advice: "Check the layout, the order of the arrays, and that the model is this one.")
    }

    private func list(_ names: [String]) -> String {
        let shown = names.prefix(6).map { WeightFile.quoted($0) }.joined(separator: ", ")
        return names.count > 6 ? "\(shown) and \(names.count - 6) more" : shown.isEmpty ? "nothing" : shown
    }
}
