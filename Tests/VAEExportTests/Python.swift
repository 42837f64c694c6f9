import Foundation
import Testing

/// The interpreter with the packages of `Tests/Python/requirements.txt`: the one that `VAE_PYTHON` names, else that of `make python`.
enum Python {
    static let path: String? = {
        if let chosen = ProcessInfo.processInfo.environment["VAE_PYTHON"] {
            return chosen == "no" ? nil : chosen
        }
        let folder = package.appendingPathComponent(".build/python").path
        // The list is copied there when all of it is installed.
        guard FileManager.default.fileExists(atPath: "\(folder)/requirements.txt") else { return nil }
        return "\(folder)/bin/python"
    }()

    static var isInstalled: Bool { path != nil }
    static let skipped: Comment =
        "SKIPPED, and exported models are not run in other programs: Python's packages are not there. `make python` installs them."

    /// Where `Package.swift` is.
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Runs a script of `Tests/Python` to its end.
    static func run(_ script: String, _ arguments: String...) throws -> (status: Int32, output: String) {
        try run(
            file: package.appendingPathComponent("Tests/Python/\(script)").path, arguments,
            in: FileManager.default.temporaryDirectory.path)
    }

    /// Runs a program to its end, in a folder.
    static func run(
        file: String, _ arguments: [String] = [], in folder: String
    ) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [try #require(path), file] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        // The sources' folder stays as it is.
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PYTHONDONTWRITEBYTECODE": "1"], uniquingKeysWith: { $1 })
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
