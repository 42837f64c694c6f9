import VAECore
import VAEData

extension RunRecord {
    /// The run's images, loaded again.
    /// - Parameters:
    ///   - path: where they are now; nil for where the run found them
    ///   - storage: where they are while they are used; the run may have had another
    /// - Throws: `missingInput` when they are no longer there; `invalidData` when they are not the ones of the run.
    func dataset(
        at path: String?, _ storage: ImageStorage, progress: (DatasetEvent) -> Void = { _ in }
    ) throws(VAEError) -> Dataset {
        var request = try DataRequest(self, at: path)
        request.storage = storage
        return try checked(request.load(progress), from: path ?? data.folder)
    }

    /// The same images, if they are the run's, with its test set.
    /// - Parameter place: where they come from; nil for nowhere that has a path
    /// - Throws: `invalidData` when they are others.
    func checked(_ data: Dataset, from place: String? = nil) throws(VAEError) -> Dataset {
        let data = try data.holdingOutTest(by: self.data.heldOutBy).standardized()
        guard try data.has(contentHash: self.data.sha256) else {
            func describe(_ train: Int, _ test: Int, _ hash: String) -> String {
                "\(train) training and \(test) test images with the SHA-256 \(hash)"
            }
            throw VAEError(
                .invalidData, place ?? data.source, "is not the data set of this run",
                expected: describe(self.data.trainImages, self.data.testImages, self.data.sha256),
                found: describe(data.train.count, data.test?.count ?? 0, try data.contentHash()),
                advice: "Name the folder of the run's images (--data DIR), or begin a new run.")
        }
        // Pictures keep their titles, wherever the images are now.
        return try data.replacing(name: self.data.name)
    }
}
