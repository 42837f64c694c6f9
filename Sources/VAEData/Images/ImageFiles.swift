import Foundation
import VAECore

/// Images from files that somebody named, in a model's shape.
public struct ImageFiles: Sendable {
    /// All of one shape, in the order of the paths.
    public let images: ImageSet
    /// The name of each image: the path of its picture, or the path of its array and its place there.
    public let names: [String]

    /// Reads images from files and folders, in the order of `paths`.
    ///
    /// The kind of a file is told by its first bytes, not its name:
    /// - PNG, JPEG and WebP pictures, transparent ones laid over white, of 2²⁶ pixels at most;
    /// - IDX files of images, compressed or not;
    /// - NPY arrays of uint8 (0 to 255) or of floats in [0, 1], which are rounded to 8 bits: (n, height, width),
    ///   (n, height, width, channels), (n, values), or a single image without its n;
    /// - folders of pictures, in the order of their names' bytes, or else of the IDX files of a data set, of which the
    ///   test images are taken, or the training images where there are none.
    ///
    /// Colour becomes grey by the luma of ITU-R 601 (as in Pillow), grey becomes colour by repetition.
    /// - Parameters:
    ///   - paths: files and folders, in the order of the images
    ///   - shape: what every image has in the end.
    ///   - scalingToFit: scales images of other sizes until they touch the shape's sides from within, by averages over areas
    ///     where they shrink and linear interpolation where they grow, and puts them in its centre on black; without it they are
    ///     refused.
    ///   - inverting: turns black into white first, for drawings on paper.
    /// - Throws: `missingInput` or `inputOutput` when a file is not there or can't be read; `invalidData` when it holds
    ///   no images, or images that do not have the shape; `invalidArgument` when `paths` is empty.
    public init(
        contentsOf paths: [String], shape: ImageShape, scalingToFit: Bool = false, inverting: Bool = false
    ) throws(VAEError) {
        guard !paths.isEmpty else {
            throw VAEError(.invalidArgument, "image files", "are none", expected: "files or folders")
        }
        var pixels: [UInt8] = []
        var labels: [UInt8]? = []
        var names: [String] = []
        for path in paths {
            for file in try ImageFiles.files(path) {
                let (found, isPicture) = try ImageFiles.contents(of: file, shape)
                let conforming = try found.conforming(
                    to: shape, fit: scalingToFit, invert: inverting, path: file)
                pixels += conforming.pixels
                labels = conforming.labels.flatMap { new in labels.map { $0 + new } }
                names += isPicture ? [file] : (0..<conforming.count).map { "\(file):\($0)" }
            }
        }
        images = try ImageSet(shape: shape, pixels: pixels, labels: labels)
        self.names = names
    }

    /// A path itself, or the pictures of a folder that holds some.
    private static func files(_ path: String) throws(VAEError) -> [String] {
        guard Folder.exists(path) else { return [path] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw VAEError.file(path, .open, EACCES)
        }
        let pictures = names.filter(PictureFormat.isPictureName)
        guard pictures.isEmpty else {
            return pictures.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { joined(path, $0) }
        }
        guard names.contains(where: { DatasetFile.trainImages.names.contains($0) }) else {
            throw VAEError(
                .missingInput, path, "holds no images",
                expected: "\(PictureFormat.names) pictures, or the IDX files of a data set",
                found: names.isEmpty ? "an empty folder" : "\(names.count) other files",
                advice: "Name the files themselves, or another folder.")
        }
        return [path]
    }

    private static func contents(
        of path: String, _ shape: ImageShape
    ) throws(VAEError) -> (images: ImageSet, isPicture: Bool) {
        if Folder.exists(path) {
            let data = try Dataset(contentsOf: path)
            return (data.test ?? data.train, false)
        }
        let input = try InputBytes(path: path)
        let start = try input.start()
        if PictureFormat(of: start) != nil { return (try picture(at: path), true) }
        if FileKind.picture(of: start) != nil { throw PictureFormat.refusal(of: start, path: path) }
        if try input.begins(with: NPY.magic) {
            return (try NPY.read(path).images(of: shape, path: path), false)
        }
        let isIDX = try input.begins(with: [0, 0])
        let isCompressed = try input.begins(with: [0x1F, 0x8B])
        guard isIDX || isCompressed else {
            throw VAEError(
                .invalidData, path, "holds no images",
                expected: "a \(PictureFormat.names) picture, an NPY or an IDX file",
                found: FileKind.name(of: start) ?? "another kind of file",
                advice: "Convert it to PNG, or save an array of images with numpy.save.")
        }
        return (try IDX.readImages(at: path), false)
    }

    /// A picture laid over white, grey or RGB as it is, of eight bits a value.
    private static func picture(at path: String) throws(VAEError) -> ImageSet {
        let picture = try Picture(contentsOf: path)
        let preparation = PicturePreparation()
        let channels = preparation.channels(of: picture)
        let shape = preparation.shape(of: picture, channels: channels)
        switch preparation.prepared(picture, channels: channels) {
        case .bytes(let pixels): return try ImageSet(shape: shape, pixels: pixels)
        case .floats(let values): return try ImageSet(shape: shape, values: values)
        }
    }
}

extension NPYArray {
    /// The array as images: see `ImageFiles`.
    /// - Parameter shape: the model's, which tells apart what sizes alone do not.
    fileprivate func images(of model: ImageShape, path: String) throws(VAEError) -> ImageSet {
        let found: ImageShape
        switch shape.count {
        case 4: found = ImageShape(height: shape[1], width: shape[2], channels: shape[3])
        case 3 where model.channels > 1 && shape[2] == model.channels:
            found = ImageShape(height: shape[0], width: shape[1], channels: shape[2])
        case 3: found = ImageShape(height: shape[1], width: shape[2])
        case 2 where shape != [model.height, model.width] && shape[1] == model.count: found = model
        case 2: found = ImageShape(height: shape[0], width: shape[1])
        default:
            throw VAEError(
                .invalidData, path, "does not hold images",
                expected: "an array of 2 to 4 dimensions: (n, height, width, channels)", found: "\(shape)",
                advice: "Reshape it to (n, \(model.height), \(model.width)).")
        }
        guard values.count > 0 else {
            throw VAEError(.invalidData, path, "holds no images", found: "an array of shape \(shape)")
        }
        guard found.channels <= 4 else {
            throw VAEError(
                .invalidData, path, "has too many channels in its last dimension", expected: "1 to 4",
                found: "\(shape)", advice: "Store the channels last.")
        }
        let pixels: [UInt8]
        switch values {
        case .bytes(let values): pixels = values
        case .floats(let values): pixels = try NPYArray.bytes(values, path)
        case .doubles(let values): pixels = try NPYArray.bytes(values, path)
        default:
            throw VAEError(
                .invalidData, path, "holds numbers of another kind", expected: "uint8, float32 or float64",
                found: type.rawValue, advice: "Convert it in Python: np.save(path, array.astype('u1')).")
        }
        return try ImageSet(shape: found, pixels: pixels)
    }

    /// [0, 1] to 0...255.
    private static func bytes<T: BinaryFloatingPoint>(_ values: [T], _ path: String) throws(VAEError)
        -> [UInt8]
    {
        if let index = values.firstIndex(where: { !($0 >= 0 && $0 <= 1) }) {
            throw VAEError(
                .invalidData, path, "holds a value that is no brightness", expected: "0 to 1 in floats",
                found: "\(values[index])",
                advice: "Scale the values to 0 (black) to 1 (white), or save them as uint8.")
        }
        return values.map { UInt8(($0 * 255).rounded()) }
    }
}
