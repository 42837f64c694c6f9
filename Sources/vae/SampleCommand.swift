import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAEFigures
import VAERun

/// `vae sample`: images that the model makes up.
struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Make up images: decode draws from the prior.",
        discussion: """
            Draws z from N(0, I) and decodes it to the means of the pixels. The same seed gives the same images, and \
            the first of many are the same as of few.

            EXAMPLES
              vae sample runs/mnist --out samples.png            64 images in a sheet
              vae sample runs/mnist -n 1000 --seed 7 --out samples.npy      (1000, 28, 28), float32 in [0, 1]
              vae sample runs/mnist -n 100 --out samples/        a PNG each in a new folder
              vae sample runs/mnist --best > samples.png
            """)

    @OptionGroup var model: ModelOptions

    @Option(
        name: [.customShort("n"), .long], help: ArgumentHelp("How many, 1 to 1,000,000.", valueName: "n"))
    var count = 64

    @Option(help: ArgumentHelp("Names the draws.", valueName: "n"))
    var seed: UInt64 = 0

    @OptionGroup var output: ImageOutput
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.run("vae sample", flags: Self.flags) { (console, threads) throws(VAEError) in
            let destination = try output.destination(common, console)
            guard (1...1_000_000).contains(count) else {
                throw VAEError(
                    .invalidArgument, "--count", "is out of range", expected: "1 to 1000000",
                    found: "\(count)")
            }
            let trained = try model.load()
            try trained.demandMemory(images: count)
            console.status(force: true) { _ in "decoding" }
            let images = try FloatImages(
                shape: trained.configuration.imageShape,
                values: trained.model.sample(count, seed: seed, threads: threads))
            let paths = try output.write(images, to: destination, console)
            var document = WrittenImages(paths, model: trained.path, images)
            document.seed = seed
            try common.report(paths, document, to: console)
        }
    }

    private static let flags = ["scale": "--scale"]
}

extension TrainedModel {
    /// Refuses to decode more images than memory holds: their values, and a copy or two of them on the way to a file.
    func demandMemory(images: Int) throws(VAEError) {
        let bytes = images * configuration.imageShape.count * MemoryLayout<Float>.stride * 4
        // Asking costs a few files read, which little memory is not worth.
        guard bytes > 256 << 20 else { return }
        let available = Machine.availableMemory
        guard bytes <= available else {
            throw VAEError(
                .unavailable, "memory", "is not enough for so many images", expected: "\(bytes >> 20) MiB",
                found: "\(available >> 20) MiB", advice: "Make fewer at a time.")
        }
    }
}
