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
            if trained.configuration.isQuantized { try checkCodes(latents, of: trained) }
            console.status(force: true) { _ in "decoding" }
            let (shape, points) = (trained.configuration.imageShape, latents)
            let pieces = ImagePieces(shape: shape, count: latents.count / size) { (range) throws(VAEError) in
                let some = Array(points[range.lowerBound * size..<range.upperBound * size])
                return trained.configuration.isQuantized
                    ? try decode(codes: some, of: trained, threads)
                    : try trained.model.decode(
                        some, classes: label.map { [Int](repeating: $0, count: range.count) },
                        threads: threads)
            }
            let paths = try output.write(
                pieces, to: destination, table: trained.model.standardization, of: trained, console)
            try common.report(
                paths, WrittenImages(paths, trained, count: pieces.count, shape), to: console)
        }
    }

    /// - Throws: `invalidArgument` where numbers are none of the model's codes, or a class is given.
    private func checkCodes(_ numbers: [Float], of trained: SavedRun) throws(VAEError) {
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
    }

    /// The images of codes by their numbers.
    private func decode(
        codes numbers: [Float], of trained: SavedRun, _ threads: Int
    ) throws(VAEError) -> [Float] {
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
        let numbers = parts.compactMap { NumberText.float($0) }
        // What only Swift takes for a number is no name of a file, either.
        guard parts.allSatisfy({ NumberText.float($0) != nil || Float($0) != nil }) else { return nil }
        let unsound = parts.first { NumberText.float($0)?.isFinite != true }
        guard numbers.count == size, unsound == nil else {
            throw VAEError(
                .invalidArgument, "point \(text)", "is not one of this model's latent space",
                expected: "\(size) finite number\(size == 1 ? "" : "s")",
                found: unsound.map {
                    "\($0), which is \(NumberText.float($0) == nil ? "no decimal number" : "not finite in single precision")"
                } ?? "\(numbers.count)")
        }
        return numbers
    }
}
