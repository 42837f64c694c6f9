import VAECore

/// The arrays of a folder or an archive, told apart: which are images, which labels, of which split.
struct ArraySorting {
    let train: ArrayPair
    let test: ArrayPair?
    /// Arrays that nothing is made of.
    let unused: [ArrayEntry]

    /// - Parameters:
    ///   - entries: all arrays that there are
    ///   - place: the path of their folder or archive
    ///   - chosen: the images that somebody named; nil where only the place was
    /// - Throws: `missingInput` when there are no images; `invalidData` when several arrays could be the training images, or labels differ
    ///   in number from their images.
    init(_ entries: [ArrayEntry], in place: String, chosen: ArrayEntry? = nil) throws(VAEError) {
        let entries = Self.withoutCopies(entries)
        let images = entries.filter { !$0.isLabels }
        let candidates = images.filter { ($0.role.split ?? .train) == .train }
        guard let first = chosen ?? candidates.first else { throw Self.noImages(entries, place) }
        guard chosen != nil || candidates.count == 1 else { throw Self.several(candidates, entries, place) }
        let family = entries.filter { $0.role.stem == first.role.stem }
        let isTraining = (first.role.split ?? .train) == .train
        train = try Self.pair(first, family)
        var test: ArrayPair?
        for split in [Split.test, .validation] where test == nil && isTraining {
            let found = family.filter { !$0.isLabels && $0.role.split == split }
            guard found.count <= 1 else { throw Self.several(found, entries, place) }
            if let found = found.first { test = try Self.pair(found, family) }
        }
        self.test = test
        let used = [train, test].compactMap(\.self).flatMap { [$0.images, $0.labels].compactMap(\.self) }
        unused = entries.filter { entry in !used.contains { $0.path == entry.path && $0.key == entry.key } }
        if test == nil, isTraining,
            let orphan = family.first(where: {
                $0.isLabels && $0.role.split != nil && $0.role.split != .train
            })
        {
            throw VAEError(
                .missingInput, orphan.path, "has no images to go with it", expected: "test images beside it",
                found: Self.list(entries), advice: "Add the test images, or take the test labels away.")
        }
    }

    /// Of a file and its compressed copy the file.
    private static func withoutCopies(_ entries: [ArrayEntry]) -> [ArrayEntry] {
        let plain = Set(entries.map(\.path))
        return entries.filter { !($0.path.hasSuffix(".gz") && plain.contains(String($0.path.dropLast(3)))) }
    }

    /// Images with the labels of their split.
    private static func pair(_ images: ArrayEntry, _ family: [ArrayEntry]) throws(VAEError) -> ArrayPair {
        let split = images.role.split ?? .train
        let labels = family.filter { $0.isLabels && ($0.role.split ?? .train) == split }
        guard let first = labels.first else { return ArrayPair(images: images, labels: nil) }
        // Of several, those that say that they are: indices or weights may lie beside them.
        let named = labels.count > 1 ? labels.filter(\.role.isLabels) : labels
        guard named.count <= 1 else {
            throw VAEError(
                .invalidData, first.path,
                "is one of several arrays that could be the labels of \(images.name)",
                found: list(named), advice: "Leave one of them in the folder.")
        }
        guard let found = named.first else { return ArrayPair(images: images, labels: nil) }
        guard found.count == images.count else {
            throw VAEError(
                .invalidData, found.path, "differs in number from the images of \(images.path)",
                expected: "\(images.count) labels", found: "\(found.count)",
                advice: "Take images and labels from the same data set.")
        }
        return ArrayPair(images: images, labels: found)
    }

    private static func noImages(_ entries: [ArrayEntry], _ place: String) -> VAEError {
        VAEError(
            .missingInput, place, "has no training images", expected: "an array of images",
            found: list(entries),
            advice: "Name the file of the images itself, or call it train-images or x_train.")
    }

    private static func several(
        _ candidates: [ArrayEntry], _ entries: [ArrayEntry], _ place: String
    ) -> VAEError {
        VAEError(
            .invalidData, place, "has several arrays that could be the images to train on",
            expected: "one, or names with train and test", found: list(candidates),
            advice: candidates.allSatisfy { $0.key != nil }
                ? "Save one of them as an NPY file, or call the arrays x_train, y_train, x_test and y_test."
                : "Name one of these files itself.")
    }

    static func list(_ entries: [ArrayEntry]) -> String {
        let shown = entries.prefix(6).map(\.description).joined(separator: ", ")
        return entries.count > 6 ? "\(shown) and \(entries.count - 6) more" : shown
    }
}
