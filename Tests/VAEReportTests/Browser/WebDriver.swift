import Foundation

/// A browser under remote control: a small client of the W3C WebDriver protocol, enough to open a file, to
/// move, click, drag, touch and type for real, to run scripts and to take pictures.
final class WebDriver: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let port: Int
    private let path: String

    /// Starts a session of the driver that listens at `port` of this machine.
    static func start(port: Int, capabilities: JSON) async throws -> WebDriver {
        let answer = try await WebDriver(port: port, path: "/session")
            .call("POST", "", ["capabilities": ["alwaysMatch": capabilities]])
        guard let id = answer["sessionId"]?.text else { throw Failure(description: "no session: \(answer)") }
        return WebDriver(port: port, path: "/session/\(id)")
    }

    private init(port: Int, path: String) {
        self.port = port
        self.path = path
    }

    /// One command of the protocol, and the `value` of its answer.
    @discardableResult
    func call(_ method: String, _ command: String, _ body: JSON? = nil) async throws -> JSON {
        let data = try await LocalHTTP.request(
            method, port: port, path: command.isEmpty ? path : "\(path)/\(command)",
            body: body.map { try JSONEncoder().encode($0) } ?? Data())
        let value = try JSONDecoder().decode([String: JSON].self, from: data)["value"] ?? .null
        if let error = value["error"]?.text {
            throw Failure(description: "\(command): \(error): \(value["message"]?.text ?? "")")
        }
        return value
    }

    func open(_ path: String) async throws { try await go(to: URL(fileURLWithPath: path).absoluteString) }

    func go(to address: String) async throws { try await call("POST", "url", ["url": .text(address)]) }

    func quit() async throws { try await call("DELETE", "") }

    /// Runs the body of a function in the page; `arguments[i]` are `arguments`.
    @discardableResult
    func run(_ script: String, _ arguments: JSON...) async throws -> JSON {
        try await call("POST", "execute/sync", ["script": .text(script), "args": .list(arguments)])
    }

    /// A command of Chromium's own protocol.
    @discardableResult
    func command(_ name: String, _ parameters: JSON) async throws -> JSON {
        try await call("POST", "goog/cdp/execute", ["cmd": .text(name), "params": parameters])
    }

    /// Waits until a script's value is true, a few seconds at most.
    func wait(until script: String) async throws {
        for _ in 0..<400 {
            if try await run("return Boolean(\(script));") == .flag(true) { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw Failure(description: "waited in vain for \(script)")
    }

    /// A PNG of the window.
    func screenshot(to path: String) async throws {
        let value = try await call("GET", "screenshot")
        guard let data = value.text.flatMap({ Data(base64Encoded: $0) }) else {
            throw Failure(description: "no picture")
        }
        try data.write(to: URL(fileURLWithPath: path))
    }

    /// What the page wrote to its console since the last call: errors, warnings and refusals of its security policy.
    func consoleMessages() async throws -> [String] {
        let value = try await call("POST", "se/log", ["type": "browser"])
        return (value.items ?? []).compactMap { $0["message"]?.text }
    }

    /// Puts the path of a file into a file input.
    func choose(_ path: String, in selector: String) async throws {
        let found = try await call("POST", "element", ["using": "css selector", "value": .text(selector)])
        guard case .object(let keys) = found, let id = keys.values.first?.text else {
            throw Failure(description: "no \(selector)")
        }
        try await call("POST", "element/\(id)/value", ["text": .text(path)])
    }
}

/// A JSON value.
enum JSON: Sendable, Equatable, Codable {
    case null, flag(Bool), number(Double), text(String), list([JSON]), object([String: JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    var text: String? { if case .text(let value) = self { value } else { nil } }
    var number: Double? { if case .number(let value) = self { value } else { nil } }
    var items: [JSON]? { if case .list(let value) = self { value } else { nil } }
    var numbers: [Double]? { items?.compactMap(\.number) }

    subscript(_ key: String) -> JSON? { if case .object(let value) = self { value[key] } else { nil } }

    static func numbers(_ values: [Float]) -> JSON { .list(values.map { .number(Double($0)) }) }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral
{
    init(stringLiteral value: String) { self = .text(value) }
    init(arrayLiteral elements: JSON...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(uniqueKeysWithValues: elements))
    }
    init(booleanLiteral value: Bool) { self = .flag(value) }
    init(integerLiteral value: Int) { self = .number(Double(value)) }
    init(floatLiteral value: Double) { self = .number(value) }
}
