import ArgumentParser
import Foundation

extension ParsableCommand {
    /// Runs the program of this command to its end, as `main(_:)` does, but for what it says of a command line that is wrong: ``UsageText``.
    /// - Parameter synonyms: flags of other programs, and this one's for the same
    package static func begin(synonyms: [String: String] = [:]) {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let code = exitCode(for: error)
            // Help and the version.
            guard code != .success else { exit(withError: error) }
            let text = fullMessage(for: error)
            if !text.isEmpty {
                let shown = UsageText(text, CommandLine.arguments.dropFirst(), synonyms: synonyms).shown
                try? FileHandle.standardError.write(contentsOf: Data((shown + "\n").utf8))
            }
            Foundation.exit(code.rawValue)
        }
    }
}
