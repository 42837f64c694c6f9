import Kernels
import VAECore

/// The way in which grey images become black and white, so that a Bernoulli likelihood is the distribution of what it is given.
public enum Binarization: String, Sendable, Hashable, Codable, CaseIterable {
    /// A pixel is white where it is 128 or more of 255.
    case threshold
    /// A pixel is white with a probability of its grey value, grey / 255. In training it is drawn anew in every epoch.
    ///
    /// Source: Salakhutdinov and Murray, "On the quantitative analysis of deep belief networks", 2008, section 5; drawn
    /// anew as in Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", 2016, section 5.
    case stochastic
}

extension ImageSet {
    /// A copy with pixels of 0 and 255 only, and the same labels.
    ///
    /// Draws are named by seed and image: an image becomes the same in any set that has it at the same place. The test set of a
    /// training is this with the seed 0, whatever the training's seed, so that models are measured on the same images.
    ///
    /// - Parameters:
    ///   - method: how
    ///   - seed: names the draws of `stochastic`; `threshold` has none
    /// - Complexity: O(pixels).
    public func binarized(_ method: Binarization, seed: UInt64 = 0) -> ImageSet {
        var binary = pixels
        switch method {
        case .threshold:
            for index in binary.indices { binary[index] = Pixels.isLight(binary[index]) ? 255 : 0 }
        case .stochastic:
            for image in 0..<count {
                var stream = RandomStream(seed: seed, purpose: .binarization, item: image)
                for index in image * shape.count..<(image + 1) * shape.count {
                    binary[index] = stream.isWhite(binary[index]) ? 255 : 0
                }
            }
        }
        return replacingPixels(by: binary)
    }
}
