import Kernels
import Testing
import VAE
import VAECore

@testable import vae_bench

@Suite("The pieces of a layer that vae-bench times")
struct LayerPiecesTests {
    /// One after the other they are the layer: otherwise the table would be of work that the engine does not do.
    @Test(arguments: [1, 3], [Products.blas, .tiles])
    func doWhatTheLayerDoes(channels: Int, products: Products) throws {
        // Small enough for all images of a micro-batch to be lowered at once, as the pieces need to hand on what they made.
        let model = ModelConfiguration(
            imageShape: ImageShape(height: 9, width: 7, channels: channels), encoderFilters: [4, 16],
            decoderFilters: [5, 3], hiddenUnits: 8, latentSize: 3)
        let work = try model.work(products: products)
        #expect(work.count == 9)
        for layer in work {
            // Both start from the same numbers.
            let (cut, whole) = (
                try LayerPieces(layer, microBatches: 1), try LayerPieces(layer, microBatches: 1)
            )
            let before = cut.output.array()
            for piece in cut.pieces { piece.work() }
            for piece in whole.whole { piece.work() }
            #expect(cut.output.array() != before)
            #expect(cut.output.array() == whole.output.array(), "\(layer.name)")
            #expect(cut.gradient.array() == whole.gradient.array(), "\(layer.name)")
            #expect(cut.kernelGradient.array() == whole.kernelGradient.array(), "\(layer.name)")
            #expect(cut.biasGradient.array() == whole.biasGradient.array(), "\(layer.name)")
            #expect(cut.inputGradient.array() == whole.inputGradient.array(), "\(layer.name)")
        }
    }
}
