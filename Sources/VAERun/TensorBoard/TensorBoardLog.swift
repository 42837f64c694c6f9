import Foundation
import VAE
import VAECore
import VAEData
import VAEFigures

/// What TensorBoard is given of a run: losses and rates of every epoch, pictures of some, and at the end the test images' means for its projector.
final class TensorBoardLog {
    private let events: EventFile
    private let folder: String

    /// A log in a run's folder, behind those of earlier sessions.
    /// - Throws: `cannotCreate` when it can't be made.
    init(in folder: String) throws(VAEError) {
        self.folder = folder
        events = try EventFile(in: folder)
    }

    /// Whether a folder has a log already.
    static func exists(in folder: String) -> Bool {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).contains {
            $0.hasPrefix(EventFile.prefix)
        }
    }

    /// Adds an epoch, in nats per image; its number is the step.
    /// - Parameter learningRate: of its last step; nil where that is not known
    func add(_ report: EpochReport, learningRate: Double?) throws(VAEError) {
        var numbers: [(String, Double)] = []
        for (set, losses) in [("train", report.train)] + (report.test.map { [("test", $0)] } ?? []) {
            numbers += [
                ("loss/\(set)", losses.total), ("reconstruction/\(set)", losses.reconstruction),
                ("kl/\(set)", losses.kl),
            ]
        }
        numbers.append(("kl_weight", report.train.klWeight))
        numbers.append(("images_per_second", report.imagesPerSecond))
        if let learningRate { numbers.append(("learning_rate", learningRate)) }
        try events.add(numbers.map { (tag: $0.0, value: $0.1) }, step: report.epoch)
    }

    /// The pictures that are drawn while a model is trained.
    static let pictures: [FigureName] = [.latentSpace, .reconstructions, .samples]

    /// Whether pictures are drawn after an epoch: so seldom that all of them cost about twice the last.
    static func isDue(after epoch: Int) -> Bool { epoch & (epoch - 1) == 0 }

    /// Adds the pictures of a model.
    func add(_ names: [FigureName], of figures: RunFigures, step: Int) throws(VAEError) {
        for name in names {
            let figure = try figures.figure(name)
            let png = try figure.png(scale: name.scale)
            try events.add(
                name.rawValue, png: png, width: Int(figure.size.width * name.scale),
                height: Int(figure.size.height * name.scale), step: step)
        }
    }

    // MARK: The projector

    private static let configuration = "projector_config.pbtxt"
    /// Images of the projector: more are slow in a browser.
    private static let mostPoints = 10_000
    /// Pixels of the longer side of an image beside its point, and of all of them together, which graphics cards bound.
    private static let mostSide = 48
    private static let mostSheetSide = 8_192

    /// Writes the means of q(z|x) of the test images with their labels and the images themselves.
    /// - Parameter showsImages: false for the rows of a table
    /// - Throws: `cannotCreate` or `inputOutput` when a file can't be written.
    func writeProjector(_ encoding: Encoding, _ test: ImageSet, classNames: [String], showsImages: Bool)
        throws(VAEError)
    {
        let count = min(encoding.count, Self.mostPoints)
        let size = encoding.latentSize
        let parts = RunFolder.join(folder, "projector")
        try Folder.create(parts)
        let rows = (0..<count).map { index in
            encoding.mean[index * size..<(index + 1) * size].map(\.description).joined(separator: "\t") + "\n"
        }
        try DurableFile.write(Array(rows.joined().utf8), to: RunFolder.join(parts, "means.tsv"))
        var text = "tensor_name: \"means of q(z|x)\"\n  tensor_path: \"projector/means.tsv\"\n"
        if let labels = test.labels {
            // One column, and so without a line of names.
            let names = labels.prefix(count).map { label in
                (classNames.indices.contains(label) ? classNames[label] : "\(label)")
                    .escapingControlCharacters() + "\n"
            }
            try DurableFile.write(Array(names.joined().utf8), to: RunFolder.join(parts, "labels.tsv"))
            text += "  metadata_path: \"projector/labels.tsv\"\n"
        }
        if showsImages, let sheet = try sheet(test, count) {
            try DurableFile.write(sheet.png, to: RunFolder.join(parts, "images.png"))
            text +=
                "  sprite {\n    image_path: \"projector/images.png\"\n    single_image_dim: \(sheet.width)\n    single_image_dim: \(sheet.height)\n  }\n"
        }
        try DurableFile.write(
            Array("embeddings {\n  \(text)}\n".utf8), to: RunFolder.join(folder, Self.configuration))
    }

    /// The images in a square, as the projector wants them; nil where they would be too many pixels.
    private func sheet(
        _ test: ImageSet, _ count: Int
    ) throws(VAEError) -> (png: [UInt8], width: Int, height: Int)? {
        var images = try FloatImages(test, at: 0..<count)
        if max(test.shape.width, test.shape.height) > Self.mostSide {
            images = try FloatImages(images.shrunk(to: Self.mostSide), at: 0..<count)
        }
        let columns = Int(Double(count).squareRoot().rounded(.up))
        let shape = images.shape
        guard columns * max(shape.width, shape.height) <= Self.mostSheetSide else { return nil }
        let sheet = try ImageSheet(images: images, columns: columns, gap: 0)
        return (try sheet.png(enlarged: 1, within: Self.mostSheetSide), shape.width, shape.height)
    }
}
