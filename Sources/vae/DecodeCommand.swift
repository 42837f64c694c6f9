import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAEData
import VAEFigures
import VAERun

/// `vae decode`: images of points in latent space.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Decode points of latent space to images.",
        discussion: """
            Points are numbers with commas between them, a .npy file of shape (n, dimensions), or a table such as \
            vae encode writes, of which the columns z1, z2, … are read; - is standard input. What comes out \
            are the means of the pixels; of a table those of its columns, in their units. Of a model with a codebook a point is \
            the numbers of an image's codes, from 0.

            EXAMPLES
              vae decode runs/mnist --z 0.5,-1 --out digit.png
              vae decode runs/mnist --z 0,0 --z 1,1 --out two.png
              vae decode runs/mnist --z z.npy --out images.npy   (n, 28, 28), float32
              vae encode runs/mnist --select 0-63 | vae decode runs/mnist --z - > sheet.png
            """)

    @OptionGroup var model: ModelOptions

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A point, or a file of points; may be given several times.", valueName: "z"))
    var z: [String]

    @Option(
        name: .customLong("class"),
        help: ArgumentHelp(
            "Of a conditional model: the label of the class that is drawn.", valueName: "label"))
    var label: Int?

    @OptionGroup var output: ImageOutput
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.run("vae decode", flags: ["scale": "--scale"]) { (console, threads) throws(VAEError) in
            let trained = try model.load()
            let destination = try output.destination(common, console, for: trained)
            try OutputCheck(run: model.run, inputs: z)(output.out)
            let size = trained.configuration.latentSize
            var latents: [Float] = []
            for text in z { latents += try Latents.read(text, size: size) }
            try trained.demandMemory(images: latents.count / size)
            console.status(force: true) { _ in "decoding" }
            let images = try Finiteness.images(
                trained.configuration.imageShape,
                trained.configuration.isQuantized
                    ? decode(codes: latents, of: trained, threads)
                    : trained.model.decode(
                        latents, classes: label.map { [Int](repeating: $0, count: latents.count / size) },
                        threads: threads))
            let paths = try output.write(
                images, to: destination, table: trained.model.standardization, console)
            try common.report(paths, WrittenImages(paths, trained, images), to: console)
        }
    }

    /// The images of codes by their numbers.
    private func decode(
        codes numbers: [Float], of trained: SavedRun, _ threads: Int
    ) throws(VAEError) -> [Float] {
        guard label == nil else {
            throw VAEError(
                .invalidArgument, "--class", "is for conditional models, and this one knows of no classes",
                advice: "Leave it out.")
        }
        let size = trained.configuration.codebook?.size ?? 0
        if let other = numbers.first(where: { UInt16(exactly: $0).map { Int($0) >= size } ?? true }) {
            throw VAEError(
                .invalidArgument, "--z", "has a number that is none of the codes",
                expected: "whole numbers from 0 to \(size - 1)", found: "\(other)")
        }
        let grid = trained.model.codeGrid ?? (1, trained.configuration.latentSize)
        return try trained.model.decode(
            ImageCodes(height: grid.height, width: grid.width, numbers: numbers.map { UInt16($0) }),
            threads: threads)
    }
}

/// Points of latent space as flags give them.
enum Latents {
    /// The points that a flag's value says or names.
    /// - Returns: (n, size)
    static func read(_ text: String, size: Int) throws(VAEError) -> [Float] {
        if let point = try point(text, size: size) { return point }
        guard text == "-" else { return try LatentTable.read(text, latentSize: size) }
        return try LatentTable.points(
            in: StandardInput.read(limit: LatentTable.longestFile), from: "standard input", latentSize: size)
    }

    /// The point of a list of numbers; nil for what is no such list.
    static func point(_ text: String, size: Int) throws(VAEError) -> [Float]? {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Float($0) }
        guard numbers.count == parts.count else { return nil }
        let unsound = zip(parts, numbers).first { !$1.isFinite }?.0
        guard numbers.count == size, unsound == nil else {
            throw VAEError(
                .invalidArgument, "point \(text)", "is not one of this model's latent space",
                expected: "\(size) finite number\(size == 1 ? "" : "s")",
                found: unsound.map { "\($0), which is not finite in single precision" } ?? "\(numbers.count)")
        }
        return numbers
    }
}
