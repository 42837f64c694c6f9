import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAEData
import VAERun

/// `vae encode`: where images lie in latent space.
struct EncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Encode images: the mean and log-variance of q(z|x).",
        discussion: """
            A table has a row for each image: its number in the test set, from 0, or its file (image); its label where it is \
            known, and the name of its class where classes have names (class); z1, z2, …, the mean; and with --log-variance the \
            columns log_variance1, …. An array of NumPy is (images, dimensions), float32, and with --log-variance \
            (2, images, dimensions): means, then log-variances.

            A model of a table encodes rows, and the column image is called row. Of a model with a codebook z1, z2, … are the \
            numbers of the codes, from 0, row after row of their grid; in an array of NumPy as float32, too.

            EXAMPLES
              vae encode runs/mnist > z.csv                        the test set
              vae encode runs/mnist --out q.npy --log-variance     (2, 10000, 2), float32
              vae encode runs/mnist picture.png drawings/ --fit pad
              vae encode runs/mnist images.npy --json
              vae encode runs/sensors new.csv > z.csv              the rows of a table
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var images: ImageOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A .csv or .npy file, in place of one that is there. (default: a table on standard output)",
            valueName: "path"))
    var out: String?

    @Flag(help: "Also the natural logarithms of the variances.")
    var logVariance = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.run("vae encode") { (console, threads) throws(VAEError) in
            let isArray = try writesArray()
            try OutputCheck(run: model.run, inputs: images.files)(out)
            let trained = try model.load()
            if logVariance {
                try trained.demandGaussian(
                    "--log-variance", "is of Gaussian latents, and codes have no variance",
                    advice: "Leave it out.")
            }
            let input = try images.read(for: trained, console)
            if trained.configuration.isQuantized {
                return try writeCodes(of: input, trained, isArray: isArray, console, threads)
            }
            console.status(force: true) { _ in "encoding" }
            let encoding = try trained.model.encode(input.images, threads: threads)
            for values in [encoding.mean, encoding.logVariance] {
                try Finiteness.demand(values, each: encoding.latentSize) { "image \(input.name($0))" }
            }
            guard let out else {
                return try console.emit(
                    common.json
                        ? JSONDocument.encode(Document(trained, input, encoding, logVariance))
                        : Array(table(input, encoding).utf8))
            }
            if isArray {
                try NPY.write(array(encoding), to: out)
            } else {
                try DurableFile.write(Array(table(input, encoding).utf8), to: out)
            }
            try common.report(
                [out],
                Written(
                    files: [out], model: trained.path, count: encoding.count, latentSize: encoding.latentSize),
                to: console)
        }
    }

    /// Whether to write NumPy's format rather than a table.
    private func writesArray() throws(VAEError) -> Bool {
        guard let out else { return false }
        if out.lowercased().hasSuffix(".npy") { return true }
        if out.lowercased().hasSuffix(".csv") { return false }
        throw VAEError(
            .invalidArgument, "--out", "does not say what to write",
            expected: "a name ending in .npy or .csv",
            found: out)
    }

    private func array(_ encoding: Encoding) throws(VAEError) -> NPYArray {
        let size = [encoding.count, encoding.latentSize]
        return logVariance
            ? try NPYArray(shape: [2] + size, values: .floats(encoding.mean + encoding.logVariance))
            : try NPYArray(shape: size, values: .floats(encoding.mean))
    }

    private func table(_ input: ImageOptions.Input, _ encoding: Encoding) -> String {
        let size = encoding.latentSize
        let variances = logVariance ? (1...size).map { "log_variance\($0)" } : []
        return table(input, (1...size).map { "z\($0)" } + variances) { image in
            let range = image * size..<(image + 1) * size
            return encoding.mean[range].map { "\($0)" }
                + (logVariance ? encoding.logVariance[range].map { "\($0)" } : [])
        }
    }

    /// A table with a row for each image: what it is called, and some columns of numbers.
    func table(
        _ input: ImageOptions.Input, _ columns: [String], _ numbers: (_ image: Int) -> [String]
    ) -> String {
        let labels = input.labels
        let hasClasses = labels != nil && !input.classNames.isEmpty
        var header = [input.table == nil ? "image" : "row"] + (labels == nil ? [] : ["label"])
        header += (hasClasses ? ["class"] : []) + columns
        var text = header.joined(separator: ",") + "\n"
        for image in 0..<input.images.count {
            var fields = [LatentTable.field(input.name(image).description)]
            if let labels { fields.append(LatentTable.field(labels[image].description)) }
            if hasClasses { fields.append(LatentTable.field(input.className(image) ?? "")) }
            fields += numbers(image)
            text += fields.joined(separator: ",") + "\n"
        }
        return text
    }

    /// The document that `--json` prints when a file is written.
    struct Written: Encodable {
        let files: [String]
        let model: String
        let count: Int
        let latentSize: Int
    }

    /// The document that `--json` prints when none is.
    private struct Document: Encodable {
        struct Image: Encodable {
            let image: ImageName
            let label: ImageLabel?
            let mean: [Float]
            let logVariance: [Float]?
        }
        let model: String
        let latentSize: Int
        let images: [Image]

        init(
            _ trained: SavedRun, _ input: ImageOptions.Input, _ encoding: Encoding, _ logVariance: Bool
        ) {
            model = trained.path
            latentSize = encoding.latentSize
            images = (0..<encoding.count).map { at in
                let range = at * encoding.latentSize..<(at + 1) * encoding.latentSize
                return Image(
                    image: input.name(at), label: input.labels?[at], mean: Array(encoding.mean[range]),
                    logVariance: logVariance ? Array(encoding.logVariance[range]) : nil)
            }
        }
    }
}
