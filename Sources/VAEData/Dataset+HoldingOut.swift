import VAECore

extension Dataset {
    /// The same data with a share of the training images as test images, if it has no test set yet.
    ///
    /// The test set has `fraction` of the images, rounded down but at least one. They are drawn by a fixed seed, the same whatever the seed of
    /// a training, so that trainings of several seeds are measured on the same images, and both sets keep the order of the images.
    ///
    /// Where images have labels, the draw is stratified: each class gives its share of the test set, rounded down or up, by largest
    /// remainders. Where not all can be rounded up, classes that would give none come first, so that classes of about ten images or more have a
    /// test image where a tenth is held out. Each class keeps an image to train with: one of a single image gives none, and a share
    /// close to 1 is not reached. Where most images are alone in their class, labels are taken for numbers of images and play no part.
    ///
    /// The pixels are shared, not copied. O(n), and no pixel is read.
    /// - Throws: `invalidArgument` unless 0 < `fraction` < 1 and there are two images or more.
    public func holdingOutTest(fraction: Double = 0.1) throws(VAEError) -> Dataset {
        try holdingOutTest(fraction: fraction, by: .stratified)
    }

    /// The same data with test images held out by a rule, if it has no test set yet.
    /// - Throws: as ``holdingOutTest(fraction:)``.
    package func holdingOutTest(fraction: Double = 0.1, by rule: HoldOut) throws(VAEError) -> Dataset {
        guard test == nil else { return self }
        try VAEError.require(
            "held-out share", fraction > 0 && fraction < 1, expected: "more than 0, less than 1",
            found: "\(fraction)")
        let noun = columns.isEmpty ? "images" : "rows"
        guard train.count >= 2 else {
            throw VAEError(
                .invalidArgument, name, "is too small to hold out test \(noun)",
                expected: "2 \(noun) or more", found: "\(train.count)",
                advice: "Add some, or a test set of its own.")
        }
        let count = min(max(1, Int(Double(train.count) * fraction)), train.count - 1)
        switch rule {
        case .last:
            let kept = train.count - count
            return try replacing(
                train: train.slice(0..<kept), test: train.slice(kept..<train.count),
                source: "\(source), its last \(count) \(noun) held out as the test set")
        case .stratified:
            let draw = HeldOutDraw(count, of: train, called: noun)
            return try replacing(
                train: train.selecting(draw.kept), test: train.selecting(draw.held),
                source: "\(source), \(draw.phrase)")
        }
    }
}

extension Dataset {
    /// What is to be said of a test set that lacks most of the classes, as that of data sorted by class has that is cut off at its end; nil where it has more
    /// than half of them, or too few images to have them.
    package var remarkOnClasses: String? {
        guard let test, let labels = test.labels, StratifiedDraw.classes(of: train) != nil else { return nil }
        let present = Set(labels)
        // Those of a class may all have been held out.
        let classes = present.union(train.labels ?? [])
        guard test.count >= classes.count, 2 * present.count <= classes.count else { return nil }
        let names = present.sorted().prefix(8).map { label in
            classNames.indices.contains(label) ? classNames[label] : "\(label)"
        }
        return
            "the test set has images of \(present.count) of the \(classes.count) classes alone: \(names.joined(separator: ", "))\(present.count > 8 ? ", …" : "")"
    }
}

/// The rule by which test images are held out of data without any, as records of runs name it.
package enum HoldOut: String, Sendable, Codable {
    /// ``Dataset/holdingOutTest(fraction:)``
    case stratified
    /// The last ones in their order: the rule of runs that have none on record. Data sorted by class gives test images of one class.
    case last
}
