import Kernels

/// p(x|z), the distribution of an image's pixels that the decoder gives. Pixels are independent given z.
public enum Likelihood: String, Sendable, Hashable, Codable, CaseIterable {
    /// A Bernoulli distribution for each pixel: the decoder's output is the logit of its mean. The reconstruction is the binary
    /// cross-entropy, which is a likelihood where pixels are 0 or 1.
    case bernoulli
    /// A Gaussian for each pixel, N(mean, σ²): the decoder's output is the mean, and one σ² for all pixels is learned with the weights, as its
    /// logarithm. The reconstruction is a density's, and negative where σ is small.
    case gaussian
}

extension Likelihood {
    /// Whether it is the density of continuous values, so that −ln p(x|z) can be negative; else a probability of values that are 0 or 1.
    public var isDensity: Bool { kernel.isDensity }

    /// The kernel that computes it.
    package var kernel: any PixelLikelihood {
        switch self {
        case .bernoulli: Bernoulli()
        case .gaussian: Gaussian()
        }
    }

    /// The name for people: "Bernoulli", "Gaussian".
    package var name: String {
        switch self {
        case .bernoulli: "Bernoulli"
        case .gaussian: "Gaussian"
        }
    }
}
