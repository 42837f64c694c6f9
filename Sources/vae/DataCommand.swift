import ArgumentParser
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
            than it is. --sheet draws a hundred of the images.

            vae-train keeps decoded pictures in ~/.cache/vae where decoding takes long; --clear-cache removes them.

            EXAMPLES
              vae data photos/ --image-size 64 --sheet sheet.png
              vae data table.csv --label-column state
              vae data --clear-cache
            """)

    @Argument(help: ArgumentHelp("A folder or a file.", valueName: "path"))
    var path: String?

    @Option(
        help: ArgumentHelp(
            "The size that pictures get: a side, such as 64, or width and height, such as 64x48.",
            valueName: "pixels"))
    var imageSize: PictureSize?

    @Flag(help: "Take pictures as grey.")
    var grey = false

    @OptionGroup var importing: ImportFlags

    @Option(
        help: ArgumentHelp(
            "Draw a hundred training images, spread over all of them, into this PNG file.", valueName: "path")
    )
    var sheet: String?

    @Flag(help: "Remove the decoded pictures that are kept in ~/.cache/vae, and do nothing else.")
    var clearCache = false

    @OptionGroup var common: CommonOptions

    private static let shown = 100

    func run() throws {
        try common.run("vae data") { (console, _) throws(VAEError) in
            guard !clearCache else { return try clear(console) }
            guard let path else {
                throw VAEError(
                    .invalidArgument, "path", "is not given", expected: "a folder or a file",
                    advice: "Name one, or say --clear-cache.")
            }
            var options = importing.applied(to: ImportOptions())
            options.pictures.size = imageSize?.size
            options.pictures.isGrey = grey ? true : nil
            let request = DataRequest(.auto, path: path, limit: nil, seed: 0, options: options)
            let data = try request.load { console.show($0) }
            console.clearStatus()
            let summary = try DatasetSummary(data)
            if let sheet { try draw(data, sheet) }
            if common.json { return try console.emit(json: summary) }
            for line in summary.lines(data) { console.result(line.escapingControlCharacters()) }
            if let sheet { console.result(sheet.escapingControlCharacters()) }
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

    private func draw(_ data: Dataset, _ sheet: String) throws(VAEError) {
        guard data.columns.isEmpty else {
            throw VAEError(
                .invalidArgument, "--sheet", "is for images", found: "a table", advice: "Leave it out.")
        }
        let count = min(Self.shown, data.train.count)
        let chosen = data.train.selecting((0..<count).map { $0 * data.train.count / count })
        try OutputCheck(run: "", inputs: path.map { [$0] } ?? [])(sheet)
        let images = try FloatImages(shape: chosen.shape, values: chosen.values.floats)
        try DurableFile.write(ImageSheet(images: images).png(enlarged: nil, within: 1000), to: sheet)
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
