import Foundation
import VAE
import VAECore
import VAEEvaluation

extension EvaluationRecord {
    /// The evaluation of a run's last model on its own images.
    package static let fileName = "evaluation.json"

    /// The name of the evaluation of one of a run's models on the run's own images, by the name of the model's file.
    static func fileName(ofModel file: String) -> String {
        guard file != RunFolder.model else { return fileName }
        let stem = file.hasSuffix(".safetensors") ? String(file.dropLast(12)) : file
        return "evaluation-\(RunFolder.name(for: stem)).json"
    }

    /// Writes the record at `path`, whole or not at all.
    package func write(to path: String) throws(VAEError) { try DurableFile.write(json(), to: path) }

    /// The file's bytes: names in snake case and sorted, the same bytes for the same record.
    /// - Throws: `invalidData` when a number is not finite.
    package func json() throws(VAEError) -> [UInt8] { try Self.json(self) }

    /// The bytes of any evaluation's file.
    static func json(_ evaluation: some Encodable) throws(VAEError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        do {
            return Array(try encoder.encode(evaluation)) + [0x0A]
        } catch {
            throw .json("evaluation", error)
        }
    }

    /// Reads a record that `write` wrote.
    /// - Throws: `missingInput` when there is none, `invalidData` when it isn't one or is of another version.
    package init(contentsOf path: String) throws(VAEError) {
        let record: EvaluationRecord = try Self.read(path)
        guard record.isInRange else { throw Self.damaged(path, "numbers that no evaluation has") }
        self = record
    }

    /// Reads the file of any evaluation.
    /// - Throws: `missingInput` when there is none, `invalidData` when it isn't one or is of another version.
    static func read<Evaluation: Decodable>(_ path: String) throws(VAEError) -> Evaluation {
        let bytes = try DurableFile.read(path, limit: Self.longest)
        guard Self.longestString(of: bytes) <= Self.longestText else {
            throw Self.damaged(path, "a string of more than \(Self.longestText) bytes")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            try RunRecord.checkKeys(bytes)
            // Another version need not have the rest.
            let version = try decoder.decode(Version.self, from: Foundation.Data(bytes)).version
            guard version == Self.currentVersion else {
                throw Self.damaged(path, "version \(version)", expected: "version \(Self.currentVersion)")
            }
            return try decoder.decode(Evaluation.self, from: Foundation.Data(bytes))
        } catch let error as VAEError {
            throw error
        } catch {
            throw Self.damaged(path, RunRecord.reason(error))
        }
    }

    /// The evaluation of a run's model, nil where there is none or the model has become another since.
    /// - Parameter file: the name of the model's file
    /// - Throws: `invalidData` when it is damaged.
    package static func ofRun(
        _ folder: String, _ model: VariationalAutoencoder, file: String = RunFolder.model
    ) throws(VAEError) -> EvaluationRecord? {
        let name = fileName(ofModel: file)
        guard Folder.holdsFile(name, folder) else { return nil }
        let record = try EvaluationRecord(contentsOf: RunFolder.join(folder, name))
        return record.model.sha256 == (try model.sha256.description) ? record : nil
    }

    /// Whether counts are such as can be: what shows a record computes with them.
    private var isInRange: Bool {
        let sizes = 0...model.latentSize.clamped(to: 0...1 << 14)
        let latents = evaluation.latents
        return (1...1 << 14).contains(model.latentSize) && evaluation.omissions.count <= 100
            && latents.dimensions.count <= Evaluation.Latents.mostDimensions
            && [latents.inactive, latents.collapsed, latents.still, latents.activeUnits].allSatisfy(
                sizes.contains)
            && latents.dimensions.allSatisfy { $0.index >= 1 && sizes.contains($0.index) }
            && (evaluation.factors?.factors.allSatisfy {
                $0.bestDimension >= 1 && sizes.contains($0.bestDimension)
            } ?? true)
    }

    private struct Version: Decodable {
        let version: Int
    }

    /// Bytes of the longest record: 1,000 dimensions take about 150,000.
    package static let longest = 1 << 18
    /// Bytes of the longest string in one. Names are hashed in time that grows with the square of their length.
    static let longestText = 1000

    /// Bytes between the quotation marks that are furthest apart, escapes counted as they are.
    private static func longestString(of bytes: [UInt8]) -> Int {
        var longest = 0
        var start: Int?
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), start != nil {
                index += 1
            } else if bytes[index] == UInt8(ascii: "\"") {
                if let begun = start {
                    longest = max(longest, index - begun - 1)
                    start = nil
                } else {
                    start = index
                }
            }
            index += 1
        }
        return start.map { max(longest, bytes.count - $0) } ?? longest
    }

    private static func damaged(_ path: String, _ found: String, expected: String? = nil) -> VAEError {
        VAEError(
            .invalidData, path, "is not an evaluation that can be read", expected: expected, found: found,
            advice: "Make it again: vae evaluate RUN.")
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
