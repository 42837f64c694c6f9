import Foundation
import Testing
import VAE
import VAECore
import VAEData
import VAEExport

/// The programs of `Documentation/Export.md`, run as they stand there.
@Suite(.enabled(if: Python.isInstalled, Python.skipped)) struct DocumentedProgramTests {
    /// The first program in Python under a heading.
    static func program(under heading: String) throws -> String {
        let path = Python.package.appendingPathComponent("Documentation/Export.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "\n## \(heading)\n").dropFirst().first)
        let code = try #require(section.components(separatedBy: "```python\n").dropFirst().first)
        return try #require(code.components(separatedBy: "```").first)
    }

    @Test func onnx() throws {
        let scratch = try Scratch()
        let folder = scratch.file("mnist-onnx")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let model = try VariationalAutoencoder(ModelConfiguration())
        for part in [ONNXPart.encoder, .decoder] { try model.writeONNX(part, to: "\(folder)/\(part).onnx") }
        let images = try NumericArray(
            shape: [5, 28, 28, 1], values: .floats([Float](repeating: 0.5, count: 5 * 784)))
        try Data(NPY.encode(images)).write(to: URL(fileURLWithPath: scratch.file("images.npy")))
        try Self.program(under: "ONNX").write(
            toFile: scratch.file("program.py"), atomically: true, encoding: .utf8)
        let (status, output) = try Python.run(file: scratch.file("program.py"), in: scratch.path)
        #expect(status == 0, "\(output)")
        #expect(output == "(5, 28, 28, 1) bernoulli\n")
    }

    @Test(.enabled(if: Python.has("torch, safetensors"), Python.withoutTorch))
    func pytorch() throws {
        try comesBack(under: "PyTorch", "mnist-pytorch", .pytorch) { try $0.pyTorch() }
    }

    @Test(.enabled(if: Python.has("keras, tensorflow, safetensors"), Python.withoutKeras))
    func keras() throws {
        try comesBack(under: "Keras", "mnist-keras", .keras) { try $0.keras() }
    }

    /// Runs a program beside an export, and reads the weights that it writes.
    private func comesBack(
        under heading: String, _ folder: String, _ layout: WeightLayout,
        _ export: (VariationalAutoencoder) throws -> PythonModel
    ) throws {
        let scratch = try Scratch()
        let model = try VariationalAutoencoder(ModelConfiguration())
        try export(model).write(to: scratch.file(folder))
        try Self.program(under: heading).write(
            toFile: scratch.file("program.py"), atomically: true, encoding: .utf8)
        let (status, output) = try Python.run(file: scratch.file("program.py"), in: scratch.path)
        #expect(status == 0, "\(output)")
        let tuned = try WeightImport(layout: layout).read(scratch.file("tuned.safetensors")).model
        #expect(tuned.configuration == model.configuration)
        // Where it was trained it is another.
        let isSame = tuned.weights.map(\.values) == model.weights.map(\.values)
        #expect(isSame == (layout == .keras))
    }
}
