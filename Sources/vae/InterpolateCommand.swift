import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAEFigures
import VAERun

/// `vae interpolate`: images along a line in latent space.
struct InterpolateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interpolate",
        abstract: "Decode a straight line between two points of latent space.",
        discussion: """
            The ends are test images by their number from 0, of which the means of q(z|x) are taken, or points: \
            numbers with a comma between them (of one dimension, with a point in them: 1.0). Both ends are decoded, too.

            EXAMPLES
              vae interpolate runs/mnist --from 3 --to 17 --out line.png
              vae interpolate runs/mnist --from -2,0 --to 2,0 --steps 30 --out line.npy
              vae interpolate runs/mnist --from 3 --to 0,0 --steps 60 --out frames/
              vae interpolate runs/sensors --from 3 --to 17 > line.csv
            """)

    @OptionGroup var model: ModelOptions

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Where the line begins.", valueName: "image|z"))
    var from: String

    @Option(parsing: .unconditional, help: ArgumentHelp("Where it ends.", valueName: "image|z"))
    var to: String

    @Option(help: ArgumentHelp("Points of the line, its ends included, 2 to 10,000.", valueName: "n"))
    var steps = 11

    @OptionGroup var data: DataOptions
    @OptionGroup var output: ImageOutput
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.run("vae interpolate", flags: ["scale": "--scale"]) {
            (console, threads) throws(VAEError) in
            let trained = try model.load()
            let destination = try output.destination(common, console, for: trained)
            try OutputCheck(run: model.run)(output.out)
            try VAEError.require("--steps", steps, in: 2...10_000)
            try trained.demandGaussian(
                model.run, "has codes, and there is nothing between two of them",
                advice: "vae encode and vae decode show and take an image's codes; vae sample draws new ones."
            )
            guard !trained.configuration.isConditional else {
                throw VAEError(
                    .invalidArgument, model.run,
                    "is a conditional model, and a line in latent space has no class",
                    advice:
                        "vae plot RUN interpolations draws lines between classes, vae decode RUN --class points of one."
                )
            }
            let ends = try ends(trained, console, threads)
            let latents = (0..<steps).map { step in
                let share = Float(step) / Float(steps - 1)
                return zip(ends.0, ends.1).map { (1 - share) * $0 + share * $1 }
            }
            try trained.demandMemory(images: steps)
            console.status(force: true) { _ in "decoding" }
            let images = try Finiteness.images(
                trained.configuration.imageShape,
                trained.model.decode(latents.flatMap { $0 }, threads: threads))
            let paths = try output.write(
                images, to: destination, columns: steps <= 64 ? steps : nil,
                table: trained.model.standardization, console)
            var document = WrittenImages(paths, trained, images)
            document.latents = latents
            try common.report(paths, document, to: console)
        }
    }

    private func ends(
        _ trained: SavedRun, _ console: Console, _ threads: Int
    ) throws(VAEError) -> ([Float], [Float]) {
        let size = trained.configuration.latentSize
        var points: [[Float]] = []
        var indices: [(flag: String, index: Int, place: Int)] = []
        for (flag, text) in [("--from", from), ("--to", to)] {
            if let index = Int(text) {
                indices.append((flag, index, points.count))
                points.append([])
            } else if let point = try Latents.point(text, size: size) {
                points.append(point)
            } else {
                throw VAEError(
                    .invalidArgument, flag, "is neither an image nor a point",
                    expected: "the number of a test image, or \(size) numbers with commas between",
                    found: text)
            }
        }
        guard !indices.isEmpty else {
            guard data.data == nil else {
                throw VAEError(
                    .invalidArgument, "--data", "is for ends that are test images",
                    advice: "Leave it out, or name an image by its number.")
            }
            return (points[0], points[1])
        }
        let tested = try data.images(of: trained, console).asTested(by: trained.record?.training)
        guard let test = tested.test else {
            throw VAEError(.missingInput, "the run", "has no test images")
        }
        for (flag, index, _) in indices where !(0..<test.count).contains(index) {
            throw VAEError(
                .invalidArgument, flag, "is no test image", expected: "0 to \(test.count - 1)",
                found: "\(index)")
        }
        let encoding = try trained.model.encode(
            test.selecting(indices.map(\.index)), threads: threads)
        try Finiteness.demand(encoding.mean, each: size) { "test image \(indices[$0].index)" }
        for (place, entry) in indices.enumerated() {
            points[entry.place] = Array(encoding.mean[place * size..<(place + 1) * size])
        }
        return (points[0], points[1])
    }
}
