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
    /// The names of the classes, label 0 first, where they are more than numbers.
    public let classNames: [String]
    /// What was found and is not used, and what was taken for what: phrases for people.
    public let remarks: [String]
    /// The names of a table's columns, each a value of an image of 1 × columns pixels; none for images.
    public let columns: [String]
    /// The standardisation that the values of a table have gone through; nil for images, and for a table as it was read.
    public let standardization: Standardization?

    /// - Parameters:
    ///   - name: what to call the data
    ///   - train: images to train with
    ///   - test: images to test with
    ///   - source: where the images come from, a phrase for people
    ///   - classNames: the names of the classes, label 0 first; none where labels are only numbers
    ///   - remarks: what people should know of how the images came about
    /// - Throws: `invalidArgument` without training images, with an empty test set, or if the test images
    ///   have another shape than the training images.
    public init(
        name: String, train: ImageSet, test: ImageSet?, source: String, classNames: [String] = [],
        remarks: [String] = []
    ) throws(VAEError) {
        try self.init(
            name: name, train: train, test: test, source: source, classNames: classNames, remarks: remarks,
            columns: [])
    }

    /// A table, or images where there are no columns.
    package init(
        name: String, train: ImageSet, test: ImageSet?, source: String, classNames: [String],
        remarks: [String], columns: [String], standardization: Standardization? = nil
    ) throws(VAEError) {
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
        self.classNames = classNames
        self.remarks = remarks
        self.columns = columns
        self.standardization = standardization
    }

    /// The same data with what is given in place of what it had.
    package func replacing(
        name: String? = nil, train: ImageSet? = nil, test: ImageSet? = nil, source: String? = nil,
        classNames: [String]? = nil
    ) throws(VAEError) -> Dataset {
        try Dataset(
            name: name ?? self.name, train: train ?? self.train, test: test ?? self.test,
            source: source ?? self.source, classNames: classNames ?? self.classNames, remarks: remarks,
            columns: columns, standardization: standardization)
    }
}
