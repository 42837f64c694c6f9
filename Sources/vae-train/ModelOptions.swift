import ArgumentParser
import VAE
import VAEConsole
import VAECore

/// Flags that say what is trained.
struct ModelOptions: ParsableArguments {
    @Option(help: "Dimensions of the latent space. (default: 2)")
    var latentDim: Int?

    @Option(
        help: ArgumentHelp(
            "Filters of the encoder's convolutions, which the decoder has in reverse; none makes a fully connected model. (default: 32,64)",
            valueName: "list"))
    var filters: SizeList?

    @Option(
        help: ArgumentHelp(
            "Units of the encoder's dense layers, or none. (default: 16)", valueName: "list"))
    var hidden: SizeList?

    @Option(
        help: ArgumentHelp(
            "Units of the decoder's dense layers, or none. (default: none; in a fully connected model those of --hidden in reverse)",
            valueName: "list"))
    var decoderHidden: SizeList?

    @Option(help: "What follows the sums of hidden layers: relu or tanh. (default: relu)")
    var activation: HiddenActivation?

    @Option(
        help:
            "p(x|z) of a pixel: bernoulli; or gaussian, with one variance for all pixels, which is learned. (default: bernoulli)"
    )
    var likelihood: Likelihood?

    /// - Throws: `invalidArgument` when the sizes are out of range.
    func configuration() throws(VAEError) -> ModelConfiguration {
        var model = ModelConfiguration()
        if let filters {
            model.encoderFilters = filters.sizes
            model.decoderFilters = filters.sizes.reversed()
        }
        if let hidden { model.encoderUnits = hidden.sizes }
        if model.encoderFilters.isEmpty { model.decoderUnits = model.encoderUnits.reversed() }
        if let decoderHidden { model.decoderUnits = decoderHidden.sizes }
        if let activation { model.hiddenActivation = activation }
        if let likelihood { model.likelihood = likelihood }
        if let latentDim { model.latentSize = latentDim }
        try model.validate()
        return model
    }

    /// Each flag that was given, with what it says and what `model` has.
    func givenFlags(beside model: ModelConfiguration) -> [(flag: String, given: String, recorded: String)] {
        let all: [(String, String?, String)] = [
            ("--latent-dim", latentDim.map(String.init), "\(model.latentSize)"),
            ("--filters", filters?.description, SizeList(model.encoderFilters).description),
            ("--hidden", hidden?.description, SizeList(model.encoderUnits).description),
            ("--decoder-hidden", decoderHidden?.description, SizeList(model.decoderUnits).description),
            ("--activation", activation?.rawValue, model.hiddenActivation.rawValue),
            ("--likelihood", likelihood?.rawValue, model.likelihood.rawValue),
        ]
        return all.compactMap { flag, given, recorded in given.map { (flag, $0, recorded) } }
    }
}

/// Numbers with commas between them, or "none".
struct SizeList: CheckedArgument, CustomStringConvertible {
    let sizes: [Int]

    init(_ sizes: [Int]) { self.sizes = sizes }

    init?(argument: String) {
        let parts = argument == "none" ? [] : argument.split(separator: ",", omittingEmptySubsequences: false)
        sizes = parts.compactMap { Int($0) }
        guard sizes.count == parts.count else { return nil }
    }

    static func objection(to text: String) -> String {
        "it is neither whole numbers with commas between, such as 32,64, nor none"
    }

    var description: String { sizes.isEmpty ? "none" : sizes.map(String.init).joined(separator: ",") }
}

extension HiddenActivation: ExpressibleByArgument {}
extension Likelihood: ExpressibleByArgument {}
extension Binarization: ExpressibleByArgument {}
