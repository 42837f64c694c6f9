import Foundation
import Testing
import VAE
import VAEExport

/// Runs the code of `VAEExport.docc/VAEExport.md`, which `ArticleTests` compares with this, in a folder where its files are.
@Suite struct ModelExportTests {
    /// Compiled as it stands there; the test below does the same with paths of its own.
    private func article() throws {
        let model = try VariationalAutoencoder(contentsOf: "runs/mnist/model.safetensors")
        try model.writeONNX(.encoder, to: "encoder.onnx")
        try model.writeONNX(.decoder, to: "decoder.onnx", layout: .nchw)
        try model.pyTorch().write(to: "mnist-pytorch")
        try model.keras().write(to: "mnist-keras")
        let tuned = try WeightImport(layout: .pytorch).read("tuned.safetensors").model
        try tuned.write(to: "tuned-here.safetensors")
    }

    @Test func bothPartsAreWritten() throws {
        let folder = ScratchFolder()
        let model = try VariationalAutoencoder(ModelConfiguration())
        for (part, layout) in [(ONNXPart.encoder, ONNXLayout.nhwc), (.decoder, .nchw)] {
            try model.writeONNX(part, to: folder.path + "/\(part).onnx", layout: layout)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/\(part).onnx"))
            #expect(try bytes == Data(model.onnx(part, layout: layout)))
        }
    }

    @Test func programsAndWeightsComeBack() throws {
        let folder = ScratchFolder()
        let model = try VariationalAutoencoder(ModelConfiguration())
        try model.pyTorch().write(to: folder.path + "/pytorch")
        try model.keras().write(to: folder.path + "/keras")
        for layout in WeightLayout.allCases {
            let back = try WeightImport(layout: layout).read(
                folder.path + "/\(layout.rawValue)/\(PythonModel.weightsName)")
            #expect(back.model.weights.map(\.values) == model.weights.map(\.values))
        }
    }
}
