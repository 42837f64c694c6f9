import Kernels
import VAE
import VAECore

/// From the means of p(x|z), which a decoder gives, to draws from it.
///
/// Images that are draws themselves, black and white ones or those with the noise of a density, have a variance in each pixel that
/// means lack. Grey images are no draws of a Bernoulli decoder, and are compared with its means.
enum PixelNoise {
    /// Draws every pixel of `images`; numbers are named by seed and image.
    ///
    /// - Parameters:
    ///   - images: (n, height, width, channels), the means of p(x|z)
    ///   - outputs: (n, height, width, channels · the likelihood's outputs for a value), what the decoder gave for them
    ///   - isBinary: whether the images to compare with are black and white
    static func draw(
        _ images: inout [Float], outputs: [Float], of model: VariationalAutoencoder, isBinary: Bool,
        seed: UInt64
    ) {
        let shape = model.configuration.imageShape
        let (size, likelihood) = (shape.count, model.configuration.likelihood.kernel(for: shape))
        guard likelihood.describesShades || isBinary else { return }
        let each = likelihood.outputsPerValue
        let parameters = likelihood.parameters.flatMap { parameter in
            model.weights.first { $0.name == "decoder.\(parameter.name)" }?.values ?? []
        }
        for item in 0..<images.count / size {
            var stream = RandomStream(seed: seed, purpose: .pixelNoise, item: item)
            for pixel in item * size..<(item + 1) * size {
                images[pixel] = likelihood.draw(
                    around: images[pixel], output: outputs[pixel * each..<(pixel + 1) * each],
                    at: pixel % size, parameters: parameters, from: &stream)
            }
        }
    }
}
