import Foundation
import VAE
import VAECore
import VAEData

/// What a run was made of, as named values: everything in the record's model, training and data, so that no setting can be forgotten.
package struct RunSettings: Sendable {
    /// A value of a record: the words it is called, and what it is.
    package struct Setting: Sendable, Hashable {
        package let name: String
        package let value: String
    }

    /// In the order of their names within data, model and training.
    package let settings: [Setting]

    package subscript(name: String) -> String? { settings.first { $0.name == name }?.value }

    /// What names the seed, which makes one of several runs that are alike.
    package static let seed = "seed"
    /// What names the images.
    static let images = "images' SHA-256"

    init(_ record: RunRecord) throws(VAEError) {
        let data = record.data
        var found = [
            Setting(name: "data", value: data.name),
            Setting(name: "training images", value: "\(data.trainImages)"),
            Setting(name: "test images", value: "\(data.testImages)"),
        ]
        // Built-in digits are drawn by the seed, which so is all that tells them apart.
        if data.folder != nil || data.name != DatasetChoice.synthetic.rawValue {
            found.append(Setting(name: Self.images, value: String(data.sha256.prefix(8))))
        }
        if let options = data.options { Self.collect(try Self.tree(options), [], into: &found) }
        settings = try found + Self.settings(record.model, record.training)
    }

    private static func tree(_ value: some Encodable) throws(VAEError) -> JSONValue {
        do {
            return try JSONDecoder().decode(JSONValue.self, from: try JSONEncoder().encode(value))
        } catch {
            throw .json(RunFolder.configuration, error)
        }
    }

    private static func settings(
        _ model: ModelConfiguration, _ training: TrainingConfiguration
    ) throws(VAEError) -> [Setting] {
        var found: [Setting] = []
        collect(try tree(model), [], into: &found)
        collect(try tree(training), [], into: &found)
        return found
    }

    /// The settings in which two trainings differ, the first three, in words for a person: "seed 3, epochs 2".
    static func differences(
        _ model: ModelConfiguration, _ training: TrainingConfiguration, _ otherModel: ModelConfiguration,
        _ otherTraining: TrainingConfiguration
    ) throws(VAEError) -> (expected: String, found: String) {
        let (first, second) = (try settings(model, training), try settings(otherModel, otherTraining))
        func values(_ settings: [Setting]) -> [String: String] {
            Dictionary(settings.map { ($0.name, $0.value) }) { one, _ in one }
        }
        let (known, others) = (values(first), values(second))
        var names: [String] = []
        for name in (first + second).map(\.name)
        where known[name] != others[name] && !names.contains(name) { names.append(name) }
        func text(_ values: [String: String]) -> String {
            names.prefix(3).map { "\($0) \((values[$0] ?? "none").prefix(60))" }.joined(separator: ", ")
                + (names.count > 3 ? " and \(names.count - 3) more" : "")
        }
        return (text(known), text(others))
    }

    /// The values below a node of JSON.
    private static func collect(_ node: JSONValue, _ path: [String], into found: inout [Setting]) {
        switch node {
        case .object(let object):
            for (key, value) in object.sorted(by: { $0.key < $1.key }) {
                collect(value, path + [key], into: &found)
            }
        case .list(let list):
            found.append(
                Setting(
                    name: words(path),
                    value: list.isEmpty ? "none" : list.map(\.text).joined(separator: ", ")))
        case .plain(let text): found.append(Setting(name: words(path), value: text))
        }
    }

    /// What settings are called that their names in a record say less well.
    private static let names = [
        "klSchedule.warmUpEpochs": "KL warm-up", "klSchedule.cycles": "KL cycles",
        "schedule.decay": "schedule",
        "schedule.warmUpEpochs": "warm-up", "schedule.stepEpochs": "step epochs",
        "schedule.stepFactor": "step factor", "beta1": "β₁", "beta2": "β₂", "epsilon": "ε",
        "importance.isDoublyReparameterised": "doubly reparameterised", "clipNorm": "largest gradient norm",
        "averaging": "decay of the average", "codebook.size": "codes", "codebook.dimension": "code size",
    ]

    /// "KL weight" of "klWeight".
    private static func words(_ path: [String]) -> String {
        if let name = names[path.joined(separator: ".")] { return name }
        let all = path.flatMap { key -> [String] in
            var parts: [String] = []
            for character in key {
                if character.isUppercase || parts.isEmpty { parts.append("") }
                parts[parts.count - 1] += character.lowercased()
            }
            return parts
        }
        return all.map { $0 == "kl" ? "KL" : $0 }.joined(separator: " ")
    }
}

/// A value of JSON, with numbers, strings and truth values as they are shown.
private indirect enum JSONValue: Decodable {
    case object([String: JSONValue])
    case list([JSONValue])
    case plain(String)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .plain("none")
        } else if let value = try? container.decode(Bool.self) {
            self = .plain(value ? "yes" : "no")
        } else if let value = try? container.decode(UInt64.self) {
            self = .plain("\(value)")
        } else if let value = try? container.decode(Double.self) {
            self = .plain(String(format: "%.10g", value))
        } else if let value = try? container.decode(String.self) {
            self = .plain(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// The value within a list: of a layer its type and what is said of it.
    var text: String {
        switch self {
        case .plain(let text): return text
        case .list(let list): return "[" + list.map(\.text).joined(separator: ", ") + "]"
        case .object(let object):
            let rest = object.filter { $0.key != "type" }.sorted { $0.key < $1.key }
                .map { "\($0.key) \($0.value.text)" }
            let said = rest.isEmpty ? [] : ["(" + rest.joined(separator: " ") + ")"]
            return ((object["type"].map { [$0.text] } ?? []) + said).joined(separator: " ")
        }
    }
}
