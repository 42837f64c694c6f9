import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAEData
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
            A conditional model decodes the line as --class, else as the class of the test images at its ends; between images of \
            two classes what it is told goes from one to the other along with z.
            Of a model with a codebook the line goes between what the encoder makes of two test images before it is rounded \
            to codes, and each point of it is decoded from its nearest codes.

            EXAMPLES
              vae interpolate runs/mnist --from 3 --to 17 --out line.png
              vae interpolate runs/mnist --from -2,0 --to 2,0 --steps 30 --out line.npy
              vae interpolate runs/mnist --from 3 --to 0,0 --steps 60 --out frames/
              vae interpolate runs/told --from 3 --to 17 --class 8 --out line.png
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

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp(
            "Of a conditional model: decode as this class, by its label or name. (default: that of the images)",
            valueName: "class"))
    var named: String?

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
            if trained.configuration.isQuantized {
                return try interpolateCodes(of: trained, to: destination, console, threads)
            }
            let label = try named.map { name throws(VAEError) in
                try trained.labels(ofClasses: [name], data, console)[0]
            }
            let ends = try ends(trained, console, threads)
            func between(_ from: [Float], _ to: [Float]) -> [[Float]] {
                (0..<steps).map { step in
                    let share = Float(step) / Float(steps - 1)
                    return zip(from, to).map { (1 - share) * $0 + share * $1 }
                }
            }
            let latents = between(ends[0].z, ends[1].z)
            let told = try told(label, ends, trained).map(between) ?? []
            try trained.demandMemory(images: steps)
            console.status(force: true) { _ in "decoding" }
            let images = try Finiteness.images(
                trained.configuration.imageShape,
                trained.model.decode(
                    latents.flatMap { $0 }, classRows: told.flatMap { $0 }, threads: threads))
            let paths = try output.write(
                images, to: destination, columns: steps <= 64 ? steps : nil,
                table: trained.model.standardization, console)
            var document = WrittenImages(paths, trained, images)
            document.latents = latents
            try common.report(paths, document, to: console)
        }
    }

    /// An end of the line, and the label of the test image that it is.
    private struct End {
        var z: [Float]
        var label: Int?
    }

    /// What a conditional model is told at both ends, a row for each class; nil for a model that knows of none.
    /// - Throws: `invalidArgument` where nothing says a class.
    private func told(
        _ label: Int?, _ ends: [End], _ trained: SavedRun
    ) throws(VAEError) -> ([Float], [Float])? {
        guard trained.configuration.isConditional else { return nil }
        // A point is of the class of the image at the other end.
        let labels = [label ?? ends[0].label ?? ends[1].label, label ?? ends[1].label ?? ends[0].label]
        guard let from = labels[0], let to = labels[1] else {
            throw VAEError(
                .invalidArgument, model.run, "is a conditional model, and points have no class",
                expected: "--class, or an end that is a test image",
                advice: "Say what the line is decoded as: --class \(trained.configuration.classes[0]).")
        }
        return (
            try trained.model.classRows([from], count: 1), try trained.model.classRows([to], count: 1)
        )
    }

    private func ends(
        _ trained: SavedRun, _ console: Console, _ threads: Int
    ) throws(VAEError) -> [End] {
        let size = trained.configuration.latentSize
        var points: [End] = []
        var indices: [(flag: String, index: Int, place: Int)] = []
        for (flag, text) in [("--from", from), ("--to", to)] {
            if let index = Int(text) {
                indices.append((flag, index, points.count))
                points.append(End(z: []))
            } else if let point = try Latents.point(text, size: size) {
                points.append(End(z: point))
            } else {
                throw VAEError(
                    .invalidArgument, flag, "is neither an image nor a point",
                    expected: "the number of a test image, or \(size) numbers with commas between",
                    found: text)
            }
        }
        guard !indices.isEmpty else {
            guard data.data == nil || named != nil else {
                throw VAEError(
                    .invalidArgument, "--data", "is for ends that are test images",
                    advice: "Leave it out, or name an image by its number.")
            }
            return points
        }
        let tested = try data.images(of: trained, console).asTested(by: trained.record?.training)
        let test = try Self.demand(indices.map { ($0.flag, $0.index) }, of: tested)
        let encoding = try trained.model.encode(
            test.selecting(indices.map(\.index)), threads: threads)
        try Finiteness.demand(encoding.mean, each: size) { "test image \(indices[$0].index)" }
        for (place, entry) in indices.enumerated() {
            points[entry.place] = End(
                z: Array(encoding.mean[place * size..<(place + 1) * size]), label: test.labels?[entry.index])
        }
        return points
    }

    /// - Returns: the test images
    /// - Throws: `missingInput` where there are none, `invalidArgument` for a number that none has.
    static func demand(
        _ indices: [(flag: String, index: Int)], of tested: Dataset
    ) throws(VAEError) -> ImageSet {
        guard let test = tested.test else {
            throw VAEError(.missingInput, "the run", "has no test images")
        }
        for (flag, index) in indices where !(0..<test.count).contains(index) {
            throw VAEError(
                .invalidArgument, flag, "is no test image", expected: "0 to \(test.count - 1)",
                found: "\(index)")
        }
        return test
    }
}
