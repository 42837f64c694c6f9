/// An error: what went wrong, where, what was expected, what was found and what to do next.
///
/// Every library of this package throws this one type, so that a program can print `description`
/// as it is and choose an exit status by `kind`.
public struct VAEError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The family of a failure; each maps to one exit status of the command-line tools.
    public enum Kind: String, Sendable, CaseIterable {
        /// A value outside its documented range (`EX_USAGE`, 64).
        case invalidArgument
        /// Bytes that do not follow their format (`EX_DATAERR`, 65).
        case invalidData
        /// A file or folder that is not there or can't be read (`EX_NOINPUT`, 66).
        case missingInput
        /// A server or resource that can't be had now (`EX_UNAVAILABLE`, 69).
        case unavailable
        /// An output that can't be made (`EX_CANTCREAT`, 73).
        case cannotCreate
        /// Training whose loss is no longer a finite number (`EX_SOFTWARE`, 70).
        case diverged
        /// A read or write that failed part of the way (`EX_IOERR`, 74).
        case inputOutput
    }

    /// The family of the failure, to act on.
    public let kind: Kind
    /// The path, flag, tensor or field that the failure is about.
    public let subject: String
    /// The fault, as a clause without a full stop.
    public let problem: String
    /// The right value, format or state, where that can be said.
    public let expected: String?
    /// The value, format or state that was there instead.
    public let found: String?
    /// Advice on what to do next, as a sentence.
    public let advice: String?

    package init(
        _ kind: Kind, _ subject: String, _ problem: String,
        expected: String? = nil, found: String? = nil, advice: String? = nil
    ) {
        self.kind = kind
        self.subject = subject
        self.problem = problem
        self.expected = expected
        self.found = found
        self.advice = advice
    }

    /// The same error about another subject.
    package func about(_ subject: String) -> VAEError {
        VAEError(kind, subject, problem, expected: expected, found: found, advice: advice)
    }

    /// One or two lines for a person. Control characters of paths and names are made visible, so that
    /// a hostile file name can't send escape sequences to a terminal.
    public var description: String {
        var text = "\(subject): \(problem)"
        if let expected { text += "; expected \(expected)" }
        if let found { text += "\(expected == nil ? ";" : ",") found \(found)" }
        text += "."
        if let advice { text += " \(advice)" }
        return text.escapingControlCharacters()
    }
}

extension VAEError {
    /// The error for a value that could not be written as JSON: which of its numbers is not finite, and where it stands.
    /// - Parameter subject: what was to be written
    package static func json(_ subject: String, _ error: any Error) -> VAEError {
        guard case EncodingError.invalidValue(let value, let context) = error else {
            return VAEError(.invalidData, subject, "can't be written as JSON")
        }
        let path = context.codingPath.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }
        return VAEError(
            .invalidData, subject, "holds a number that is not finite, for which JSON has no place",
            found: "\(value) at \(path.joined(separator: "."))",
            advice: "The model's weights may be too large for single precision; see its losses.")
    }
}

extension String {
    /// The same text with C0 and C1 control characters, line separators and direction overrides
    /// written as `\u{…}`.
    package func escapingControlCharacters() -> String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
