import ArgumentParser
import Foundation

extension ParsableCommand {
    /// Runs the program of this command to its end, as `main(_:)` does, but for what it says of a command line that is wrong: ``UsageText``.
    /// - Parameters:
    ///   - arguments: those of the process where none are given
    ///   - synonyms: flags of other programs, and this one's for the same
    package static func begin(_ arguments: [String]? = nil, synonyms: [String: String] = [:]) {
        let arguments = arguments ?? Array(CommandLine.arguments.dropFirst())
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch {
            let code = exitCode(for: error)
            // Help and the version.
            guard code != .success else { exit(withError: error) }
            let text = fullMessage(for: error)
            if !text.isEmpty {
                let shown = UsageText(text, arguments[...], synonyms: synonyms).shown
                try? FileHandle.standardError.write(contentsOf: Data((shown + "\n").utf8))
            }
            Foundation.exit(code.rawValue)
        }
    }
}
