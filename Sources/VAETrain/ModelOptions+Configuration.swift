import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAERun

/// The model that the flags describe.
extension ModelOptions {
    /// - Throws: `invalidArgument` when the sizes are out of range or flags exclude each other, `missingInput` or `invalidData` when the file
    ///   of --model can't be read.
    /// - Parameters:
    ///   - standard: the activation where no flag gives one
    ///   - defaults: what the data get where no flag says otherwise; nil while they aren't known
    func configuration(
        withActivation standard: HiddenActivation = .rectified, defaults: DataDefaults? = nil
    ) throws(VAEError) -> ModelConfiguration {
        var model =
            if let file { try fromFile(file) } else { try fromFlags(activation ?? standard, defaults) }
        if defaults?.kind == .table {
            if model.likelihood == .bernoulli { model.likelihood = .gaussianValue }
            let asked = likelihood ?? model.likelihood
            guard asked.isUnbounded else {
                throw VAEError(
                    .invalidArgument, "--likelihood", "is for values from 0 to 1, which a table's are not",
                    expected: Likelihood.ofTables, found: asked.rawValue,
                    advice: "Leave it out: a table gets gaussian-value.")
            }
        }
        if let activation { model.hiddenActivation = activation }
        if let likelihood { model.likelihood = likelihood }
        if let latentDim { model.latentSize = latentDim }
        if let prior { model.prior = prior }
        if let codebook = try codebook() {
            model = try quantized(model, by: codebook, isKnown: defaults != nil)
        }
        if model.isQuantized {
            model = try defaults == nil ? model.fittingCodes() : withCodes(model)
        }
        if model.layers == nil { try model.validate() }
        return model
    }

    /// The flags that leave layers to the defaults: which of them no flag says.
    var leavesFilters: Bool { file == nil && filters == nil }
    var leavesHidden: Bool { file == nil && hidden == nil }

    /// Flags that say layers, with what they say.
    private var layerFlags: [(flag: String, given: String?)] {
        [
            ("--filters", filters?.description), ("--hidden", hidden?.description),
            ("--decoder-hidden", decoderHidden?.description), ("--strides", strides?.description),
            ("--kernel-size", kernelSize?.description),
            ("--residual-blocks", residualBlocks.map(String.init)),
            ("--group-norm", groupNorm.map(String.init)), ("--upsampling", upsampling ? "" : nil),
        ]
    }

    private func fromFile(_ path: String) throws(VAEError) -> ModelConfiguration {
        if let (flag, given) = layerFlags.first(where: { $0.given != nil }) {
            throw VAEError(
                .invalidArgument, "--model", "says the layers, and \(flag) does as well",
                expected: "one of the two", found: given == "" ? flag : "\(flag) \(given ?? "")")
        }
        return try ModelConfiguration(contentsOf: path)
    }

    private func fromFlags(
        _ activation: HiddenActivation, _ defaults: DataDefaults?
    ) throws(VAEError) -> ModelConfiguration {
        var model = defaults?.model ?? ModelConfiguration()
        // Of the data, once they are read.
        model.imageShape = ModelConfiguration().imageShape
        model.hiddenActivation = activation
        if let filters {
            model.encoderFilters = filters.sizes
            model.decoderFilters = filters.sizes.reversed()
            if let defaults {
                model.encoderUnits = filters.sizes.isEmpty ? defaults.fullyConnectedHidden : defaults.hidden
            }
        }
        if let hidden { model.encoderUnits = hidden.sizes }
        if model.encoderFilters.isEmpty { model.decoderUnits = model.encoderUnits.reversed() }
        if let decoderHidden { model.decoderUnits = decoderHidden.sizes }
        let levels = model.encoderFilters.count
        if let kernelSize, kernelSize.sizes.count == 1 { model.kernelSize = kernelSize.sizes[0] }
        let kernelSizes = kernelSize.flatMap { $0.sizes.count == 1 ? nil : $0.sizes }
        for (flag, sizes) in [("--strides", strides?.sizes), ("--kernel-size", kernelSizes)] {
            guard let sizes, sizes.count != levels else { continue }
            throw VAEError(
                .invalidArgument, flag, "does not have a number for each convolution",
                expected: "\(levels) numbers, as many as --filters", found: "\(sizes.count)")
        }
        if let residualBlocks, !(0...8).contains(residualBlocks) {
            throw VAEError(
                .invalidArgument, "--residual-blocks", "is out of range", expected: "0 to 8",
                found: "\(residualBlocks)")
        }
        guard levels > 0 || kernelSize == nil else {
            throw VAEError(
                .invalidArgument, "--kernel-size", "has no convolution to be the size of",
                expected: "--filters with one number or more", found: "--filters none")
        }
        guard
            strides != nil || kernelSizes != nil || residualBlocks ?? 0 > 0 || groupNorm != nil || upsampling
        else { return model }
        guard levels > 0 else {
            throw VAEError(
                .invalidArgument, "model", "has no convolutions that flags could change",
                expected: "--filters with one number or more", found: "--filters none")
        }
        try checkLayers(of: model, strides?.sizes ?? [], kernelSizes ?? [model.kernelSize])
        return ModelConfiguration(
            layers: .init(
                filters: model.encoderFilters, strides: strides?.sizes ?? [], kernelSizes: kernelSizes ?? [],
                residualBlocks: residualBlocks ?? 0, groups: groupNorm, upsampling: upsampling,
                encoderUnits: model.encoderUnits, decoderUnits: model.decoderUnits,
                activation: activation),
            kernelSize: model.kernelSize, hiddenActivation: activation, likelihood: model.likelihood,
            latentSize: model.latentSize)
    }

