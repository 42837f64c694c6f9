import VAECore

extension Dataset {
    /// A table with every column standardised by its training rows, the test rows by the same numbers; images, and what is standardised
    /// already, as they are.
    ///
    /// To be asked for when the test rows are held out (``holdingOutTest(fraction:)``): what is measured must not know them.
    /// - Throws: `invalidData` when a test row leaves the range of single precision.
    /// - Complexity: O(n).
    public func standardized() throws(VAEError) -> Dataset {
        guard !columns.isEmpty, standardization == nil else { return self }
        return try standardized(by: Standardization(columns: columns, values: train.values.floats))
    }

    /// A table as it was read, standardised as a model's was, its columns in the model's order.
    /// - Throws: `invalidData` when it has other columns, or a value leaves the range of single precision.
    package func standardized(by model: Standardization) throws(VAEError) -> Dataset {
        let places = try model.places(among: columns, path: name)
        func applied(_ set: ImageSet) throws(VAEError) -> ImageSet {
            let rows = Standardization.rows(try set.values.floats, width: columns.count, places: places)
            return try ImageSet(
                shape: ImageShape(height: 1, width: places.count), unbounded: .floats(model.apply(rows)),
                labels: set.labels)
        }
        return try Dataset(
            name: name, train: applied(train), test: test.map { (set) throws(VAEError) in try applied(set) },
            source: source, classNames: classNames, remarks: remarks, columns: model.columns,
            standardization: model)
    }
}
