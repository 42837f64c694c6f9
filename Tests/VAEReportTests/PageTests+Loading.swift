import Foundation
import Testing
import VAE

/// The program for Python that the page offers.
extension PageTests {
    private static let python = ProcessInfo.processInfo.environment["VAE_PYTHON"] ?? "python3"

    static func run(_ arguments: [String], in folder: String) throws -> (
        status: Int32, output: String
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    static let hasPython = (try? run(["-c", "import numpy, safetensors"], in: "/"))?.status == 0

    @Test(.enabled(if: hasPython, "Python has no numpy and safetensors"), arguments: -1..<Fixtures.all.count)
    func pythonDecodesTheSame(architecture: Int) async throws {
        let fixture = architecture < 0 ? try Fixtures.digits.get() : try Fixture(Fixtures.all[architecture])
        let driver = try await open(fixture.report())
        let code = try #require(
            try await driver.run("return document.getElementById('python-code').textContent;").text)
        try fixture.model.write(to: scratch.file("model.safetensors"))
        let latents = Fixtures.normals(5 * fixture.model.configuration.latentSize, seed: 8)
        let known = fixture.model.configuration.classes
        let told = known.isEmpty ? nil : (0..<5).map { known[($0 + 1) % known.count] }
        let labels = told.map { ", \($0)" } ?? ""
        let more = "print(*decode(np.array(\(latents)).reshape(5, -1)\(labels)).ravel())\n"
        try Data((code + more).utf8).write(to: URL(fileURLWithPath: scratch.file("load.py")))
        let (status, output) = try Self.run(["load.py"], in: scratch.path)
        #expect(status == 0, "\(output.suffix(500))")
        let lines = output.split(separator: "\n")
        let shape = fixture.model.configuration.imageShape
        #expect(
            lines.first?.hasPrefix("(1, \(shape.height), \(shape.width), \(shape.channels))") == true,
            "\(output.prefix(200))")
        let values = try #require(lines.last).split(separator: " ").compactMap { Float($0) }
        let expected = try fixture.model.decode(latents, classes: told)
        #expect(values.count == expected.count)
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-4 })
    }
}
