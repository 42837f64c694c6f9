import Foundation
import VAECore

extension Dataset {
    /// Writes the images and labels to a folder as uncompressed IDX files under their standard names, for
    /// `Dataset(contentsOf:)` and every other reader of MNIST. The folder is made if it isn't there.
    /// - Returns: the paths written.
    /// - Throws: `cannotCreate` if the folder can't be made, or if any of the standard files is there
    ///   already, in which case nothing is written; what `DurableFile.write` throws.
    @discardableResult
    public func export(to folder: String) throws(VAEError) -> [String] {
        var files: [(path: String, array: NumericArray)] = []
        func add(_ file: DatasetFile, _ array: NumericArray) {
            files.append((joined(folder, file.standardName), array))
        }
        add(.trainImages, try IDX.images(train))
        if let labels = train.labels {
            add(.trainLabels, try IDX.labels(labels))
        }
        if let test {
            add(.testImages, try IDX.images(test))
            if let labels = test.labels {
                add(.testLabels, try IDX.labels(labels))
            }
        }
        try makeFolder(folder)
        // Under any name that a reader would take, or the old and the new files would be mixed up.
        for path in DatasetFile.allCases.flatMap(\.names).map({ joined(folder, $0) }) {
            var status = stat()
            if lstat(path, &status) == 0 {
                throw VAEError(
                    .cannotCreate, path, "is there already and is not overwritten",
                    advice: "Name another folder, or take the file away.")
            }
        }
        for (path, array) in files { try IDX.write(array, to: path) }
        return files.map(\.path)
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
