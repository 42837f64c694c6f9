import Foundation
import VAECore

extension ModelConfiguration {
    /// A model that a JSON file describes, as people write it: with lists of layers, or with filters and units as configurations of runs
    /// have them.
    /// - Throws: `missingInput` when there is no such file; `invalidData` when it is not JSON or says no model, with where.
    public init(contentsOf path: String) throws(VAEError) {
        let bytes = try DurableFile.read(path, limit: Self.longestFile)
        let keys =
            ((try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any])?.keys.sorted() ?? []
        if let unknown = keys.first(where: { !Self.keys.contains($0) }) {
            throw VAEError(
                .invalidData, path, "has a key that a model does not have",
                expected: Self.keys.sorted().joined(separator: ", "), found: quoted(unknown))
        }
        do {
            self = try JSONDecoder().decode(ModelConfiguration.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw VAEError(
                .invalidData, path, "is not a model's description", found: Self.explain(error),
                advice: "See Documentation/Models.md for what such a file says.")
        } catch {
            throw VAEError(.invalidData, path, "is not a model's description", found: "\(error)")
        }
    }

    /// The fault and its place, such as "encoder[2].filters: there is no such key".
    private static func explain(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            let text = path.reduce("") {
                $0 + ($1.intValue.map { "[\($0)]" } ?? ($0.isEmpty ? "" : ".") + $1.stringValue)
            }
            return text.isEmpty ? "" : "\(text): "
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(place(context.codingPath + [key]))it is missing"
        case .typeMismatch(let type, let context): "\(place(context.codingPath))it is not of the type \(type)"
        case .valueNotFound(_, let context): "\(place(context.codingPath))it has no value"
        case .dataCorrupted(let context): "\(place(context.codingPath))\(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }

    /// Two hundred layers take some twenty kilobytes.
    private static let longestFile = 1 << 16
}
