import ArgumentParser
import VAECore

/// A kind of value that says of a text what keeps it from being one.
package protocol CheckedArgument: ExpressibleByArgument, Sendable {
    /// The objection to a text that `init(argument:)` refused, as a clause behind a colon.
    static func objection(to text: String) -> String
    /// Whether a text is written as such a value may be; `init(argument:)` takes some that are not.
    static func isWell(written text: String) -> Bool
}

extension CheckedArgument {
    package static func isWell(written text: String) -> Bool { true }

    /// The value of a text.
    /// - Throws: `ValidationError` with the objection to it.
    @Sendable fileprivate static func checked(_ text: String) throws -> Self {
        guard isWell(written: text), let value = Self(argument: text) else {
            throw ValidationError(
                text.hasPrefix("--") ? "it is another option, and the value is missing" : objection(to: text))
        }
        return value
    }
}

/// The library's own options take `-1` for a flag, say that the value is missing, and of `1e3` only that it is invalid. These are
/// chosen before them where the value is a checked one: what follows the flag is its value, whatever it begins with.
extension Option {
    package init(
        wrappedValue: Value, name: NameSpecification = .long, help: ArgumentHelp? = nil
    ) where Value: CheckedArgument {
        // Beside a transform the library shows no default.
        var help = help ?? ArgumentHelp()
        help.abstract += " (default: \(wrappedValue.defaultValueDescription))"
        self.init(
            wrappedValue: wrappedValue, name: name, parsing: .unconditional, help: help,
            transform: Value.checked)
    }

    package init<T: CheckedArgument>(name: NameSpecification = .long, help: ArgumentHelp? = nil)
    where Value == T? {
        self.init(name: name, parsing: .unconditional, help: help, transform: T.checked)
    }

    /// An option with a choice of words, of which the library itself says which there are.
    package init(wrappedValue: Value, name: NameSpecification = .long, help: ArgumentHelp? = nil)
    where Value: ExpressibleByArgument & CaseIterable {
        self.init(
            wrappedValue: wrappedValue, name: name, parsing: .unconditional, help: help, completion: nil)
    }

    package init<T: ExpressibleByArgument & CaseIterable>(
        name: NameSpecification = .long, help: ArgumentHelp? = nil
    ) where Value == T? {
        self.init(name: name, parsing: .unconditional, help: help, completion: nil)
    }
}

extension FixedWidthInteger {
    package static func objection(to text: String) -> String {
        let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return "it is no whole number"
        }
        if min == 0 { return "it is out of range; expected 0 to \(max)" }
        return "it is too \(text.first == "-" ? "small" : "large") a number"
    }
}

extension Int: CheckedArgument {}
extension UInt64: CheckedArgument {}
extension Double: CheckedArgument {
    package static func objection(to text: String) -> String { "it is no number" }
    package static func isWell(written text: String) -> Bool { NumberText.isNumber(text.utf8) }
}
