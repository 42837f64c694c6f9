import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAEData
import VAEFigures
import VAERun

/// `vae data`: what a path holds, before one trains on it.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Show what files hold, as vae-train would read them.",
        discussion: """
            Reads pictures, arrays or a table as vae-train --data does, and prints numbers, sizes, classes, the spread of \
            the values, and images that are there twice: test images that are training images too make a loss look better \
            than it is; then the model that vae-train would take without flags. --sheet draws a hundred of the images, --export-data writes all of them as arrays.

            vae-train keeps decoded pictures in ~/.cache/vae where decoding takes long; --clear-cache removes them.

            EXAMPLES
              vae data photos/ --image-size 64 --sheet sheet.png
              vae data photos/ --image-size 64 --export-data photos.npz
              vae data table.csv --label-column state
              vae data --clear-cache
            """)

    @Argument(help: ArgumentHelp("A folder or a file.", valueName: "path"))
    var path: String?

    @OptionGroup var importing: DatasetFlags

    @Option(
        help: ArgumentHelp(
            "Draw a hundred training images, spread over all of them, into this PNG file, in place of one that is there.",
            valueName: "path"))
    var sheet: String?

    @Flag(help: "Remove the decoded pictures that are kept in ~/.cache/vae, and do nothing else.")
    var clearCache = false

    @OptionGroup var common: CommonOptions

    private static let shown = 100
    /// The longer side of an image of the sheet, in pixels, or a little less than half more.
    private static let side = 96

    func run() throws {
        try common.run("vae data", flags: ["--out": "--sheet"]) { (console, _) throws(VAEError) in
            guard !clearCache else { return try clear(console) }
            guard let path else {
                throw VAEError(
                    .invalidArgument, "path", "is not given", expected: "a folder or a file",
                    advice: "Name one, or say --clear-cache.")
            }
            var request = DataRequest(
                .auto, path: path, limit: nil, seed: 0, options: try importing.options())
            request.storage = importing.storage
            if let sheet {
                try OutputCheck(run: "", inputs: [path])(sheet)
                try DurableFile.checkCanWrite(to: sheet)
            }
            let found = try request.load(holdingOut: false) { console.show($0) }
            console.clearStatus()
            if sheet != nil { try checkHasPictures(found) }
            let exported = try importing.exportData.map { (place) throws(VAEError) in
                try found.export(to: place)
            }
            // As vae-train would have it.
            let data = try found.holdingOutTest().standardized()
            let summary = try DatasetSummary(data)
            if let sheet { try draw(data.train, sheet) }
            let defaults = try TrainingDefaults(data)
            if common.json { return try console.emit(json: Document(summary: summary, defaults: defaults)) }
            for line in summary.lines(data) + [defaults.line] {
                console.result(line.escapingControlCharacters())
            }
            for written in (sheet.map { [$0] } ?? []) + (exported ?? []) {
                console.result(written.escapingControlCharacters())
            }
        }
    }

    private func clear(_ console: Console) throws(VAEError) {
        guard let folder = ImageStorage.standardCacheFolder else {
            throw VAEError(
                .missingInput, "cache folder", "is not known", expected: "HOME or XDG_CACHE_HOME as a path")
        }
        let removed = try ImageStorage.removeDecodedPictures(in: folder)
        console.result(
            "removed \(removed.files) \(removed.files == 1 ? "file" : "files"), \(grouped(Double(removed.bytes >> 20))) MiB"
        )
    }

    private func checkHasPictures(_ data: Dataset) throws(VAEError) {
        guard data.columns.isEmpty else {
            throw VAEError(
                .invalidArgument, "--sheet", "is for images", found: "a table", advice: "Leave it out.")
        }
    }

    private func draw(_ images: ImageSet, _ sheet: String) throws(VAEError) {
        let count = min(Self.shown, images.count)
        // One by one: a hundred photographs of the largest size are more than memory has.
        var (shape, pixels) = (images.shape, [UInt8]())
        for place in 0..<count {
            let small = try FloatImages(images, at: [place * images.count / count]).shrunk(to: Self.side)
            shape = small.shape
            pixels += try small.pixels
        }
        let tiles = try FloatImages(shape: shape, values: pixels.map { Float($0) / 255 })
        // A hundred in rows of ten, or their last row may have one; but for those that are far from square.
        let isSquare = 2 * shape.height > shape.width && 2 * shape.width > shape.height
        let drawn = try ImageSheet(images: tiles, columns: count == Self.shown && isSquare ? 10 : nil)
        try DurableFile.write(drawn.png(enlarged: nil, within: 1000), to: sheet)
    }
}

/// What vae-train would train on the data without flags.
private struct TrainingDefaults: Encodable {
    let model: ModelConfiguration
    let batchSize: Int
    let epochs: Int

    init(_ data: Dataset) throws(VAEError) {
        let defaults = try DataDefaults(data)
        model = defaults.model
        batchSize = min(defaults.batchSize, data.train.count)
        epochs = defaults.epochs(batchSize: batchSize)
    }

    var line: String { "trained by \(model.phrase); batches of \(batchSize), \(counted(epochs, "epoch"))" }
}

/// The summary, with what would be trained as one more member.
private struct Document: Encodable {
    let summary: DatasetSummary
    let defaults: TrainingDefaults

    private enum Key: CodingKey { case training }

    func encode(to encoder: any Encoder) throws {
        try summary.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(defaults, forKey: .training)
    }
}

extension DatasetSummary {
    /// The summary as lines for people.
    fileprivate func lines(_ data: Dataset) -> [String] {
        let noun = data.columns.isEmpty ? "images" : "rows"
        var lines = ["\(name): \(source)"]
        lines.append(
            data.columns.isEmpty
                ? "size       \(ImageShape(height: height, width: width, channels: channels)), \(values)"
                : "columns    \(data.columns.joined(separator: ", "))")
        for (title, part) in [("training", train), ("test", test)] {
            guard let part else { continue }
            lines.append(
                "\(title.padding(to: 10)) \(grouped(Double(part.images))) \(noun)"
                    + (part.duplicates > 0
                        ? ", \(grouped(Double(part.duplicates))) of them equal to another" : ""))
            if !part.classes.isEmpty {
                let shown = part.classes.prefix(12).map { "\($0.name) \(grouped(Double($0.images)))" }
                let rest = part.classes.count - shown.count
                lines.append(
                    "  classes  \(shown.joined(separator: ", "))\(rest > 0 ? " and \(rest) more" : "")")
            }
        }
        if let histogram = train.histogram {
            lines.append(
                "values     mean \(train.mean.short), standard deviation \(train.standardDeviation.short)")
            lines.append(
                "  0 to 1   \(histogram.map { "\(Int(($0 * 100).rounded()))%" }.joined(separator: " "))")
        }
        if duplicatesAcross > 0 {
            lines.append(
                "\(grouped(Double(duplicatesAcross))) test \(noun) are training \(noun), too: their loss says nothing of new ones"
            )
        }
        return lines + remarks
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}

extension Double {
    /// Three decimals.
    fileprivate var short: String { "\((self * 1000).rounded() / 1000)" }
}
