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
    /// Reads a file or folder of images, as ``DataSource`` does.
    /// - Parameters:
    ///   - path: where the images are
    ///   - name: what to call the data; by default the file's or folder's name
    ///   - options: what is to be made of the files
    /// - Throws: what ``DataSource`` throws.
    public init(
        contentsOf path: String, name: String? = nil, options: ImportOptions = ImportOptions()
    ) throws(VAEError) {
        self = try DataSource(path).dataset(name: name, options: options)
    }
}
