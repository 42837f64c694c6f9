import ArgumentParser
import VAEConsole
import VAECore
import VAEData
import VAEEvaluation
import VAEFigures
import VAERun

/// The options that say where images go, and in which format.
struct ImageOutput: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A .png file (all in one sheet) or a .npy file, in place of one that is there, or a new folder (name/) for a PNG each; of a table's model a .csv or .npy file. (default: standard output)",
            valueName: "path"))
    var out: String?

    @Option(help: "What to write where no name says it: png, npy, or csv for a table. (default: png, or csv)")
    var format: Format?

    @Option(
        help: ArgumentHelp(
            "Pixels of a sheet per pixel of its images, 1 to 64. (default: as many as fit 1,000)",
            valueName: "n"))
    var scale: Int?

    enum Format: String, ExpressibleByArgument, CaseIterable { case png, npy, csv }

    /// The destination that `out` and `format` come to.
    enum Destination: Equatable {
        case output(Format)
        case file(String, Format)
        case folder(String)

        /// Whether all images go into one PNG.
        var isPicture: Bool {
            switch self {
            case .output(let format), .file(_, let format): format == .png
            case .folder: false
            }
        }
    }

    /// - Throws: `invalidArgument` where they do not go together, or bytes would go to a terminal or between JSON.
    func destination(
        _ common: CommonOptions, _ console: Console, for run: SavedRun
    ) throws(VAEError) -> Destination {
        let isTable = run.model.standardization != nil
        let found = try place(common, console, isTable)
        try check(found, isTable)
        guard scale == nil || found.isPicture else {
            throw VAEError(
                .invalidArgument, "--scale", "is for a sheet", expected: "images in one PNG",
                advice: "Leave it out, or name a .png file.")
        }
        return found
    }

    /// Rows of a table are no pictures, and images no table.
    private func check(_ destination: Destination, _ isTable: Bool) throws(VAEError) {
        let format: Format =
            switch destination {
            case .output(let format), .file(_, let format): format
            case .folder: .png
            }
        guard isTable ? format == .png : format == .csv else { return }
        throw VAEError(
            .invalidArgument, out ?? "--format",
            isTable
                ? "would be pictures, and the model is of a table"
                : "would be a table, and the model is of images",
            expected: isTable
                ? "a name ending in .csv or .npy" : "a name ending in .png, .npy or / (a folder)",
            found: format.rawValue)
    }

    private func place(
        _ common: CommonOptions, _ console: Console, _ isTable: Bool
    ) throws(VAEError) -> Destination {
        if let scale { try VAEError.require("--scale", scale, in: 1...64) }
        guard let out, out != "-" else {
            guard !common.json else {
                throw VAEError(
                    .invalidArgument, "--json", "takes standard output, where images would go",
                    advice: "Name a file for them: --out FILE.")
            }
            guard isTable && format != .npy || !console.outputIsTerminal else {
                throw VAEError(
                    .invalidArgument, "--out", "is not given, and images are nothing for a terminal",
                    advice: "Name a file, such as --out images.png, or send the output to one.")
            }
            return .output(format ?? (isTable ? .csv : .png))
        }
        if out.hasSuffix("/") || (format == nil && Folder.exists(out)) { return .folder(out) }
        let name = out.split(separator: "/").last ?? ""
        let ending = name.contains(".") ? name.split(separator: ".").last.map { $0.lowercased() } : nil
        let named = ending.flatMap(Format.init)
        if let format, let named, format != named {
            throw VAEError(
                .invalidArgument, "--format", "is not what the name \(out) says",
                expected: named.rawValue, found: format.rawValue, advice: "Leave one of the two out.")
        }
        guard let format = named ?? format else {
            throw VAEError(
                .invalidArgument, out.isEmpty ? "--out" : out, "does not say what to write",
                expected: isTable
                    ? "a name ending in .csv or .npy" : "a name ending in .png, .npy or / (a folder)",
                found: ending.map { ".\($0)" } ?? "no ending",
                advice: "Or say it: --format \(isTable ? "csv" : "png").")
        }
        return .file(out, format)
    }

    /// Writes images where they are to go.
    /// - Parameters:
    ///   - picture: what a single PNG is; nil for a sheet.
    ///   - columns: images in a row of a sheet; nil for a sheet about as wide as high.
    ///   - table: the standardisation of the rows of a table, which is undone; nil for images
    /// - Returns: the paths written, none for standard output.
    func write(
        _ images: FloatImages, to destination: Destination, columns: Int? = nil,
        table: Standardization?, picture: (() throws(VAEError) -> [UInt8])? = nil, _ console: Console
    ) throws(VAEError) -> [String] {
        func bytes(_ format: Format) throws(VAEError) -> [UInt8] {
            switch format {
            case .csv, .npy:
                guard let table else { return try NPY.encode(images.array()) }
                let rows = DecodedRows(try table.undo(images.values), table.columns)
                return format == .csv ? Array(rows.text.utf8) : try NPY.encode(rows.array())
            case .png:
                if let picture {
                    if let warning = try FigureFont.current().warning { console.warn(warning) }
                    return try picture()
                }
                return try ImageSheet(images: images, columns: columns).png(enlarged: scale, within: 1000)
            }
        }
        switch destination {
        case .output(let format):
            try console.emit(bytes(format))
            return []
        case .file(let path, let format):
            try DurableFile.write(bytes(format), to: path)
            return [path]
        case .folder(let path):
            try Folder.createNew(path)
            let digits = max(4, "\(images.count - 1)".count)
            var paths: [String] = []
            for index in 0..<images.count {
                let zeros = String(repeating: "0", count: digits - "\(index)".count)
                let file = "\(path)\(path.hasSuffix("/") ? "" : "/")\(zeros)\(index).png"
                try DurableFile.write(images.picture(at: index).png(), to: file)
                paths.append(file)
            }
            return paths
        }
    }
}

