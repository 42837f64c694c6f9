import VAE
import VAEConsole
import VAECore

extension ModelOptions {
    /// The codebook that flags say; nil where none does.
    /// - Throws: `invalidArgument` for a number of a codebook without --codes, or one out of its range.
    func codebook() throws(VAEError) -> Codebook? {
        guard let codes else {
            for (flag, isGiven) in [
                ("--code-size", codeSize != nil), ("--code-decay", codeDecay != nil),
                ("--commitment", commitment != nil),
            ] where isGiven {
                throw VAEError(
                    .invalidArgument, flag, "is of a codebook, and there is none",
                    expected: "--codes beside it", advice: "Say how many codes there are, or leave it out.")
            }
            return nil
        }
        guard file == nil else {
            throw VAEError(
                .invalidArgument, "--codes", "is of the flags that list layers, and --model says them",
                expected: "one of the two", found: "both",
                advice: "Write \"codebook\": {\"size\": \(codes)} into the file.")
        }
        var codebook = Codebook(size: codes)
        if let codeSize { codebook.dimension = codeSize }
        if let codeDecay { codebook.decay = codeDecay }
        if let commitment { codebook.commitment = commitment }
        return codebook
    }

    /// A model of flags with codes, without what does not go with them.
    /// - Parameter isKnown: whether the data are; before that a model has filters which a table would not get
    func quantized(
        _ model: ModelConfiguration, by codebook: Codebook, isKnown: Bool
    ) throws(VAEError) -> ModelConfiguration {
        var model = model
        let isGrid = model.layers != nil || !model.encoderFilters.isEmpty
        if isGrid {
            for (flag, sizes) in [("--hidden", hidden?.sizes), ("--decoder-hidden", decoderHidden?.sizes)]
            where isKnown {
                guard let sizes, !sizes.isEmpty else { continue }
                throw VAEError(
                    .invalidArgument, flag,
                    "stands between feature maps and codes, which have a place in the picture",
                    expected: "none beside --codes and --filters", found: "\(SizeList(sizes))")
            }
        } else if latentDim == nil {
            model.latentSize = Self.usualPositions
        }
        guard !conditional else {
            throw VAEError(
                .invalidArgument, "--conditional", "can't be combined with --codes: codes know of no classes",
                expected: "one of the two", found: "both")
        }
        return try model.quantized(by: codebook)
    }

    /// A model with codes for its images' shape: as many positions as its last feature maps have.
    func withCodes(_ model: ModelConfiguration) throws(VAEError) -> ModelConfiguration {
        try model.checkSizes()
        guard let grid = try model.codeGrid else { return model }
        guard latentDim == nil else {
            throw VAEError(
                .invalidArgument, "--latent-dim",
                "is the number of codes of an image, which follows from the feature maps",
                expected: "nothing, for \(grid.height)×\(grid.width) codes", found: "\(latentDim ?? 0)",
                advice: "Leave it out; with --filters none it says how many codes there are.")
        }
        return try model.fittingCodes()
    }

    /// Each flag about codes, with what it says and what `model` has.
    func codeFlags(beside model: ModelConfiguration) -> [(String, String?, String)] {
        func recorded(_ value: (Codebook) -> String) -> String { model.codebook.map(value) ?? "none" }
        return [
            ("--codes", codes.map(String.init), recorded { "\($0.size)" }),
            ("--code-size", codeSize.map(String.init), recorded { "\($0.dimension)" }),
            ("--code-decay", codeDecay.map { "\($0)" }, recorded { "\($0.decay)" }),
            ("--commitment", commitment.map { "\($0)" }, recorded { "\($0.commitment)" }),
        ]
    }

    /// Codes of a row without feature maps, unless --latent-dim says how many.
    private static let usualPositions = 16
}
