import VAE
import VAECore
import VAEData

extension DataRequest {
    /// The images, for a model that was trained on such.
    /// - Parameters:
    ///   - model: whose images they are to be; its table's standardisation is applied to a table, whoever's it is
    ///   - record: of the run that trained it. Its very images have the name that it gave them, wherever they are now, and so have their
    ///     pictures, pages and evaluations. To tell, all images are hashed.
    /// - Throws: `missingInput` when they are no longer there; `invalidData` when they have another shape, or a table has other columns.
    func load(
        for model: VariationalAutoencoder, _ record: RunRecord?, _ progress: (DatasetEvent) -> Void
    ) throws(VAEError) -> Dataset {
        let shape = model.configuration.imageShape
        var data = try read(holdingOut: true, progress)
        guard data.columns.isEmpty == (model.standardization == nil) else {
            throw VAEError(
                .invalidData, path ?? data.source, data.columns.isEmpty ? "holds images" : "holds a table",
                expected: data.columns.isEmpty
                    ? "a table, as the model was trained on" : "images of \(shape)",
                advice: "Name the data that the model was trained on: --data PATH.")
        }
        if let standardization = model.standardization { data = try data.standardized(by: standardization) }
        let found = data.train.shape
        guard found == shape else {
            let isSized = found.height == shape.height && found.width == shape.width
            throw VAEError(
                .invalidData, path ?? data.source,
                "has images of \(isSized ? "other channels" : "another size") than the model's",
                expected: "\(shape)", found: "\(found)",
                advice: "Name the folder of the images that the model was trained on: --data DIR.")
        }
        guard let record, try data.has(contentHash: record.data.sha256) else { return data }
        return try data.replacing(name: record.data.name)
    }
}
