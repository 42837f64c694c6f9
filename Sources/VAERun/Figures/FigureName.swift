import VAEFigures

/// The pictures of a run, by the names of their files.
package enum FigureName: String, CaseIterable, Sendable {
    /// The test set's means by class.
    case latentSpace = "latent-space"
    /// A plane of latent space, decoded.
    case manifold
    /// Test images, their reconstructions and the difference: one of each class, and the best, the median and the
    /// worst by loss.
    case reconstructions
    /// Straight lines between the latents of pairs of test images, decoded.
    case interpolations
    /// Draws from the prior, decoded.
    case samples
    /// Losses by epoch.
    case losses
    /// KL divergence and activity of every latent dimension.
    case latentDimensions = "latent-dimensions"
    /// Every code of a codebook, in the middle of the most used one, decoded.
    case codes

    /// Whether it shows images, which a table has none of.
    package var showsImages: Bool {
        switch self {
        case .latentSpace, .losses, .latentDimensions: false
        case .manifold, .reconstructions, .interpolations, .samples, .codes: true
        }
    }

    /// Whether there is one of Gaussian latents, and of codes.
    func exists(ofCodes isQuantized: Bool) -> Bool {
        switch self {
        case .latentSpace, .manifold, .interpolations, .latentDimensions: !isQuantized
        case .codes: isQuantized
        case .reconstructions, .samples, .losses: true
        }
    }

    /// All pictures that there are of a table, or of images, with Gaussian latents or codes.
    package static func drawn(ofTable isTable: Bool, ofCodes isQuantized: Bool = false) -> [FigureName] {
        allCases.filter { (!isTable || !$0.showsImages) && $0.exists(ofCodes: isQuantized) }
    }

    /// The formats that `vae-train` writes without being asked.
    package var formats: [FigureFormat] { self == .latentSpace ? [.png, .svg] : [.png] }

    /// Pixels of a PNG per pixel of the figure: pictures of images are small and gain from two.
    package var scale: Double {
        switch self {
        case .latentSpace, .losses, .latentDimensions: 1
        case .manifold, .reconstructions, .interpolations, .samples, .codes: 2
        }
    }
}
