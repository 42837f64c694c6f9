import Foundation
import VAECore

extension Dataset {
    /// Writes the images and labels to new files, for `Dataset(contentsOf:)` and other readers, some megabytes at a time.
    ///
    /// A path that ends in `.npz` becomes one NPZ archive, which `numpy.load` reads: `train_images` (n, height, width), × channels unless grey,
    /// `train_labels`, `test_images`, `test_labels` and the texts `class_names`, as far as there are any. Any other path becomes a
    /// folder of uncompressed IDX files under their standard names, which every reader of MNIST knows, and which have no names of classes; the folder is made if it
    /// isn't there. Bytes stay bytes, and what bytes would round is written in single precision.
    /// - Returns: the paths written.
    /// - Throws: `invalidArgument` for a table, and for images that such files can't tell apart from others; `cannotCreate` if the archive or any of
    ///   the standard files is there already, in which case nothing is written, or can't be made; `inputOutput` when it can't be written; what reading images
    ///   throws.
    @discardableResult
    public func export(to path: String) throws(VAEError) -> [String] {
        guard columns.isEmpty else {
            throw VAEError(
                .invalidArgument, name, "is a table, and images are what is exported",
                advice: "Take the table's own file: nothing was made of its rows.")
        }
        return path.lowercased().hasSuffix(".npz") ? try exportNPZ(to: path) : try exportIDX(to: path)
    }

    private func exportIDX(to folder: String) throws(VAEError) -> [String] {
        var files: [(path: String, header: [UInt8], array: ArrayExport)] = []
        func add(_ file: DatasetFile, _ array: ArrayExport) throws(VAEError) {
            files.append((joined(folder, file.standardName), try IDX.header(array.type, array.shape), array))
        }
        try add(.trainImages, ArrayExport(train))
        if let labels = train.labels { try add(.trainLabels, ArrayExport(IDX.labels(labels))) }
        if let test {
            try add(.testImages, ArrayExport(test))
            if let labels = test.labels { try add(.testLabels, ArrayExport(IDX.labels(labels))) }
        }
        try makeFolder(folder)
        // Under any name that a reader would take, or the old and the new files would be mixed up.
        for path in DatasetFile.allCases.flatMap(\.names).map({ joined(folder, $0) }) {
            try Self.checkIsNew(path, advice: "Name another folder, or take the file away.")
        }
        for (path, header, array) in files {
            var file = try GrowingFile(path)
            try file.append(header)
            try array.forEachPiece(isBigEndian: true) { (bytes) throws(VAEError) in try file.append(bytes) }
            try file.finish()
        }
        return files.map(\.path)
    }

    /// - Throws: `cannotCreate` if anything has this name.
    static func checkIsNew(_ path: String, advice: String) throws(VAEError) {
        var status = stat()
        guard lstat(path, &status) != 0 else {
            throw VAEError(
                .cannotCreate, path, "is there already and is not overwritten", advice: advice)
        }
    }
}

/// The path of `name` in `folder`.
func joined(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
}

/// Makes a folder and those above it; no error if it is there.
/// - Throws: `cannotCreate`.
func makeFolder(_ folder: String) throws(VAEError) {
    do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
        var status = stat()
        let isFile = stat(folder, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
        throw VAEError(
            .cannotCreate, folder,
            isFile ? "is a file, not a folder" : "can't be made (\(error.localizedDescription))",
            advice: "Name a folder that you may write to.")
    }
}
