import VAECore
import VAEData

/// The name of a data set, and those of its classes, as people write them.
struct DataName {
    /// "MNIST" for "mnist".
    let title: String
    /// The word for a class, such as "digit".
    let label: String
    /// The classes from 0 on where they are more than numbers.
    let classes: [String]

    init(_ data: Dataset) { self.init(data.name, classes: data.classNames) }

    init(_ name: String, classes: [String] = []) {
        switch DatasetChoice(rawValue: name) {
        case .mnist: (title, label) = ("MNIST", "digit")
        case .synthetic: (title, label) = ("Synthetic digits", "digit")
        case .fashionMNIST: (title, label) = ("Fashion-MNIST", "class")
        // The name of a folder, which anybody may have made.
        case .auto, nil: (title, label) = (DataName.shown(name, 60), "class")
        }
        self.classes = classes.map { DataName.shown($0, 40) }
    }

    private static func shown(_ name: String, _ length: Int) -> String {
        String(name.escapingControlCharacters().prefix(length))
    }

    func name(ofClass label: Int) -> String {
        classes.indices.contains(label) ? classes[label] : "\(label)"
    }
}
