import VAE
import VAECore

extension ReportData {
    /// A codebook and the use that all test images make of it.
    struct Codes: Encodable {
        /// K and D.
        let size, dimension: Int
        /// Rows and columns of an image's codes.
        let height, width: Int
        /// β, the weight of ‖z_e − z_q‖² in the losses.
        let commitment: Double
        /// (K): how often test images have each code; nil without any.
        let counts: [Int]?
        /// Whether the page holds a prior to draw from: where there is none yet, or it is too large, it does not.
        let hasPrior: Bool

        /// nil for a model of Gaussian latents.
        init?(_ report: Report) {
            guard let codebook = report.model.configuration.codebook, let grid = report.model.codeGrid else {
                return nil
            }
            (size, dimension, commitment) = (codebook.size, codebook.dimension, codebook.commitment)
            (height, width) = grid
            counts = report.testSet?.codes?.usage(of: codebook.size).counts
            hasPrior = report.codePrior.map { $0.entryCount <= ReportData.mostPriorEntries } ?? false
        }
    }

    /// Entries of a prior that a page may hold: some two bytes each in base64.
    static let mostPriorEntries = 750_000

    /// The test set as codes: a stream of 16 bits for each, images, labels and losses.
    /// - Throws: `invalidArgument` when the images or codes are not of the model's shapes.
    static func addCodes(
        _ set: Report.TestSet, _ model: VariationalAutoencoder, to arrays: inout Arrays
    ) throws(VAEError) -> Points {
        guard let codes = set.codes, let grid = model.codeGrid, (codes.height, codes.width) == grid,
            set.images.shape == model.configuration.imageShape,
            codes.numbers.allSatisfy({ $0 < model.configuration.codebook?.size ?? 0 })
        else {
            throw VAEError(
                .invalidArgument, "report", "has a test set of other shapes than its model",
                expected: "codes of \(model.configuration.imageShape)",
                found: "those of \(set.images.shape), or none of its codebook")
        }
        // Codes without their image would have nothing to be shown beside.
        let count = min(set.images.count, mostPoints)
        let bytes = codes.numbers[..<(count * codes.positions)].flatMap {
            [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)]
        }
        arrays.append(("codes", Packing.base64(try Zlib.deflated(bytes[...], for: "the report's codes"))))
        return addImages(set, count: count, to: &arrays)
    }

    /// A prior as a deflated stream of numbers: for each level that of its contexts, and for each of these, in ascending order, the step from the one
    /// before, how many codes were seen, and of each code the step from the one before and its count. A number has seven bits in a byte, the
    /// lowest first, and a further byte where the highest bit is set.
    static func packed(_ prior: CodePrior) throws(VAEError) -> [UInt8] {
        var bytes: [UInt8] = []
        func add(_ number: Int) {
            var rest = UInt(number)
            while rest > 127 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }
        for level in prior.levels {
            add(level.count)
            var before = 0
            for (context, entries) in level {
                add(context - before)
                add(entries.count)
                before = context
                var last = 0
                for (code, count) in entries {
                    add(code - last)
                    add(count)
                    last = code
                }
            }
        }
        return Packing.base64(try Zlib.deflated(bytes[...], for: "the report's prior of codes"))
    }
}
