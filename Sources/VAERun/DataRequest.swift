import Foundation
import VAECore
import VAEData

/// Which images a run is about, as its flags or its record say: enough to load the same ones again.
package struct DataRequest: Sendable {
    package var choice: DatasetChoice
    /// A folder with IDX files instead of what the choice names.
    package var folder: String?
    /// Only so many of the first training images; nil for all.
    package var limit: Int?
    /// The seed of the built-in digits.
    package var seed: UInt64

    package init(_ choice: DatasetChoice, folder: String?, limit: Int?, seed: UInt64) {
        self.choice = choice
        self.folder = folder
        self.limit = limit
        self.seed = seed
    }

    /// The images of a recorded run: from the folder given here, else from the one it names, else from where its data set
    /// always comes from.
    /// - Parameter folder: where the images are now; nil for where the run found them.
    /// - Throws: `missingInput` when there is neither.
    package init(_ record: RunRecord, folder: String? = nil) throws(VAEError) {
        if let folder {
            let name = DatasetChoice(rawValue: record.data.name) ?? .auto
            self.init(
                name == .synthetic ? .auto : name, folder: folder, limit: record.data.limit,
                seed: record.training.seed)
            return
        }
        if let folder = record.data.folder {
            let choice = DatasetChoice(rawValue: record.data.name).flatMap { $0 == .synthetic ? nil : $0 }
            self.init(choice ?? .auto, folder: folder, limit: record.data.limit, seed: record.training.seed)
            return
        }
        guard let choice = DatasetChoice(rawValue: record.data.name), choice != .auto else {
            throw VAEError(
                .missingInput, "data set \"\(record.data.name)\"", "can't be found again",
                found: "no folder in the run's config.json",
                advice: "Name the folder of its images: --data DIR.")
        }
        self.init(choice, folder: nil, limit: record.data.limit, seed: record.training.seed)
    }

    /// Loads the images, with the last tenth of the training images as the test set where there is none.
    /// - Throws: what `DatasetLoader.load` throws.
    package func load(_ progress: (DatasetEvent) -> Void = { _ in }) throws(VAEError) -> Dataset {
        // Held out before the limit, so that a limit leaves the test set as it is.
        let data = try DatasetLoader().load(choice, folder: folder, seed: seed, progress: progress)
            .holdingOutTest()
        return if let limit { try data.limited(to: limit) } else { data }
    }

    /// The record of the images that it loaded.
    package func record(of data: Dataset) -> RunRecord.Data {
        RunRecord.Data(
            data, folder: folder.map { URL(fileURLWithPath: $0).standardizedFileURL.path }, limit: limit)
    }
}

extension RunRecord.Data {
    /// The record of images, of which it hashes all.
    /// - Parameters:
    ///   - folder: the absolute path of the folder that was named; nil for none
    ///   - limit: how many of the first training images they are; nil for all
    package init(_ data: Dataset, folder: String? = nil, limit: Int? = nil) {
        self.init(
            name: data.name, source: data.source, sha256: data.contentHash(), trainImages: data.train.count,
            testImages: data.test?.count ?? 0, folder: folder, limit: limit)
    }
}
