import Foundation
import VAECore

extension Console {
    /// Writes the data that a command was asked for to standard output, also when quiet.
    ///
    /// A reader that goes away (`| head`) ends it without a word; it has what it wanted.
    /// - Throws: `inputOutput` when the bytes can't be written otherwise (a full disk).
    package func emit(_ bytes: [UInt8]) throws(VAEError) {
        clearStatus()
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            if written < 0 && errno == EPIPE { return }
            guard written > 0 else {
                throw VAEError(
                    .inputOutput, "standard output",
                    "could not be written: \(String(cString: strerror(errno)))")
            }
            rest = rest.dropFirst(written)
        }
    }

    /// Writes lines of such data.
    /// - Throws: `inputOutput` when they can't be written.
    package func emit(lines: [String]) throws(VAEError) {
        try emit(Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    /// Writes one JSON document to standard output: `JSONDocument.encode`.
    package func emit(json value: some Encodable) throws(VAEError) {
        try emit(JSONDocument.encode(value))
    }

    /// Whether standard output is a terminal, where bytes of a picture would be noise.
    package var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}

/// The document that `--json` prints: its keys in snake case and sorted, the same bytes for the same value.
package enum JSONDocument {
    /// The document with a line feed behind it.
    ///
    /// Properties in camel case get keys in snake case (`logVariance`: `log_variance`); the keys of dictionaries stay
    /// as they are. What is nil is left out.
    /// - Throws: `invalidData` when the value holds a number that is not finite, which JSON does not have; see
    ///   `finite`.
    package static func encode(_ value: some Encodable) throws(VAEError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        do {
            return Array(try encoder.encode(value)) + [0x0A]
        } catch {
            throw .json("what was found", error)
        }
    }
}

extension BinaryFloatingPoint {
    /// The number for JSON, nil when it is not finite.
    package var finite: Self? { isFinite ? self : nil }
}
