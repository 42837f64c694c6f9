import VAE
import VAEConsole
import VAECore
import VAEData
import VAEFigures
import VAERun

extension InterpolateCommand {
    /// The way from one image's codes to another's, decoded.
    func interpolateCodes(
        of trained: SavedRun, to destination: ImageOutput.Destination, _ console: Console, _ threads: Int
    ) throws(VAEError) {
        guard named == nil else {
            throw VAEError(
                .invalidArgument, "--class", "is for conditional models, and this one knows of no classes",
                advice: "Leave it out.")
        }
        var indices: [(flag: String, index: Int)] = []
        for (flag, text) in [("--from", from), ("--to", to)] {
            guard let index = Int(text) else {
                throw VAEError(
                    .invalidArgument, flag,
                    "is no image, and a line of a model with a codebook goes between what its encoder makes of images",
                    expected: "the number of a test image", found: text,
                    advice: "For codes that you have there is vae decode.")
            }
            indices.append((flag, index))
        }
        let tested = try data.images(of: trained, console).asTested(by: trained.record?.training)
        let test = try Self.demand(indices, of: tested)
        try trained.demandMemory(images: steps)
        console.status(force: true) { _ in "decoding" }
        let codes = try trained.model.codes(
            between: test.selecting(indices.map(\.index)), steps: steps, threads: threads)
        let images = try Finiteness.images(
            trained.configuration.imageShape, trained.model.decode(codes, threads: threads))
        let paths = try output.write(
            images, to: destination, columns: steps <= 64 ? steps : nil,
            table: trained.model.standardization, console)
        var document = WrittenImages(paths, trained, images)
        document.codes = (0..<steps).map {
            Array(codes.numbers[$0 * codes.positions..<($0 + 1) * codes.positions])
        }
        try common.report(paths, document, to: console)
    }
}
