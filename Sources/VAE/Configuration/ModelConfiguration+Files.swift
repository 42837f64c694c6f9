import Foundation
import VAECore

extension ModelConfiguration {
    /// A model that a JSON file describes, as people write it: with lists of layers, or with filters and units as configurations of runs
    /// have them.
    /// - Throws: `missingInput` when there is no such file; `invalidData` when it is not JSON or says no model, with where.
    public init(contentsOf path: String) throws(VAEError) {
        let bytes = try DurableFile.read(path, limit: Self.longestFile)
        func refused(_ found: String) -> VAEError {
            VAEError(
                .invalidData, path, "is not a model's description", found: found,
                advice: "See Documentation/Models.md for what such a file says.")
        }
        let object: Any
        do {
            object = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        } catch {
            // The decoder's own error does not say why and where.
            let reason = (error as NSError).userInfo["NSDebugDescription"] as? String
            let clause = reason.map { ": " + ($0.hasSuffix(".") ? $0.dropLast() : $0[...]).prefix(120) }
            throw refused("no valid JSON" + (clause ?? ""))
        }
        guard let fields = object as? [String: Any] else { throw refused("JSON that is no object in braces") }
        if let unknown = fields.keys.sorted().first(where: { !Self.keys.contains($0) }) {
            throw VAEError(
                .invalidData, path, "has a key that a model does not have",
                expected: Self.keys.sorted().joined(separator: ", "), found: quoted(unknown))
        }
        if let fault = Self.fraction(in: fields, "") { throw refused(fault) }
        if let key = JSONText.repeatedKey(in: bytes) { throw refused("\(quoted(key)) twice") }
        do {
            self = try JSONDecoder().decode(ModelConfiguration.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw refused(Self.explain(error))
        } catch {
            throw refused("what is no model")
        }
    }

    /// The first number that is not whole, which no model has but in its codebook, and its place; the decoder would call the whole file no JSON.
    private static func fraction(in value: Any, _ place: String) -> String? {
        switch value {
        case let fields as [String: Any]:
            fields.filter { $0.key != "codebook" }.sorted { $0.key < $1.key }.lazy.compactMap {
                fraction(in: $0.value, Self.place(of: $0.key, in: place))
            }.first
        case let values as [Any]:
            values.enumerated().lazy.compactMap { fraction(in: $1, Self.place($0, in: place)) }.first
        case let number as Double where Int(exactly: number) == nil:
            "\(place): \(number) is not a whole number"
        default: nil
        }
    }

    /// The place of a field, from the innermost outwards: "filters of layer 2 of encoder layer 1".
    private static func place(of key: String, in outer: String) -> String {
        let name = String(key.prefix(40))
        return outer.isEmpty ? name : "\(name) of \(outer)"
    }

    /// The place of an element, which messages count from 1.
    private static func place(_ index: Int, in list: String) -> String {
        if list == "encoder" || list == "decoder" { return "\(list) layer \(index + 1)" }
        let branch = "layers of "
        return list.hasPrefix(branch)
            ? "layer \(index + 1) of \(list.dropFirst(branch.count))" : "number \(index + 1) of \(list)"
    }

    /// The fault and its place, such as "filters of encoder layer 3: it is missing".
    private static func explain(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            let text = path.reduce("") { outer, key in
                key.intValue.map { Self.place($0, in: outer) } ?? Self.place(of: key.stringValue, in: outer)
            }
            return text.isEmpty ? "" : "\(text): "
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(place(context.codingPath + [key]))it is missing"
        case .typeMismatch(let type, let context): "\(place(context.codingPath))it is not of the type \(type)"
        case .valueNotFound(_, let context): "\(place(context.codingPath))it has no value"
        case .dataCorrupted(let context): "\(place(context.codingPath))\(context.debugDescription)"
        @unknown default: "what is no model"
        }
    }

    /// Two hundred layers take some twenty kilobytes.
    private static let longestFile = 1 << 16
}
