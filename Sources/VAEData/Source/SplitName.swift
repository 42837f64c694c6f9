/// The part of a data set that a file or a folder holds, as its name says.
enum Split: CaseIterable {
    case train, test, validation

    /// The split that a folder's whole name says; nil for another name.
    init?(folder name: String) {
        guard let split = Split.allCases.first(where: { $0.words.contains(name.lowercased()) }) else {
            return nil
        }
        self = split
    }

    /// Words that names have for it. `t10k` is that of MNIST's ten thousand test images.
    var words: Set<String> {
        switch self {
        case .train: ["train", "training"]
        case .test: ["test", "testing", "t10k"]
        case .validation: ["val", "valid", "validation", "dev"]
        }
    }
}

/// The role of an array among others, as its name says: of `x_test.npy`, images of the test set.
struct ArrayRole: Equatable {
    /// nil where the name doesn't say.
    let split: Split?
    /// Whether the name speaks of labels.
    let isLabels: Bool
    /// What is left of the name: files of one data set have the same.
    let stem: String

    private static let labelWords: Set<String> = [
        "label", "labels", "y", "target", "targets", "class", "classes",
    ]
    private static let otherWords: Set<String> = [
        "image", "images", "img", "imgs", "x", "data", "pictures", "samples", "idx1", "idx2", "idx3", "idx4",
        "ubyte",
        "int", "npy", "npz", "gz", "idx", "csv", "float", "uint8",
    ]

    init(_ name: String) {
        var split: Split?
        var isLabels = false
        var rest: [Substring] = []
        for word in name.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
            if let found = Split.allCases.first(where: { $0.words.contains(String(word)) }) {
                split = split ?? found
            } else if Self.labelWords.contains(String(word)) {
                isLabels = true
            } else if !Self.otherWords.contains(String(word)) {
                rest.append(word)
            }
        }
        self.split = split
        self.isLabels = isLabels
        stem = rest.joined(separator: "-")
    }
}
