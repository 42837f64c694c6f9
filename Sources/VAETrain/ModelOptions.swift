import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAERun

/// Flags that say what is trained.
struct ModelOptions: ParsableArguments {
    @Option(
        help:
            "Dimensions of the latent space. (default: 2; of pictures 32, of a table a third of its columns)")
    var latentDim: Int?

    @Option(
        help: ArgumentHelp(
            "Filters of the encoder's convolutions, which the decoder has in reverse; none makes a fully connected model. (default: 32,64; of pictures one for each halving of their size, of a table none)",
            valueName: "list"))
    var filters: SizeList?

    @Option(
        help: ArgumentHelp(
            "Units of the encoder's dense layers, or none. (default: 16; of pictures none, of a table as many as its columns ask for)",
            valueName: "list"))
    var hidden: SizeList?

    @Option(
        help: ArgumentHelp(
            "Units of the decoder's dense layers, or none. (default: none; in a fully connected model those of --hidden in reverse)",
            valueName: "list"))
    var decoderHidden: SizeList?

    @Option(
        help: ArgumentHelp(
            "Strides of the encoder's convolutions, which the decoder undoes; each 1 or more. (default: 2 each)",
            valueName: "list"))
    var strides: SizeList?

    @Option(
        help: ArgumentHelp(
            "Height and width of kernels: one number for all, or one for each of --filters. (default: 3)",
            valueName: "list"))
    var kernelSize: SizeList?

    @Option(
        help: ArgumentHelp(
            "Residual blocks of two convolutions after each of --filters, on both sides. (default: 0)",
            valueName: "number"))
    var residualBlocks: Int?

    @Option(
        help: ArgumentHelp(
            "Group normalisation after every convolution, with so many groups of channels. (default: none)",
            valueName: "groups"))
    var groupNorm: Int?

    @Flag(help: "Upsample and convolve in the decoder, in place of transposed convolutions.")
    var upsampling = false

    @Option(
        name: .customLong("model"),
        help: ArgumentHelp(
            "A JSON file with the model's layers, in place of the flags that list them: see Documentation/Models.md. Height, width and channels of the images are those of the data, whatever it says.",
            valueName: "file"))
    var file: String?

    @Option(
        help: "What follows the sums of hidden layers: relu, leaky-relu, tanh, silu or none. (default: relu)")
    var activation: HiddenActivation?

    @Option(
        help:
            "p(x|z) of a pixel: bernoulli; gaussian, with one variance for all pixels, the mean squared error; gaussian-channel or gaussian-value, with one for each channel or each value; continuous-bernoulli, a density of values from 0 to 1; laplace, of absolute errors; student-t, with a scale for each value, for tables with outliers; logistic-mixture, a probability of each level of 8-bit images. (default: bernoulli; of pictures gaussian-channel, of a table gaussian-value)"
    )
    var likelihood: Likelihood?

    @Option(
        help: ArgumentHelp(
            "p(z): standard, N(0, I); mixture:K, of K Gaussians that are trained with the model (10 where K is left out); vamp:K, of q(z|u) over K images u that are trained (50). (default: standard)",
            valueName: "prior"))
    var prior: Prior?

    @Flag(
        help:
            "Tell encoder and decoder the class of every image: z is left with what classes do not say, and vae sample draws of a class. The data needs labels."
    )
    var conditional = false

    @Option(
        help: ArgumentHelp(
            "Make z of codes, K of them, in place of Gaussian latents: a vector-quantised autoencoder. Each position of the encoder's last feature maps, or without --filters of --latent-dim (then 16), gets the nearest code. See Documentation/DiscreteCodes.md.",
            valueName: "k"))
    var codes: Int?

    @Option(help: ArgumentHelp("Numbers of a code. (default: 32)", valueName: "d"))
    var codeSize: Int?

    @Option(
        help: ArgumentHelp(
            "The share of the running means of codes that a step leaves. (default: 0.99)", valueName: "decay")
    )
    var codeDecay: Double?

    @Option(
        help: ArgumentHelp(
            "The weight of the distances between the encoder's vectors and their codes. (default: 0.25)",
            valueName: "beta"))
    var commitment: Double?
}

extension HiddenActivation: ExpressibleByArgument {}
extension Likelihood: ExpressibleByArgument {
    /// The ones that a table can have, in words.
    static let ofTables = allCases.filter(\.isUnbounded).map(\.rawValue).joined(separator: ", ")
}
extension Binarization: ExpressibleByArgument {}
