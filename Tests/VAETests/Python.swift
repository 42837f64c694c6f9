import Foundation

/// Python, for tests that compare with other programs. They are skipped where it is not installed.
enum Python {
    /// `python3` of the path, or what the environment variable VAE_PYTHON names.
    static let command = ProcessInfo.processInfo.environment["VAE_PYTHON"] ?? "python3"

    /// Whether this Python has the modules; imports them, which takes a moment.
    static func has(_ modules: String) -> Bool { (try? run("import \(modules)")) != nil }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a script and returns what it prints.
    static func run(_ script: String, _ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [command, "-c", script] + arguments
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let problem = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: problem) }
        return text
    }
}
