import Foundation
import VAECore
import VAEData

/// Which images, or which table, a run is about, as its flags or its record say: enough to load the same ones again.
package struct DataRequest: Sendable {
    package var choice: DatasetChoice
    /// A file or folder of one's own instead of what the choice names.
    package var path: String?
    /// Only so many training images; nil for all.
    package var limit: Int?
    /// The seed of the built-in digits.
    package var seed: UInt64
    /// What is to be made of one's own files.
    package var options: ImportOptions
    /// Where the images are while they are used. It changes nothing in them, and is not on record.
    package var storage = ImageStorage()
    /// How test images are held out where there are none.
    package var holdOut: HoldOut
    /// Which training images are taken where there is a limit.
    package var limiting: Limiting

    package init(
        _ choice: DatasetChoice, path: String?, limit: Int?, seed: UInt64,
        options: ImportOptions = ImportOptions(), holdOut: HoldOut = .stratified,
        limiting: Limiting = .stratified
    ) {
        self.choice = choice
        self.path = path
        self.limit = limit
        self.seed = seed
        self.options = options
        self.holdOut = holdOut
        self.limiting = limiting
    }

    /// The images of a recorded run: from the path given here, else from the one it names, else from where its data set always comes from.
    /// - Parameter path: where the images are now; nil for where the run found them.
    /// - Throws: `missingInput` when there is neither.
    package init(_ record: RunRecord, at path: String? = nil) throws(VAEError) {
        let known = DatasetChoice(rawValue: record.data.name)
        if let path = path ?? record.data.folder {
            self.init(
                known == .synthetic ? .auto : known ?? .auto, path: path, limit: record.data.limit,
                seed: record.training.seed, options: record.data.options ?? ImportOptions(),
                holdOut: record.data.heldOutBy, limiting: record.data.limitedBy)
            return
        }
        guard let choice = known, choice != .auto else {
            throw VAEError(
                .missingInput, "data set \"\(record.data.name)\"", "can't be found again",
                found: "no path in the run's config.json",
                advice: "Say where its images are: --data PATH.")
        }
        self.init(
            choice, path: nil, limit: record.data.limit, seed: record.training.seed,
            holdOut: record.data.heldOutBy, limiting: record.data.limitedBy)
    }

    /// Loads the images, with a tenth of the training images held out as the test set where there is none. A table is standardised by the rows
    /// that are trained on.
    /// - Parameter holdingOut: false leaves the images as they came
    /// - Throws: what `DatasetLoader.load` throws.
    package func load(
        holdingOut: Bool = true, _ progress: (DatasetEvent) -> Void = { _ in }
    ) throws(VAEError) -> Dataset {
        let data = try read(holdingOut: holdingOut, progress)
        return holdingOut ? try data.standardized() : data
    }

    /// The images; of a table the values as they are.
    func read(holdingOut: Bool, _ progress: (DatasetEvent) -> Void) throws(VAEError) -> Dataset {
        var loader = DatasetLoader()
        loader.storage = storage
        var data = try loader.load(
            choice, path: path, options: options, seed: seed, progress: progress)
        // Before the limit, so that a limit leaves the test set as it is.
        if holdingOut { data = try data.holdingOutTest(by: holdOut) }
        return if let limit { try data.limited(to: limit, by: limiting) } else { data }
    }

    /// The record of the images that it loaded.
    package func record(of data: Dataset) throws(VAEError) -> RunRecord.Data {
        var options = options
        // Arrays of other values are a table all the same, when the run's tools read some.
        if !data.columns.isEmpty { options.isTable = true }
        return try RunRecord.Data(
            data, path: path.map { URL(fileURLWithPath: $0).standardizedFileURL.path }, limit: limit,
            options: path == nil ? nil : options, holdOut: holdOut, limiting: limiting)
    }
}

extension RunRecord.Data {
    /// The record of images, of which it hashes all.
    /// - Parameters:
    ///   - path: the absolute path that was named; nil for none
    ///   - limit: how many of the training images they are; nil for all
    ///   - options: what was made of files; nil where there were none
    ///   - holdOut: how test images are held out where there are none
    ///   - limiting: which training images were taken where there is a limit
    package init(
        _ data: Dataset, path: String? = nil, limit: Int? = nil, options: ImportOptions? = nil,
        holdOut: HoldOut = .stratified, limiting: Limiting = .stratified
    ) throws(VAEError) {
        self.init(
            name: data.name, source: data.source, sha256: try data.contentHash(),
            trainImages: data.train.count,
            testImages: data.test?.count ?? 0, folder: path, limit: limit, options: options,
            holdOut: holdOut, limiting: limit == nil ? nil : limiting)
    }
}
