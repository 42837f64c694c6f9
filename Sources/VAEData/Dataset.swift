import VAECore

/// Training images, test images where there are any, and where both come from.
public struct Dataset: Sendable, Equatable {
    /// "mnist", "fashion-mnist", "synthetic", or the name of the folder it was read from.
    public let name: String
    /// Images to train with.
    public let train: ImageSet
    /// Images to test with, of the training images' shape.
    public let test: ImageSet?
    /// The origin of the images, as a phrase for people: a folder, the cache, a download, built in.
    public let source: String

    /// - Throws: `invalidArgument` without training images, with an empty test set, or if the test images
    ///   have another shape than the training images.
    public init(name: String, train: ImageSet, test: ImageSet?, source: String) throws(VAEError) {
        guard train.count > 0, test?.count != 0 else {
            throw VAEError(
                .invalidArgument, name, train.count == 0 ? "has no training images" : "has an empty test set",
                expected: "at least 1 image", found: "0")
        }
        if let test, test.shape != train.shape {
            throw VAEError(
                .invalidArgument, name, "has test images of another shape than its training images",
                expected: "\(train.shape)", found: "\(test.shape)")
        }
        self.name = name
        self.train = train
        self.test = test
        self.source = source
    }

    /// The same data with only the first `count` training images (all of them if there are fewer); the
    /// test images stay.
    /// - Throws: `invalidArgument` if `count` is less than 1.
    public func limited(to count: Int) throws(VAEError) -> Dataset {
        guard count >= 1 else {
            throw VAEError(
                .invalidArgument, "training images", "can't be limited to none", expected: "1 or more",
                found: "\(count)")
        }
        guard count < train.count else { return self }
        return try Dataset(name: name, train: train.slice(0..<count), test: test, source: source)
    }

    /// The same data with the last images of the training set as test images, if it has no test set yet.
    ///
    /// The last `fraction` of the images, rounded down but at least one, become the test set, in their
    /// order. Nothing is shuffled, so that the split is the same whatever the seed; a file sorted by class
    /// should be shuffled before.
    /// - Throws: `invalidArgument` unless 0 < `fraction` < 1 and there are two images or more.
    public func holdingOutTest(fraction: Double = 0.1) throws(VAEError) -> Dataset {
        guard test == nil else { return self }
        try VAEError.require(
            "held-out share", fraction > 0 && fraction < 1, expected: "more than 0, less than 1",
            found: "\(fraction)")
        guard train.count >= 2 else {
            throw VAEError(
                .invalidArgument, name, "is too small to hold out test images",
                expected: "2 images or more", found: "\(train.count)",
                advice: "Add images, or a test set of its own.")
        }
        let held = max(1, Int(Double(train.count) * fraction))
        let kept = train.count - held
        return try Dataset(
            name: name, train: train.slice(0..<kept), test: train.slice(kept..<train.count),
            source: "\(source), its last \(held) images held out as the test set")
    }

    /// SHA-256 of shapes, pixels and labels, as 64 hexadecimal digits: two data sets with the same hash
    /// train the same model. Name and source do not count. Computed anew at each call.
    public func contentHash() -> String {
        var hash = SHA256()
        hash.update(Array("vae-dataset-1".utf8))
        for set in [train, test] {
            guard let set else {
                hash.update([0])
                continue
            }
            hash.update([set.labels == nil ? 1 : 2])
            for value in [set.count, set.shape.height, set.shape.width, set.shape.channels] {
                hash.update(value)
            }
            hash.update(set.pixels)
            if let labels = set.labels { hash.update(labels) }
        }
        return hash.digest().description
    }
}
