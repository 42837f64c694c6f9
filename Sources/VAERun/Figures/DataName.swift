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

    init(_ name: String) {
        switch DatasetChoice(rawValue: name) {
        case .mnist: (title, label, classes) = ("MNIST", "digit", [])
        case .synthetic: (title, label, classes) = ("Synthetic digits", "digit", [])
        case .fashionMNIST: (title, label, classes) = ("Fashion-MNIST", "class", Self.clothes)
        case .auto, nil:
            // The name of a folder, which anybody may have made.
            (title, label, classes) = (String(name.escapingControlCharacters().prefix(60)), "class", [])
        }
    }

    func name(ofClass label: UInt8) -> String {
        Int(label) < classes.count ? classes[Int(label)] : "\(label)"
    }

    private static let clothes = [
        "T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot",
    ]
}
