import Foundation
import Testing
import VAE
import VAECore

@testable import VAEExport

/// The programs that exports write.
@Suite struct ProgramTests {
    /// Those of the default model are on file: a change of them is to be seen. `vae export` of a default model writes them.
    @Test func programsOfTheDefaultModel() throws {
        let model = try VariationalAutoencoder(ModelConfiguration())
        for (name, export) in [("pytorch", try model.pyTorch()), ("keras", try model.keras())] {
            let onFile = try String(contentsOfFile: ImportTests.golden("default-\(name).py"), encoding: .utf8)
            #expect(export.program == onFile, "\(name)")
        }
    }

    /// Formatters of Python leave them as they are as far as lines go: none is longer than they make them but comments and texts.
    @Test func linesAreShort() throws {
        for (name, model) in try FrameworkModels.models() {
            for program in [try model.pyTorch().program, try model.keras().program] {
                let long = program.split(separator: "\n").filter { $0.count > 100 }
                #expect(long.isEmpty, "\(name): \(long)")
                #expect(!program.contains("\t") && !program.contains(" \n") && program.hasSuffix("\n"))
                #expect(!program.contains("\n\n\n\n"))
            }
        }
    }

    @Test(.enabled(if: Python.compiles, "needs any python3"))
    func programsCompile() throws {
        let folder = try Scratch()
        let models = try FrameworkModels.models()
        for (name, model) in models {
            try DurableFile.write(
                Array(model.pyTorch().program.utf8), to: folder.file("\(name)-pytorch.py"))
            try DurableFile.write(Array(model.keras().program.utf8), to: folder.file("\(name)-keras.py"))
        }
        let files = try folder.names().map { folder.file($0) }
        #expect(files.count == 2 * models.count)
        let status = try Python.compile(files)
        #expect(status == 0)
    }

    @Test func whatIsThereIsKept() throws {
        let folder = try Scratch()
        let export = try VariationalAutoencoder(ImportTests.example).pyTorch()
        try DurableFile.write([1], to: folder.file("model.py"))
        #expect(throws: VAEError.self) { try export.write(to: folder.path) }
        #expect(try folder.names() == ["model.py"] && folder.bytes("model.py") == [1])
        #expect(throws: VAEError.self) { try export.write(to: folder.file("model.py")) }
        #expect(throws: VAEError.self) { try export.write(to: "/proc/none") }
        #expect(
            try export.write(to: folder.file("new")) == [
                folder.file("new/model.safetensors"), folder.file("new/model.py"),
            ])
    }
}

extension Python {
    /// Whether there is any interpreter, with packages or without.
    static let compiles = (try? compile([])) == 0

    /// Compiles programs, and runs none.
    static func compile(_ files: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [path ?? "python3", "-m", "compileall", "-q", "-b"] + (files.isEmpty ? ["/dev/null"] : files)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
