import Kernels
import VAECore

/// p(x|z), the distribution of an image's pixels that the decoder gives. Pixels are independent given z.
public enum Likelihood: String, Sendable, Hashable, Codable, CaseIterable {
    /// A Bernoulli distribution for each pixel: the decoder's output is the logit of its mean. The reconstruction is the binary
    /// cross-entropy, which is a likelihood where pixels are 0 or 1.
    case bernoulli
    /// A Gaussian for each pixel, N(mean, σ²): the decoder's output is the mean, and one σ² for all pixels is a running mean of the squared
    /// error, kept as its logarithm. The reconstruction is a density's, and negative where σ is small.
    case gaussian
    /// A Gaussian with a σ² for each channel: for coloured images, and where channels are of different kinds. σ² = 10⁻⁶ + e^p with
    /// a p for each channel, and follows the channel's squared error.
    case gaussianChannel = "gaussian-channel"
    /// A Gaussian with a σ² for each value of an image, which is each pixel's each channel, or a table's column: for values that differ
    /// in their noise. σ² = 10⁻⁶ + e^p with a p for each value, and follows the value's squared error.
    case gaussianValue = "gaussian-value"
    /// The density of values from 0 to 1 that a Bernoulli distribution becomes with its normalising constant: the decoder's output is
    /// the logit of its parameter, of which the mean is a function.
    case continuousBernoulli = "continuous-bernoulli"
    /// A Laplace density for each value, e^(−|x − m|/b)/2b: the decoder's output is its median and mean m, and one scale b for all
    /// values is a running mean of the absolute error, kept as its logarithm.
    case laplace
    /// A Student t density for each value, robust to outliers: the decoder's output is its middle; a scale for each value and one
    /// number of degrees of freedom follow the errors.
    case studentT = "student-t"
    /// A probability for each of the 256 levels of an 8-bit value: a discretised mixture of five logistic distributions, whose weights,
    /// middles and scales the decoder gives, fifteen numbers for each value.
    case logisticMixture = "logistic-mixture"
}

extension Likelihood {
    /// Whether it is the density of continuous values, so that −ln p(x|z) can be negative; else a probability.
    public var isDensity: Bool { self != .bernoulli && self != .logisticMixture }

    /// Whether it is a distribution of shades, and not of values that are 0 or 1 alone.
    public var describesShades: Bool { self != .bernoulli }

    /// Whether it is a distribution of the 256 levels of 8-bit values, and of no others.
    public var isOfBytes: Bool { self == .logisticMixture }

    /// Whether it is one of any numbers, as a table's columns are, and not of values from 0 to 1 alone.
    public var isUnbounded: Bool {
        switch self {
        case .bernoulli, .continuousBernoulli, .logisticMixture: false
        case .gaussian, .gaussianChannel, .gaussianValue, .laplace, .studentT: true
        }
    }

    /// The kernel that computes it for images of a shape.
    package func kernel(for shape: ImageShape) -> any PixelLikelihood {
        switch self {
        case .bernoulli: Bernoulli()
        case .gaussian: Gaussian()
        case .gaussianChannel: DiagonalGaussian(shape: [shape.channels])
        case .gaussianValue: DiagonalGaussian(shape: [shape.height, shape.width, shape.channels])
        case .continuousBernoulli: ContinuousBernoulli()
        case .laplace: Laplace()
        case .logisticMixture: LogisticMixture()
        case .studentT: StudentT(shape: [shape.height, shape.width, shape.channels])
        }
    }

    /// The name for people: "Bernoulli", "value-wise Gaussian".
    package var name: String {
        switch self {
        case .bernoulli: "Bernoulli"
        case .gaussian: "Gaussian"
        case .gaussianChannel: "channel-wise Gaussian"
        case .gaussianValue: "value-wise Gaussian"
        case .continuousBernoulli: "continuous Bernoulli"
        case .laplace: "Laplace"
        case .logisticMixture: "logistic mixture"
        case .studentT: "Student t"
        }
    }
}
