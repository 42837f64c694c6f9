import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAEData
import VAEFigures
import VAERun

/// `vae complete`: what the model puts where an image was not seen.
struct CompleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "complete",
        abstract: "Fill in missing pixels, or the empty cells of a table.",
        discussion: """
            Draws what is missing from p(missing|seen), by importance resampling: z is proposed near many guesses and \
            from the prior, weighed by p(seen|z) p(z) over the density it was proposed with, and drawn again by its \
            weight. Missing pixels are the means of p(x|z), or draws of it with --noise; pixels that were seen stay.

            A sheet has a row for each image: what was seen, with grey for what was not, then the completions. A .npy \
            file and a folder hold the completions alone, image after image. Without --select the first 8 images are \
            taken. A mask is a picture of the images' size: white (128 to 255) is missing.

            For a model of a table name tables with empty cells (or NaN). Each comes back with its cells filled in by \
            their mean, E[missing|seen]; with -n as many times as that, with draws. Rows without empty cells stay.

            The effective number of draws says how far the completions can be relied on: where it is low they repeat \
            each other, and a warning says so. More --proposals raise it.

            EXAMPLES
              vae complete runs/mnist --mask bottom --out halves.png
              vae complete runs/mnist --mask hole.png --select 3,7 -n 12 --out some.png
              vae complete runs/mnist --mask left -n 100 --noise --out draws.npy
              vae complete runs/sensors gaps.csv > filled.csv     means
              vae complete runs/sensors gaps.csv -n 5 --noise > drawn.csv
              vae complete runs/photos torn/ --mask torn.png --out whole/ --json
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var images: ImageOptions

    @Option(
        help: ArgumentHelp(
            "What is missing: left, right, top or bottom, a half; or a picture whose white is missing. Of images.",
            valueName: "mask"))
    var mask: String?

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp(
            "Completions of each image or row, 1 to 10,000. (default: 8, or the mean of a row)",
            valueName: "n"))
    var count: Int?

    @Option(
        help: ArgumentHelp("Draws of z that are weighed, 16 to 10,000,000.", valueName: "n"))
    var proposals = 4096

    @Flag(help: "Draw missing pixels from p(x|z), in place of its means.")
    var noise = false

    @Option(help: ArgumentHelp("Names the draws.", valueName: "n"))
    var seed: UInt64 = 0

    @OptionGroup var output: ImageOutput
    @OptionGroup var common: CommonOptions

    /// Images that are completed unless others are named.
    private static let usual = 8
    /// Effective draws below which weights say little, whatever number is asked for.
    private static let fewest = 8.0

    /// Completions of each image, and draws of each row behind its mean.
    private var draws: Int { count ?? Self.usual }

    func run() throws {
        try common.run("vae complete", flags: ["scale": "--scale", "proposals": "--proposals"]) {
            (console, threads) throws(VAEError) in
            try VAEError.require("--count", draws, in: 1...10_000)
            try VAEError.require("--proposals", proposals, in: 16...10_000_000)
            let trained = try model.load()
            try trained.demandGaussian(
                model.run, "has codes, and proposals for what is missing are Gaussian",
                advice: "Train without --codes for completions.")
            let destination = try output.destination(common, console, for: trained)
            let isFile = mask.map { Mask.half($0) == nil } ?? false
            try OutputCheck(run: model.run, inputs: images.files + (isFile ? [mask ?? ""] : []))(
                output.out)
            let (input, missing) = try input(trained, console)
            try trained.demandMemory(images: input.images.count * (draws + 1))
            let found = try completions(of: input, missing, trained, console, threads)
            let (made, table) = (try values(input, found), trained.model.standardization)
            let drawn = try Finiteness.images(trained.configuration.imageShape, made)
            let paths = try output.write(
                destination.isPicture ? try sheet(input, found, missing) : drawn, to: destination,
                columns: destination.isPicture ? draws + 1 : nil, table: table, console)
            var document = WrittenImages(paths, trained, drawn)
            document.seed = seed
            document.completions = found.enumerated().compactMap { at, completion in
                guard let completion else { return nil }
                return WrittenImages.Completed(
                    image: input.name(at), label: input.labels?[at], proposals: completion.proposals,
                    effectiveCount: completion.effectiveCount.finite,
                    logLikelihood: completion.logLikelihood.finite)
            }
            try common.report(paths, document, to: console)
        }
    }

    /// The images or rows, and for each of their values whether it is missing: of images the same for all.
    private func input(
        _ trained: SavedRun, _ console: Console
    ) throws(VAEError) -> (ImageOptions.Input, missing: [Bool]) {
        guard trained.model.standardization != nil else {
            guard let mask else {
                throw VAEError(
                    .invalidArgument, "--mask", "is not given, and says what is missing of images",
                    expected: "left, right, top, bottom or a picture whose white is missing")
            }
            let missing = try Mask.values(mask, for: trained.configuration.imageShape)
            let input = try images.read(for: trained, console)
            return (input.limited(to: images.select == nil ? Self.usual : nil), missing)
        }
        guard mask == nil else {
            throw VAEError(
                .invalidArgument, "--mask", "is for images", found: "a model of a table",
                advice: "Leave it out: the empty cells of a table are what is missing.")
        }
        guard !images.files.isEmpty else {
            throw VAEError(
                .invalidArgument, "vae complete", "needs tables with empty cells for a model of a table",
                advice: "Name some behind the run.")
        }
        let input = try images.read(for: trained, console, allowsGaps: true)
        let (missing, size) = (input.gaps ?? [], input.images.shape.count)
        guard missing.contains(true) else {
            throw VAEError(
                .invalidData, images.files[0], "has no empty cell", expected: "one or more to fill in")
        }
        for row in 0..<input.images.count
        where missing[row * size..<(row + 1) * size].allSatisfy({ $0 }) {
            throw VAEError(
                .invalidData,
                "row \(input.indices[row])",
                "is a row of empty cells, of which nothing is seen", expected: "one number at least",
                advice: "Leave it out, or draw rows from the prior: vae sample.")
        }
        return (input, missing)
    }

    /// What is written: all completions, or the mean of each row.
    private func values(
        _ input: ImageOptions.Input, _ found: [Completion?]
    ) throws(VAEError) -> [Float] {
        var values: [Float] = []
        for (index, completion) in found.enumerated() {
            let isMean = input.gaps != nil && count == nil
            if let completion {
                values += isMean ? completion.mean : completion.images
            } else {
                let row = try FloatImages(input.images, at: [index]).values
                for _ in 0..<(isMean ? 1 : draws) { values += row }
            }
        }
        return values
    }

    private func completions(
        of input: ImageOptions.Input, _ missing: [Bool], _ trained: SavedRun, _ console: Console,
        _ threads: Int
    ) throws(VAEError) -> [Completion?] {
        let options = CompletionOptions(
            count: draws, proposals: proposals, drawsValues: noise, seed: seed)
        var found: [Completion?] = []
        let (size, isTable) = (input.images.shape.count, input.gaps != nil)
        for index in 0..<input.images.count {
            console.status(force: index == 0) { _ in
                "completing \(isTable ? "row" : "image") \(index + 1) of \(input.images.count)"
            }
            let own = isTable ? Array(missing[index * size..<(index + 1) * size]) : missing
            guard own.contains(true) else {
                found.append(nil)
                continue
            }
            found.append(
                try trained.model.complete(
                    input.images, at: index, missing: own, options: options, threads: threads))
        }
        let least = max(Self.fewest, isTable && count == nil ? 0 : Double(draws))
        let numbers = found.map { $0?.effectiveCount ?? .infinity }
        let low = numbers.indices.filter { numbers[$0] < least }
        if let worst = low.min(by: { numbers[$0] < numbers[$1] }) {
            let what = isTable ? "rows" : "images"
            console.warn(
                "\(low.count) of \(found.count) \(what) have fewer than \(oneDecimal(least)) effective draws: "
                    + "\(input.name(worst).description.escapingControlCharacters()) has "
                    + "\(oneDecimal(numbers[worst])) of \(proposals). Completions repeat each other; "
                    + "take more --proposals.")
        }
        return found
    }

    private func oneDecimal(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    /// For each image a row: what was seen, and the completions.
    private func sheet(
        _ input: ImageOptions.Input, _ found: [Completion?], _ missing: [Bool]
    ) throws(VAEError) -> FloatImages {
        let seen = try FloatImages(input.images, at: 0..<input.images.count)
        let size = missing.count
        var values: [Float] = []
        for (index, completion) in found.enumerated() {
            let image = seen.values[index * size..<(index + 1) * size]
            values += zip(image, missing).map { $1 ? 0.5 : $0 }
            values += completion?.images ?? []
        }
        return try Finiteness.images(seen.shape, values)
    }
}

/// Which pixels of an image are missing.
enum Mask {
    /// Whether a pixel is missing, by its row and column; nil for text that names no half.
    static func half(_ text: String) -> ((_ y: Int, _ x: Int, ImageShape) -> Bool)? {
        switch text {
        case "left": { _, x, shape in x < shape.width / 2 }
        case "right": { _, x, shape in x >= (shape.width + 1) / 2 }
        case "top": { y, _, shape in y < shape.height / 2 }
        case "bottom": { y, _, shape in y >= (shape.height + 1) / 2 }
        default: nil
        }
    }

    /// For each value of an image whether it is missing, (height, width, channels).
    /// - Throws: `invalidArgument` when all of them are or none is; what reading a picture throws.
    static func values(_ text: String, for shape: ImageShape) throws(VAEError) -> [Bool] {
        let pixels: [Bool]
        if let half = half(text) {
            pixels = (0..<shape.height * shape.width).map {
                half($0 / shape.width, $0 % shape.width, shape)
            }
        } else {
            let grey = ImageShape(height: shape.height, width: shape.width)
            var options = ImportOptions()
            options.pictures.isGrey = true
            let found = try ImageFiles(contentsOf: [text], shape: grey, options: options)
            guard found.images.count == 1 else {
                throw VAEError(
                    .invalidArgument, text, "is not one mask", expected: "1 picture",
                    found: "\(found.images.count)")
            }
            pixels = try found.images.pixels.map { $0 >= 128 }
        }
        guard pixels.contains(true), pixels.contains(false) else {
            throw VAEError(
                .invalidArgument, text,
                pixels.contains(true) ? "leaves nothing to see" : "leaves nothing out",
                expected: "a mask with white, which is missing, and black",
                advice: pixels.contains(true) ? "Draw from the prior: vae sample." : "See vae reconstruct.")
        }
        return pixels.flatMap { [Bool](repeating: $0, count: shape.channels) }
    }
}
