import Foundation
import VAE
import VAECore
import VAEData

/// `config.json`: everything a run was made of, resolved. The words alone, and no model: one file of a run's folder.
package struct RunRecord: Codable, Sendable {
    /// The data that the run was trained on, and how to find it again.
    package struct Data: Codable, Sendable {
        package let name: String
        /// A phrase for people.
        package let source: String
        /// `Dataset.contentHash()`.
        package let sha256: String
        package let trainImages: Int
        package let testImages: Int
        /// The absolute path of the file or folder that was named, nil when none was; records of version 0.1.0's first
        /// builds lack it.
        package let folder: String?
        /// The number of training images used; nil for all.
        package let limit: Int?
        /// What was made of the files; nil where none were named, and in records from before there was a choice.
        package let options: ImportOptions?
        /// How test images are held out where the data has none; nil in records from before they were drawn.
        package let holdOut: HoldOut?

        /// How test images are held out where the data has none.
        package var heldOutBy: HoldOut { holdOut ?? .last }

        /// Which training images are used where there is a limit; nil without one, and in records from before there was a rule.
        package let limiting: Limiting?

        /// Which training images are used where there is a limit.
        package var limitedBy: Limiting { limiting ?? .first }

        package init(
            name: String, source: String, sha256: String, trainImages: Int, testImages: Int, folder: String?,
            limit: Int?, options: ImportOptions? = nil, holdOut: HoldOut? = nil, limiting: Limiting? = nil
        ) {
            self.name = name
            self.source = source
            self.sha256 = sha256
            self.trainImages = trainImages
            self.testImages = testImages
            self.folder = folder
            self.limit = limit
            self.options = options
            self.holdOut = holdOut
            self.limiting = limiting
        }
    }

    package struct Environment: Codable, Sendable {
        package let version: String
        package let blas: String
        package let blasKernels: String
        /// `openblas`, `program` or `user`; records of version 0.1.0's first builds lack it.
        package let blasKernelsChosenBy: String?
        /// `tiles` or `blas`; nil in a record of a version that rounded otherwise.
        package let products: String?
        /// The engine in a record of a version that rounded otherwise: `direct` or `lowered`.
        package private(set) var convolutions: String?
        /// How products by `sgemm` are made of convolutions, `differences`; nil in a record of a version that had im2col alone, and
        /// rounded otherwise.
        package let lowering: String?
        /// The instruction set of the tiles, nil where the processor has none.
        package let tiles: String?
        package let processor: String
        package let threads: Int
        package let started: String
        package let command: [String]

        /// The engine that computed the products: "filtered, AVX2", or "blas", which a processor without tiles has do it all the same.
        package var computedBy: String {
            let engine = (products ?? convolutions).flatMap(Products.init(anyVersion:))
            guard let engine, engine.areTiled, let tiles else {
                return (engine == nil ? nil : Products.blas)?.rawValue ?? ""
            }
            return "\(engine.rawValue), \(tiles)"
        }

        package init(
            version: String, blas: String, blasKernels: String, blasKernelsChosenBy: String? = nil,
            products: String?, lowering: String? = nil, tiles: String?, processor: String, threads: Int,
            started: String,
            command: [String]
        ) {
            self.version = version
            self.blas = blas
            self.blasKernels = blasKernels
            self.blasKernelsChosenBy = blasKernelsChosenBy
            self.products = products
            self.lowering = lowering
            self.tiles = tiles
            self.processor = processor
            self.threads = threads
            self.started = started
            self.command = command
        }
    }

    package let model: ModelConfiguration
    package var training: TrainingConfiguration
    package let parameters: Int
    package let data: Data
    /// The environment in which the run was begun.
    package let environment: Environment
    /// The environments in which it was gone on with, one each time; nil for never.
    package var resumptions: [Environment]?
    /// Whether a film is made, and events for TensorBoard are written: a run that is gone on with goes on with them. nil for no.
    package var film, tensorBoard: Bool?

    package init(
        model: ModelConfiguration, training: TrainingConfiguration, parameters: Int, data: Data,
        environment: Environment
    ) {
        self.model = model
        self.training = training
        self.parameters = parameters
        self.data = data
        self.environment = environment
    }

    /// Reads the record that a run left at `path`.
    /// - Throws: `missingInput` when there is none, `invalidData` when it isn't one.
    package init(contentsOf path: String) throws(VAEError) {
        let bytes = try DurableFile.read(path, limit: RunRecord.longest)
        do {
            try RunRecord.checkKeys(bytes)
            self = try JSONDecoder().decode(RunRecord.self, from: Foundation.Data(bytes))
        } catch {
            throw VAEError(
                .invalidData, path, "is not the record of a run", found: RunRecord.reason(error),
                advice: "Take the config.json that vae-train wrote.")
        }
    }

    /// Bytes of the longest record. JSON is read into something many times its size, and names in it are hashed
    /// in time that grows with the square of their length.
    package static let longest = 1 << 16

    /// - Throws: an error that `reason` knows where an object has a key twice.
    static func checkKeys(_ bytes: [UInt8]) throws {
        guard let key = JSONText.repeatedKey(in: bytes) else { return }
        throw RepeatedKey(name: key)
    }

    private struct RepeatedKey: Error {
        let name: String
    }

    /// A decoding error in a few words.
    static func reason(_ error: any Error) -> String {
        func name(_ path: [any CodingKey]) -> String {
            String(path.map(\.stringValue).joined(separator: ".").unicodeScalars.prefix(120))
        }
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): return "no \"\(name(context.codingPath + [key]))\""
        case .typeMismatch(_, let context):
            return "a value of another kind for \"\(name(context.codingPath))\""
        case .valueNotFound(_, let context): return "nothing for \"\(name(context.codingPath))\""
        case .dataCorrupted(let context):
            let place = name(context.codingPath)
            return place.isEmpty ? "no valid JSON" : "a damaged value for \"\(place)\""
        default: return (error as? RepeatedKey).map { "\"\($0.name)\" twice" } ?? "what can't be read"
        }
    }
}
