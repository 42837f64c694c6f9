import Kernels
import Testing
import VAE
import VAECore

@testable import vae_bench

@Suite("The pieces of a layer that vae-bench times")
struct LayerPiecesTests {
    /// One after the other they are the layer: otherwise the table would be of work that the engine does not do.
    @Test(arguments: [1, 3], [ConvolutionMethod.lowered, .direct])
    func doWhatTheLayerDoes(channels: Int, convolutions: ConvolutionMethod) throws {
        // Small enough for all images of a micro-batch to be lowered at once, as the pieces need to hand on what they made.
        let (encoder, decoder) = convolutions == .direct ? ([16, 32], [48, 16]) : ([4, 6], [5, 3])
        let model = ModelConfiguration(
            imageShape: ImageShape(height: 9, width: 7, channels: channels), encoderFilters: encoder,
            decoderFilters: decoder, hiddenUnits: 8, latentSize: 3)
        let work = try model.work(convolutions: convolutions)
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
