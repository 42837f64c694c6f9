import Foundation
import VAECore

/// The four files of an MNIST-style data set, and how they are named.
enum DatasetFile: CaseIterable {
    case trainImages, trainLabels, testImages, testLabels

    /// The standard name, as on the servers but without `.gz`.
    var standardName: String {
        switch self {
        case .trainImages: "train-images-idx3-ubyte"
        case .trainLabels: "train-labels-idx1-ubyte"
        case .testImages: "t10k-images-idx3-ubyte"
        case .testLabels: "t10k-labels-idx1-ubyte"
        }
    }

    /// Names looked for, in this order. Some archives unpack to a dot before `idx`.
    var names: [String] {
        let dotted = standardName.replacingOccurrences(of: "-idx", with: ".idx")
        return [standardName, standardName + ".gz", dotted, dotted + ".gz"]
    }
}

extension Dataset {
    /// Reads the IDX files of a folder, compressed or not.
    ///
    /// Looks for `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
    /// `t10k-labels-idx1-ubyte`, each also with `.gz` and with `.idx` in place of `-idx`. Only the
    /// training images must be there.
    /// - Parameters:
    ///   - folder: where the files are
    ///   - name: what to call the data; by default the folder's name.
    /// - Throws: `missingInput` for a folder or file that is missing or may not be read; `invalidData` for
    ///   a file that isn't what it should be.
    public init(contentsOf folder: String, name: String? = nil) throws(VAEError) {
        self = try Self.read(folder: folder, name: name)
    }

    private static func read(folder: String, name: String?) throws(VAEError) -> Dataset {
        try checkFolder(folder)
        guard let trainImages = try find(.trainImages, in: folder) else {
            throw VAEError(
                .missingInput, folder, "has no training images",
                expected: DatasetFile.trainImages.names.joined(separator: ", "), found: contents(of: folder),
                advice: "Put the IDX files there, or name the folder that holds them.")
        }
        let trainLabels = try find(.trainLabels, in: folder)
        let train = try IDX.readImages(at: trainImages, labels: trainLabels)

        let testLabels = try find(.testLabels, in: folder)
        guard let testImages = try find(.testImages, in: folder) else {
            if let testLabels {
                throw VAEError(
                    .missingInput, testLabels, "has no images to go with it",
                    expected: DatasetFile.testImages.names.joined(separator: ", "),
                    found: contents(of: folder),
                    advice: "Add the test images, or take the test labels away.")
            }
            return try Dataset(
                name: name ?? folderName(folder), train: train, test: nil, source: "folder \(folder)")
        }
        let test = try IDX.readImages(at: testImages, labels: testLabels)
        guard test.shape == train.shape else {
            throw VAEError(
                .invalidData, testImages, "has another image size than \(trainImages)",
                expected: "\(train.shape)", found: "\(test.shape)",
                advice: "Take training and test images from the same data set.")
        }
        return try Dataset(
            name: name ?? folderName(folder), train: train, test: test, source: "folder \(folder)")
    }

    private static func checkFolder(_ folder: String) throws(VAEError) {
        var status = stat()
        guard stat(folder, &status) == 0 else {
            throw VAEError.file(folder, .open, errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw VAEError(
                .missingInput, folder, "is a file, not a folder",
                advice: "Name the folder that holds the IDX files.")
        }
        guard let open = opendir(folder) else {
            throw VAEError.file(folder, .open, errno)
        }
        closedir(open)
        guard access(folder, X_OK) == 0 else {
            throw VAEError.file(folder, .open, errno)
        }
    }

    /// The path of a file under one of its names; nil if it has none of them.
    private static func find(_ file: DatasetFile, in folder: String) throws(VAEError) -> String? {
        for name in file.names {
            let path = joined(folder, name)
            var status = stat()
            if stat(path, &status) == 0 { return path }
            // A file that is there but out of reach must not pass for one that is missing.
            if errno != ENOENT { throw VAEError.file(path, .open, errno) }
        }
        return nil
    }

    /// The contents of a folder that lacks a file, as errors show them.
    private static func contents(of folder: String) -> String {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        if names.isEmpty { return "an empty folder" }
        let shown = names.prefix(6).joined(separator: ", ")
        return names.count > 6 ? "\(shown) and \(names.count - 6) more" : shown
    }

    private static func folderName(_ folder: String) -> String {
        let name = URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent
        return name.isEmpty || name == "/" ? "data" : name
    }
}