    /// Checks the numbers that layers are made of, while it is known which flag said them.
    private func checkLayers(
        of model: ModelConfiguration, _ strides: [Int], _ kernelSizes: [Int]
    ) throws(VAEError) {
        for (flag, sizes, range) in [
            ("--filters", model.encoderFilters, ModelConfiguration.filterRange),
            ("--strides", strides, ModelConfiguration.strideRange),
            ("--kernel-size", kernelSizes, ModelConfiguration.kernelRange),
            ("--group-norm", groupNorm.map { [$0] } ?? [], ModelConfiguration.filterRange),
        ] {
            for size in sizes { try VAEError.require(flag, size, in: range) }
        }
        guard let groupNorm,
            let filters = model.encoderFilters.first(where: { !$0.isMultiple(of: groupNorm) })
        else { return }
        throw VAEError(
            .invalidArgument, "--group-norm",
            "can't divide the \(filters) channels of a convolution into groups",
            expected: "a number that divides all of --filters \(SizeList(model.encoderFilters))",
            found: "\(groupNorm)")
    }

    /// Each flag that was given, with what it says and what `model` has.
    /// - Parameters:
    ///   - kinds: what the data may have been taken for
    ///   - images: training images, or rows
    func givenFlags(
        beside model: ModelConfiguration, kinds: [DataDefaults.Kind], images: Int
    ) throws(VAEError) -> [(flag: String, given: String, recorded: String)] {
        let all: [(String, String?, String)] =
            [
                ("--latent-dim", latentDim.map(String.init), "\(model.latentSize)"),
                ("--activation", activation?.rawValue, model.hiddenActivation.rawValue),
                ("--likelihood", likelihood?.rawValue, model.likelihood.rawValue),
            ] + codeFlags(beside: model)
        var given = all.compactMap { flag, given, recorded in given.map { (flag, $0, recorded) } }
        let others = layerFlags.filter { $0.given != nil }
        guard file != nil || !others.isEmpty else { return given }
        // What else follows from the data is not on record, and one of few.
        let candidates = try kinds.map { (kind) throws(VAEError) in
            var asked = try configuration(
                withActivation: model.hiddenActivation,
                defaults: DataDefaults(kind, model.imageShape, images: images))
            asked.imageShape = model.imageShape
            if let codebook = model.codebook, file == nil { asked = try asked.quantized(by: codebook) }
            asked.classes = model.classes
            return asked
        }
        if let file {
            // A file says the whole model.
            given.append(("--model", file, candidates.contains(model) ? file : model.phrase))
        } else if model.layers == nil, candidates.allSatisfy({ $0.layers == nil }) {
            let recorded = [
                "--filters": SizeList(model.encoderFilters), "--hidden": SizeList(model.encoderUnits),
                "--decoder-hidden": SizeList(model.decoderUnits),
                "--kernel-size": SizeList([model.kernelSize]),
            ]
            for (flag, text) in others {
                given.append((flag, text ?? "", recorded[flag]?.description ?? text ?? ""))
            }
        } else {
            // A list is made of several flags together, which are compared by what they make.
            let text = others.map { $0.given == "" ? $0.flag : "\($0.flag) \($0.given ?? "")" }.joined(
                separator: " ")
            let isSame = candidates.contains {
                $0.layers == model.layers && $0.kernelSize == model.kernelSize
            }
            given.append(
                (
                    others.map(\.flag).joined(separator: ", "), text,
                    isSame ? text : "all flags that the layers were made of, or none: \(model.phrase)"
                ))
        }
        return given
    }
}
