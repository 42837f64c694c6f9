import Kernels
import VAECore

extension ModelConfiguration {
    /// Whether encoder and decoder are told the class of every image.
    public var isConditional: Bool { !classes.isEmpty }

    /// The place of a label among the classes. O(log classes).
    func classIndex(_ label: Int) -> Int? {
        var (low, high) = (0, classes.count)
        while low < high {
            let middle = (low + high) / 2
            if classes[middle] < label { low = middle + 1 } else { high = middle }
        }
        return low < classes.count && classes[low] == label ? low : nil
    }

    /// - Parameters:
    ///   - labels: of some items; nil where they have none
    ///   - name: what the items are called in messages
    /// - Throws: `invalidArgument` when a conditional model is given no labels, or one that it has not been trained on.
    func checkClasses(_ labels: [Int]?, _ name: String) throws(VAEError) {
        guard isConditional else { return }
        let known =
            "\(classes.prefix(20).map(String.init).joined(separator: ", "))"
            + (classes.count > 20 ? ", … \(classes[classes.count - 1])" : "")
        guard let labels else {
            throw VAEError(
                .invalidArgument, name, "have no classes, which a conditional model is to be told",
                expected: "classes among \(known)",
                advice: "Give data with labels, or say the classes.")
        }
        guard let unseen = labels.firstIndex(where: { classIndex($0) == nil }) else { return }
        throw VAEError(
            .invalidArgument, name, "have a class that the model was not trained on", expected: known,
            found: "\(labels[unseen]) at \(unseen)")
    }
}

extension Workspace {
    /// Tells the network the class of the image at `position`, by its place among the classes.
    func setClass(_ index: Int, of classes: Int, at position: Int) {
        labels[position * classes..<(position + 1) * classes].fill(with: 0)
        labels[position * classes + index] = 1
    }

    /// Tells the network the classes of images, which were checked.
    func setClasses(of images: ImageSet, _ range: Range<Int>, _ configuration: ModelConfiguration) {
        guard configuration.isConditional, let labels = images.labels else { return }
        for (position, image) in range.enumerated() {
            setClass(
                configuration.classIndex(labels[image]) ?? 0, of: configuration.classes.count, at: position)
        }
    }
}

extension VariationalAutoencoder {
    /// One image for each of `classes`, decoded from draws of the prior, by a conditional model.
    ///
    /// The same seed draws the same z whatever the classes are: the i-th image of one class and the i-th of another differ in their class
    /// alone.
    /// - Parameters:
    ///   - classes: the class of each image
    ///   - numbers: which draw of the seed each image takes; nil for the first, the second and so on
    ///   - seed: the seed of the draws
    ///   - threads: how many threads decode
    /// - Returns: (classes, height, width, channels), as `decode` has it
    /// - Throws: `invalidArgument` when there are no classes, or one that the model was not trained on.
    public func sample(
        classes: [Int], draws numbers: [Int]? = nil, seed: UInt64 = 0, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> [Float] {
        try VAEError.require("samples", classes.count, in: 1...)
        return try decode(
            priorDraws(numbers ?? Array(0..<classes.count), seed: seed), classes: classes, threads: threads)
    }

    /// A row for each of `classes`: 1 at its place, 0 elsewhere. Empty for a model that knows of no classes.
    /// - Throws: `invalidArgument` when their number is not `count`, or one is unknown.
    package func classRows(_ classes: [Int]?, count: Int) throws(VAEError) -> [Float] {
        guard configuration.isConditional else {
            guard classes == nil else {
                throw VAEError(
                    .invalidArgument, "classes", "are given to a model that knows of none",
                    advice: "Leave them out, or train with classes (vae-train --conditional).")
            }
            return []
        }
        try configuration.checkClasses(classes, "latents")
        guard let classes, classes.count == count else {
            throw VAEError(
                .invalidArgument, "classes", "differ in number from the points", expected: "\(count)",
                found: "\(classes?.count ?? 0)")
        }
        let width = configuration.classes.count
        var rows = [Float](repeating: 0, count: count * width)
        for (item, label) in classes.enumerated() {
            rows[item * width + (configuration.classIndex(label) ?? 0)] = 1
        }
        return rows
    }
}
