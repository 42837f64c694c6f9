import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAEFigures
import VAERun

/// `vae reconstruct`: what the model makes of images.
struct ReconstructCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconstruct",
        abstract: "Encode images and decode them again.",
        discussion: """
            z is the mean of q(z|x), or the nearest codes. A PNG file shows input, reconstruction, their difference and the loss in nats of \
            each image, of the first 24 unless --select names others, 240 at most. A .npy file and a folder hold the \
            reconstructions of all images alone.

            EXAMPLES
              vae reconstruct runs/mnist --out reconstructions.png
              vae reconstruct runs/mnist --select 0-9,15 --out some.png
              vae reconstruct runs/mnist --out all.npy            the whole test set
              vae reconstruct runs/mnist drawings/ --fit pad --invert --out mine.png
              vae reconstruct runs/sensors new.csv > expected.csv   a table, in its units
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var images: ImageOptions
    @OptionGroup var output: ImageOutput
    @OptionGroup var common: CommonOptions

    /// Images in a picture unless others are named, and in one of its rows.
    private static let (shown, perRow, most) = (24, 12, 240)

    func run() throws {
        try common.run("vae reconstruct", flags: ["scale": "--scale"]) {
            (console, threads) throws(VAEError) in
            let trained = try model.load()
            let destination = try output.destination(common, console, for: trained)
            try OutputCheck(run: model.run, inputs: images.files)(output.out)
            let isPicture = destination.isPicture
            let input = try images.read(for: trained, console).limited(
                to: isPicture && images.select == nil ? Self.shown : nil)
            guard !isPicture || input.images.count <= Self.most else {
                throw VAEError(
                    .invalidArgument, "--select", "names more images than fit a picture",
                    expected: "1 to \(Self.most)", found: "\(input.images.count)",
                    advice: "Select fewer, or write a .npy file or a folder.")
            }
            try trained.demandMemory(images: input.images.count)
            console.status(force: true) { _ in "reconstructing" }
            let shape = trained.configuration.imageShape
            let made = try Finiteness.images(shape, trained.model.reconstruct(input.images, threads: threads))
            let losses = try trained.model.losses(of: input.images, sampling: false, threads: threads)
            let paths = try output.write(
                made, to: destination, table: trained.model.standardization,
                picture: { () throws(VAEError) in
                    try picture(input, made, losses, trained.configuration).png(
                        scale: Double(output.scale ?? 2))
                }, console)
            var document = WrittenImages(paths, trained, made)
            document.images = (0..<made.count).map { at in
                WrittenImages.Image(
                    image: input.name(at), label: input.labels?[at],
                    reconstruction: losses.reconstruction[at].finite, kl: losses.kl[at].finite)
            }
            try common.report(paths, document, to: console)
        }
    }

    private func picture(
        _ input: ImageOptions.Input, _ made: FloatImages, _ losses: ImageLosses, _ model: ModelConfiguration
    ) throws(VAEError) -> ReconstructionGrid {
        let count = input.images.count
        let bands = stride(from: 0, to: count, by: Self.perRow).map { start in
            [ReconstructionGrid.Group("", count: min(Self.perRow, count - start))]
        }
        return try ReconstructionGrid(
            inputs: FloatImages(input.images, at: 0..<count), reconstructions: made,
            losses: zip(losses.reconstruction, losses.kl).map { Double(model.isQuantized ? $0 : $0 + $1) },
            bands: bands,
            title: input.dataset == nil
                ? "Images and their reconstructions" : "Test images and their reconstructions",
            subtitle: model.isQuantized
                ? "z is the nearest codes; below, −ln p(x|z) in nats"
                : "z is the mean of q(z|x); below, reconstruction + KL in nats")
    }
}
