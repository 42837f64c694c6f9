import ArgumentParser
import VAEConsole
import VAECore
import VAEData
import VAERun

/// The flags that say what is trained on.
struct DataFlags: ParsableArguments {
    @Option(
        help:
            "What to train on: \(DatasetChoice.allCases.map(\.rawValue).joined(separator: ", ")). (default: auto)"
    )
    var dataset: DatasetChoice?

    @Option(
        help: ArgumentHelp(
            "What to train on instead of a download: a folder of pictures (PNG, JPEG, WebP; subfolders are classes, train and test the split), arrays (NPY, NPZ, IDX), or a table (CSV, or rows of floats that are no images). Without test images a tenth of the training images becomes the test set: the same for every seed, each class giving its share.",
            valueName: "path"))
    var data: String?

    @Option(
        help:
            "Use only the first N training images, or of images that are sorted by class N of them, each class giving its share; the test set stays whole."
    )
    var limit: Int?

    @OptionGroup var importing: DatasetFlags

    var exportData: String? { importing.exportData }
    var imageSize: PictureSize? { importing.imageSize }
    var grey: Bool { importing.grey }
    var table: Bool { importing.table }
    var files: ImportFlags { importing.files }
    var storage: ImageStorage { importing.storage }

    /// What the flags ask for.
    /// - Parameter seed: of the built-in digits
    /// - Throws: `invalidArgument` for a flag out of range, or one that has no effect beside the others.
    func request(seed: UInt64) throws(VAEError) -> DataRequest {
        if let limit, limit < 1 {
            throw VAEError(
                .invalidArgument, "limit", "is out of range", expected: "1 or more", found: "\(limit)")
        }
        if data == nil, let flag = importing.given {
            throw VAEError(
                .invalidArgument, flag, "is for files of one's own", expected: "--data PATH",
                found: "no --data")
        }
        var request = DataRequest(
            dataset ?? .auto, path: data, limit: limit, seed: seed, options: try importing.options())
        request.storage = storage
        return request
    }
}

extension DatasetChoice: ExpressibleByArgument {}