extension FloatImages {
    /// (n, height, width), with channels behind unless grey.
    fileprivate func array() throws(VAEError) -> NPYArray {
        let sizes = [count, shape.height, shape.width] + (shape.channels == 1 ? [] : [shape.channels])
        return try NPYArray(shape: sizes, values: .floats(values))
    }
}

/// Rows of a table in its units.
struct DecodedRows {
    /// (rows, columns)
    let values: [Float]
    let columns: [String]

    init(_ values: [Float], _ columns: [String]) { (self.values, self.columns) = (values, columns) }

    /// The rows as text, the names of the columns above them.
    var text: String { text(hasHeader: true) }

    /// The rows as text, with the names of the columns above them or behind other rows.
    func text(hasHeader: Bool) -> String {
        var text = hasHeader ? columns.map(LatentTable.field).joined(separator: ",") + "\n" : ""
        for start in stride(from: 0, to: values.count, by: columns.count) {
            text += values[start..<start + columns.count].map { "\($0)" }.joined(separator: ",") + "\n"
        }
        return text
    }

    /// (n, columns)
    func array() throws(VAEError) -> NPYArray {
        try NPYArray(shape: [values.count / columns.count, columns.count], values: .floats(values))
    }
}

/// The document that `--json` prints of images that were written.
struct WrittenImages: Encodable {
    let files: [String]
    let model: String
    /// Images.
    let count: Int
    let height: Int
    let width: Int
    let channels: Int
    /// The names of a table's columns, of which each row has a value; nil for images.
    var columns: [String]?
    /// The seed of the draws.
    var seed: UInt64?
    /// The mixture that they are drawn from; nil for the prior.
    var mixture: Mixture?
    /// The latents that they were decoded from, (n, latent size).
    var latents: [[Float]]?
    /// The codes that they were decoded from, (n, positions), of a model with a codebook.
    var codes: [[UInt16]]?
    /// The images that they were made of, one each.
    var images: [Image]?
    /// The shares of the way between two classes, an image each for every one of `edited`.
    var amounts: [Double]?
    var edited: [Edited]?
    /// The images that were completed, `count` over their number completions each.
    var completions: [Completed]?

    struct Edited: Encodable {
        let image: ImageName
        let label: ImageLabel?
    }

    struct Completed: Encodable {
        let image: ImageName
        let label: ImageLabel?
        let proposals: Int
        let effectiveCount: Double?
        /// ln p of what was seen, in nats.
        let logLikelihood: Double?
    }

    struct Mixture: Encodable {
        let components: Int
        /// The mean log-likelihood of the points that it was fitted to, in nats.
        let logLikelihood: Double?
        let iterations: Int
        let converged: Bool

        init(_ mixture: GaussianMixture) {
            components = mixture.components
            logLikelihood = mixture.fit.history.last?.finite
            (iterations, converged) = (mixture.fit.iterations, mixture.fit.converged)
        }
    }

    struct Image: Encodable {
        let image: ImageName
        let label: ImageLabel?
        /// Losses in nats, nil where they are not finite.
        let reconstruction: Float?
        let kl: Float?
    }

    init(_ files: [String], _ run: SavedRun, _ images: FloatImages) {
        self.init(files, run, count: images.count, images.shape)
    }

    init(_ files: [String], _ run: SavedRun, count: Int, _ shape: ImageShape) {
        self.files = files
        model = run.path
        columns = run.model.standardization?.columns
        self.count = count
        (height, width, channels) = (shape.height, shape.width, shape.channels)
    }
}
