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

    @Option(help: "Use only the first N training images; the test set stays whole.")
    var limit: Int?

    @Option(help: ArgumentHelp("Write the data set as IDX files to this folder and stop.", valueName: "dir"))
    var exportData: String?

    @Option(
        help: ArgumentHelp(
            "The size that pictures get: a side, such as 64, or width and height, such as 64x48. (default: their own, which must be one)",
            valueName: "pixels"))
    var imageSize: PictureSize?

    @Flag(help: "Train on grey images, whatever colours the pictures have.")
    var grey = false

    @Flag(
        help:
            "Read images from the disk as they are needed, also where memory would hold them. (default: those that take more than a third of the free memory)"
    )
    var stream = false

    @Flag(help: "Keep no decoded pictures in ~/.cache/vae for the next time.")
    var noCache = false

    @OptionGroup var files: ImportFlags

    /// Where the images are while they are used.
    var storage: ImageStorage {
        ImageStorage(
            stream ? .disk : .automatic, cacheFolder: noCache ? nil : ImageStorage.standardCacheFolder)
    }

    /// What the flags ask for.
    /// - Parameter seed: of the built-in digits
    /// - Throws: `invalidArgument` for a flag out of range, or one that has no effect beside the others.
    func request(seed: UInt64) throws(VAEError) -> DataRequest {
        if let limit, limit < 1 {
            throw VAEError(
                .invalidArgument, "limit", "is out of range", expected: "1 or more", found: "\(limit)")
        }
        let needing = [
            ("--image-size", imageSize != nil), ("--grey", grey), ("--layout", files.layout != nil),
            ("--background", files.background != nil), ("--on-bad-image", files.onBadImage != nil),
            ("--fit", files.fit != nil), ("--stream", stream), ("--no-cache", noCache),
            ("--label-column", files.labelColumn != nil),
        ]
        if data == nil, let (flag, _) = needing.first(where: \.1) {
            throw VAEError(
                .invalidArgument, flag, "is for files of one's own", expected: "--data PATH",
                found: "no --data")
        }
        if files.fit != nil, imageSize == nil {
            throw VAEError(
                .invalidArgument, "--fit", "has no effect without a size", expected: "--image-size N",
                found: "no --image-size")
        }
        var options = files.applied(to: ImportOptions())
        options.pictures.size = imageSize?.size
        options.pictures.isGrey = grey ? true : nil
        var request = DataRequest(dataset ?? .auto, path: data, limit: limit, seed: seed, options: options)
        request.storage = storage
        return request
    }
}

extension DatasetChoice: ExpressibleByArgument {}
