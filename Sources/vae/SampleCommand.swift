import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAEEvaluation
import VAEFigures
import VAERun

/// `vae sample`: images that the model makes up.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Make up images: decode draws from the prior, or from a mixture fitted to what is encoded.",
        discussion: """
            Draws z from the prior and decodes it to the means of the pixels. The same seed gives the same images, and \
            the first of many are decoded from the same z as few. Where the training images are encoded is not spread as the prior is; \
            --mixture draws from there: from a mixture of Gaussians, fitted by expectation-maximisation to one z of \
            q(z|x) for each training image (60,000 at most). Of a model with a codebook codes are drawn, each given its \
            left and upper neighbour, from prior.safetensors of the run, or as its training images have them.

            EXAMPLES
              vae sample runs/mnist --out samples.png        64 images in a sheet
              vae sample runs/mnist -n 1000 --out some.npy   (1000, 28, 28), float32
              vae sample runs/mnist -n 100 --out samples/    a PNG each in a new folder
              vae sample runs/mnist --mixture --components 30 --out likely.png
              vae sample runs/mnist --best > samples.png
              vae sample runs/photos --class dog -n 8    of a conditional model
              vae sample runs/sensors -n 100 > rows.csv      rows of a table, in its units
            """)

    @OptionGroup var model: ModelOptions

    @Option(
        name: [.customShort("n"), .long], help: ArgumentHelp("How many, 1 to 1,000,000.", valueName: "n"))
    var count = 64

    @Option(help: ArgumentHelp("Names the draws.", valueName: "n"))
    var seed: UInt64 = 0

    @Flag(help: "Draw from a mixture of Gaussians fitted to the aggregate posterior, not from the prior.")
    var mixture = false

    @Option(
        help: ArgumentHelp(
            "Gaussians of the mixture, 1 to 200. (default: 10, or as many as images where there are fewer)",
            valueName: "n"))
    var components: Int?

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp(
            "Of a conditional model: draw of this class, by its label or name; may be given several times. (default: all in turn)",
            valueName: "class"))
    var classes: [String] = []

    @OptionGroup var data: DataOptions
    @OptionGroup var output: ImageOutput
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.run("vae sample", flags: Self.flags) { (console, threads) throws(VAEError) in
            try VAEError.require("--count", count, in: 1...1_000_000)
            let trained = try model.load()
            try checkMixtureFlags(of: trained)
            let destination = try output.destination(common, console, for: trained)
            try OutputCheck(run: model.run)(output.out)
            let labels =
                classes.isEmpty ? nil : try trained.labels(ofClasses: classes, data, console)
            guard !mixture || !trained.configuration.isConditional else {
                throw VAEError(
                    .invalidArgument, "--mixture",
                    "is fitted to all classes together, and this model is conditional",
                    advice: "Leave it out: draws of a class come from the prior.")
            }
            let fitted = mixture ? try fit(trained, console, threads) : nil
            console.status(force: true) { _ in "decoding" }
            let pieces =
                trained.configuration.isQuantized
                ? try codes(of: trained, console, threads)
                : try draws(of: trained, fitted, labels, threads)
            let paths = try output.write(
                pieces, to: destination, table: trained.model.standardization, of: trained, console)
            var document = WrittenImages(
                paths, trained, count: count, trained.configuration.imageShape)
            document.seed = seed
            document.mixture = fitted.map(WrittenImages.Mixture.init)
            try common.report(paths, document, to: console)
        }
    }

    /// Draws of the mixture or of the prior, by a conditional model of the classes in turn.
    private func draws(
        of trained: SavedRun, _ fitted: GaussianMixture?, _ labels: [Int]?, _ threads: Int
    ) throws(VAEError) -> ImagePieces {
        let (model, size) = (trained.model, trained.configuration.latentSize)
        let points =
            if let fitted { try fitted.sample(count, seed: seed) } else {
                try model.priorLatents(count, seed: seed)
            }
        let known = trained.configuration.isConditional ? labels ?? trained.configuration.classes : nil
        return ImagePieces(shape: trained.configuration.imageShape, count: count) {
            (range) throws(VAEError) in
            try model.decode(
                Array(points[range.lowerBound * size..<range.upperBound * size]),
                classes: known.map { known in range.map { known[$0 % known.count] } }, threads: threads)
        }
    }

    /// Draws of the prior of codes.
    private func codes(
        of trained: SavedRun, _ console: Console, _ threads: Int
    ) throws(VAEError) -> ImagePieces {
        let prior = try trained.codePrior(
            threads: threads, data: { () throws(VAEError) in try data.images(of: trained, console) })
        let codes = try prior.sample(count, seed: seed)
        let (model, size) = (trained.model, codes.height * codes.width)
        return ImagePieces(shape: trained.configuration.imageShape, count: count) {
            (range) throws(VAEError) in
            try model.decode(
                ImageCodes(
                    height: codes.height, width: codes.width,
                    numbers: Array(codes.numbers[range.lowerBound * size..<range.upperBound * size])),
                threads: threads)
        }
    }

    private func checkMixtureFlags(of trained: SavedRun) throws(VAEError) {
        if mixture {
            try trained.demandGaussian(
                "--mixture", "is made of Gaussians, and codes are numbers",
                advice: "Leave it out: codes are drawn from a prior that was fitted to the training images.")
        }
        let readsImages = mixture || !classes.isEmpty || trained.configuration.isQuantized
        guard mixture || (components == nil && (data.data == nil || readsImages)) else {
            throw VAEError(
                .invalidArgument, components == nil ? "--data" : "--components", "is of the mixture",
                expected: "--mixture beside it",
                advice: "The prior needs neither images nor a number of Gaussians.")
        }
        if let components { try VAEError.require("--components", components, in: 1...200) }
    }

    /// A mixture of where the training images are encoded.
    private func fit(
        _ trained: SavedRun, _ console: Console, _ threads: Int
    ) throws(VAEError) -> GaussianMixture {
        let all = try data.images(of: trained, console).train
        console.status(force: true) { _ in "encoding" }
        var images = all.count > Self.mostFitted ? all.slice(0..<Self.mostFitted) : all
        images = try trained.record?.training.measured(images) ?? images
        let encoding = try trained.model.encode(images, threads: threads)
        let number = components ?? min(Self.usualComponents, images.count)
        if components == nil, number < Self.usualComponents {
            console.note(
                "a mixture of \(number), not \(Self.usualComponents): there are no more training images")
        }
        console.status(force: true) { _ in "fitting" }
        return try GaussianMixture(
            fittedTo: Points(encoding.draws(), size: encoding.latentSize, name: "latents"),
            components: number, threads: threads)
    }

    /// Images that a mixture is fitted to: all of MNIST.
    private static let mostFitted = 60_000
    private static let usualComponents = 10
    private static let flags = ["scale": "--scale", "components": "--components"]
}
