import ArgumentParser
import VAECore
import VAEData

/// The flags that say what becomes of files of one's own, for the programs that take a data set whole.
package struct DatasetFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The size that pictures get: a side, such as 64, or width and height, such as 64x48. (default: their own, which must be one)",
            valueName: "pixels"))
    package var imageSize: PictureSize?

    @Flag(help: "Take images as grey, whatever colours the pictures have.")
    package var grey = false

    @Flag(
        help:
            "Take an array of rows, (n, columns), as a table, whatever its values. (default: floats of which one at least lies outside 0 to 1)"
    )
    package var table = false

    @Flag(
        help:
            "Read images from the disk as they are needed, also where memory would hold them. (default: those that take more than a third of the free memory)"
    )
    package var stream = false

    @Flag(help: "Keep no decoded pictures in ~/.cache/vae for the next time.")
    package var noCache = false

    @Option(
        help: ArgumentHelp(
            "Write the images and labels to a new file and train nothing: one NPZ archive where the name ends in .npz, else a folder of IDX files. A test set is written if there is one; none is held out.",
            valueName: "path"))
    package var exportData: String?

    @OptionGroup package var files: ImportFlags

    package init() {}

    /// Where the images are while they are used.
    package var storage: ImageStorage {
        ImageStorage(
            stream ? .disk : .automatic, cacheFolder: noCache ? nil : ImageStorage.standardCacheFolder)
    }

    /// The first flag given that says something of files.
    package var given: String? {
        let all = [
            ("--image-size", imageSize != nil), ("--grey", grey), ("--table", table),
            ("--layout", files.layout != nil),
            ("--background", files.background != nil), ("--on-bad-image", files.onBadImage != nil),
            ("--fit", files.fit != nil), ("--stream", stream), ("--no-cache", noCache),
            ("--label-column", files.labelColumn != nil),
        ]
        return all.first(where: \.1)?.0
    }

    /// What is to be made of the files.
    /// - Throws: `invalidArgument` for a flag that has no effect beside the others.
    package func options() throws(VAEError) -> ImportOptions {
        if files.fit != nil, imageSize == nil {
            throw VAEError(
                .invalidArgument, "--fit", "has no effect without a size", expected: "--image-size N",
                found: "no --image-size")
        }
        var options = files.applied(to: ImportOptions())
        options.pictures.size = imageSize?.size
        options.pictures.isGrey = grey ? true : nil
        options.isTable = table ? true : nil
        return options
    }
}
