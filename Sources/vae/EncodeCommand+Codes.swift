import VAE
import VAEConsole
import VAECore
import VAEData
import VAERun

extension EncodeCommand {
    /// The codes of images, in the form in which others have means.
    func writeCodes(
        of input: ImageOptions.Input, _ trained: SavedRun, isArray: Bool, _ console: Console, _ threads: Int
    ) throws(VAEError) {
        console.status(force: true) { _ in "encoding" }
        let codes = try trained.model.codes(of: input.images, threads: threads)
        let size = codes.positions
        func numbers(_ image: Int) -> ArraySlice<UInt16> {
            codes.numbers[image * size..<(image + 1) * size]
        }
        func table() -> [UInt8] {
            Array(
                self.table(input, (1...size).map { "z\($0)" }) { image in numbers(image).map(\.description) }
                    .utf8)
        }
        guard let out else {
            guard common.json else { return try console.emit(table()) }
            return try console.emit(
                JSONDocument.encode(
                    CodeDocument(
                        model: trained.path, codes: trained.configuration.codebook?.size ?? 0,
                        height: codes.height, width: codes.width,
                        images: (0..<codes.count).map {
                            .init(image: input.name($0), label: input.labels?[$0], codes: Array(numbers($0)))
                        })))
        }
        if isArray {
            try NPY.write(
                NPYArray(shape: [codes.count, size], values: .floats(codes.numbers.map { Float($0) })),
                to: out)
        } else {
            try DurableFile.write(table(), to: out)
        }
        try common.report(
            [out], Written(files: [out], model: trained.path, count: codes.count, latentSize: size),
            to: console)
    }

    /// The document that `--json` prints of codes.
    private struct CodeDocument: Encodable {
        struct Image: Encodable {
            let image: ImageName
            let label: ImageLabel?
            /// Row after row of the grid.
            let codes: [UInt16]
        }
        let model: String
        /// K.
        let codes: Int
        let height: Int
        let width: Int
        let images: [Image]
    }
}
