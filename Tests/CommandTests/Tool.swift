import Foundation
import VAEData

/// A built command-line tool, run as a person would.
struct Tool {
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    let path: String

    /// The program at a path.
    init(path: String) { self.path = path }

    /// The tool called `name`, which the package manager builds beside the tests.
    init(_ name: String) {
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent()
        path = folder.appendingPathComponent(name).path
    }

    func callAsFunction(_ arguments: String..., in folder: String? = nil, environment: [String: String] = [:])
        throws -> Outcome
    {
        try run(arguments, in: folder, environment: environment)
    }

    func run(_ arguments: [String], in folder: String? = nil, environment: [String: String] = [:]) throws
        -> Outcome
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        // What whoever runs the tests has set for OpenBLAS would change what the tools say of it.
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("OPENBLAS_") && $0.key != "VAE_OPENBLAS_ATTEMPT" }
            .merging(environment) { $1 }
        // Files rather than pipes: a pipe that nobody empties stops the process that fills it.
        let scratch = try Scratch()
        let (output, errors) = (try scratch.newFile("out"), try scratch.newFile("err"))
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationReason == .exit
                ? process.terminationStatus : -process.terminationStatus,
            output: try scratch.text("out"), errors: try scratch.text("err"))
    }
}

/// A folder of a test's own, removed with it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("vae-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: file(name))), as: UTF8.self)
    }

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }

    /// Writes a file or replaces it whole: who reads it meanwhile has the one or the other, never a part.
    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)), options: .atomic)
    }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    /// Writes a few synthetic digits as IDX files to `data` in this folder.
    /// - Returns: the flags that train on them
    func digits(train: Int = 300, test: Int = 40) throws -> [String] {
        try SyntheticDigits.dataset(trainCount: train, testCount: test).export(to: file("data"))
        return ["--data", file("data")]
    }

    func newFile(_ name: String) throws -> FileHandle {
        try write([], to: name)
        guard let handle = FileHandle(forWritingAtPath: file(name)) else {
            throw CocoaError(.fileWriteUnknown)
        }
        return handle
    }
}

/// Whether the address or the thread sanitizer is part of this process.
let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
