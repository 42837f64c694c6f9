import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAEData
import VAEEvaluation
import VAEFigures
import VAERun

/// `vae edit`: images on their way from one class to another.
struct EditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Turn images of one class into another, by arithmetic in latent space.",
        discussion: """
            Adds to the mean of q(z|x) of each image a share of the way from the mean of one class to that of another, \
            and decodes it: z + a (mean of --to − mean of --from), with a from 0 to --amount in equal steps. The means \
            are those of the run's training images (60,000 at most), which need labels. Classes go by name where they \
            have names, by label otherwise.

            Without --select and files the first 8 test images of the class are taken. A sheet has a row for each: the \
            image, then the steps. A .npy file, a .csv file and a folder hold the steps alone, image after image.

            EXAMPLES
              vae edit runs/mnist --from class:3 --to class:8 --out edit.png
              vae edit runs/mnist --from class:3 --to class:8 --select 18,30 --out e.png
              vae edit runs/mnist --from class:1 --to class:7 --steps 1 --out whole.npy
              vae edit runs/birds mine.png --from class:wren --to class:owl --out o.png
              vae edit runs/sensors --from class:well --to class:ill > rows.csv
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var images: ImageOptions

    @Option(help: ArgumentHelp("The class that images are led away from.", valueName: "class:name"))
    var from: String

    @Option(help: ArgumentHelp("The class that they are led to.", valueName: "class:name"))
    var to: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Where the steps end: 1 is the whole way between the means, −100 to 100.", valueName: "a"))
    var amount = 1.0

    @Option(help: ArgumentHelp("Images of the way, 1 (the end alone) to 1,000.", valueName: "n"))
    var steps = 5

    @OptionGroup var output: ImageOutput
    @OptionGroup var common: CommonOptions

    /// Images that are edited unless others are named.
    private static let usual = 8
    /// Images that means are taken of: all of MNIST.
    private static let mostEncoded = 60_000

    func run() throws {
        try common.run("vae edit", flags: ["scale": "--scale"]) { (console, threads) throws(VAEError) in
            try VAEError.require("--steps", steps, in: 1...1000)
            try VAEError.require("--amount", amount, in: -100...100)
            let names = (try Self.name(from, "--from"), try Self.name(to, "--to"))
            let trained = try model.load()
            try trained.demandGaussian(
                model.run, "has codes, which can't be added", advice: "Train without --codes for edits.")
            let destination = try output.destination(common, console, for: trained)
            try OutputCheck(run: model.run, inputs: images.files)(output.out)
            let data = try trainingData(of: trained, console)
            let means = try means(of: data, trained, console, threads)
            let from = try Self.label(names.0, of: data, means, "--from")
            let to = try Self.label(names.1, of: data, means, "--to")
            let input = try input(trained, from, console)
            try trained.demandMemory(images: input.images.count * (steps + 1))
            let amounts = (1...steps).map {
                steps == 1 ? amount : amount * Double($0 - 1) / Double(steps - 1)
            }
            console.status(force: true) { _ in "editing" }
            let encoding = try trained.model.encode(input.images, threads: threads)
            try Finiteness.demand(encoding.mean, each: encoding.latentSize) { "image \(input.name($0))" }
            let latents = try means.edited(encoding.mean, from: from, to: to, amounts: amounts)
            let shape = trained.configuration.imageShape
            let made = try Finiteness.images(shape, trained.model.decode(latents, threads: threads))
            let paths = try output.write(
                destination.isPicture ? try sheet(input, made) : made, to: destination,
                columns: destination.isPicture ? steps + 1 : nil, table: trained.model.standardization,
                console)
            var document = WrittenImages(paths, trained, made)
            let size = encoding.latentSize
            document.latents = stride(from: 0, to: latents.count, by: size).map {
                Array(latents[$0..<$0 + size])
            }
            document.amounts = amounts
            document.edited = (0..<input.images.count).map { at in
                WrittenImages.Edited(image: input.name(at), label: input.labels?[at])
            }
            try common.report(paths, document, to: console)
        }
    }

    /// The name behind `class:`.
    private static func name(_ text: String, _ flag: String) throws(VAEError) -> String {
        guard text.hasPrefix("class:"), text.count > 6 else {
            throw VAEError(
                .invalidArgument, flag, "names no class",
                expected: "class: and a name or label, such as class:3",
                found: text)
        }
        return String(text.dropFirst(6))
    }

    /// The label of a class by its name, or else by the label itself.
    private static func label(
        _ name: String, of data: Dataset, _ means: ClassMeans, _ flag: String
    ) throws(VAEError) -> Int {
        let label = data.classNames.firstIndex(of: name) ?? Int(name)
        guard let label, means.classes.contains(label) else {
            let known = means.classes.map { label in
                data.classNames.indices.contains(label) ? data.classNames[label] : "\(label)"
            }
            let shown = known.prefix(40).joined(separator: ", ")
            throw VAEError(
                .invalidArgument, flag, "is no class of the training images",
                expected: shown + (known.count > 40 ? " and \(known.count - 40) more" : ""), found: name)
        }
        return label
    }

    /// The images of the run; the warning that they are others is that of reading the test images, where these are read, too.
    private func trainingData(of trained: SavedRun, _ console: Console) throws(VAEError) -> Dataset {
        guard images.files.isEmpty else { return try images.data.images(of: trained, console) }
        let data = try trained.data(at: images.data.data) { console.show($0) }
        console.clearStatus()
        return data
    }

    private func means(
        of data: Dataset, _ trained: SavedRun, _ console: Console, _ threads: Int
    ) throws(VAEError) -> ClassMeans {
        var train = data.train
        guard train.labels != nil else {
            throw VAEError(
                .invalidArgument, data.name, "has no labels, and so no classes to lead from and to",
                expected: "a data set with labels", advice: "Folders of pictures get theirs from subfolders.")
        }
        if train.count > Self.mostEncoded { train = train.slice(0..<Self.mostEncoded) }
        train = try trained.record?.training.measured(train) ?? train
        console.status(force: true) { _ in "encoding" }
        return try ClassMeans(
            of: Points(trained.model.encode(train, threads: threads), labels: train.labels))
    }

    /// The images to edit.
    private func input(
        _ trained: SavedRun, _ label: Int, _ console: Console
    ) throws(VAEError) -> ImageOptions.Input {
        var named = images
        // Beside files it says where the training images are.
        if !images.files.isEmpty { named.data.data = nil }
        let input = try named.read(for: trained, console)
        guard images.select == nil, images.files.isEmpty, let labels = input.images.labels else {
            return input.limited(to: images.select == nil ? Self.usual : nil)
        }
        let places = labels.indices.filter { labels[$0] == label }.prefix(Self.usual)
        guard !places.isEmpty else {
            throw VAEError(
                .invalidArgument, "--from", "is a class without test images", found: from,
                advice: "Name images of it, or --select some.")
        }
        return input.selecting(Array(places))
    }

    /// For each image a row: itself, and the steps.
    private func sheet(_ input: ImageOptions.Input, _ made: FloatImages) throws(VAEError) -> FloatImages {
        let originals = try FloatImages(input.images, at: 0..<input.images.count)
        let (size, row) = (made.shape.count, made.shape.count * steps)
        var values: [Float] = []
        for at in 0..<originals.count {
            values += originals.values[at * size..<(at + 1) * size]
            values += made.values[at * row..<(at + 1) * row]
        }
        return try FloatImages(shape: made.shape, values: values)
    }
}
