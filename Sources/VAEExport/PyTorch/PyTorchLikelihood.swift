import Kernels
import VAE

/// The means of p(x|z) from the decoder's output, in PyTorch.
enum PyTorchLikelihood {
    /// The function that the program needs for them; nil where PyTorch has it.
    static func function(_ likelihood: Likelihood) -> String? {
        switch likelihood {
        case .bernoulli, .gaussian, .gaussianChannel, .gaussianValue, .laplace, .studentT: nil
        case .continuousBernoulli: continuousBernoulli
        case .logisticMixture: logisticMixture
        }
    }

    /// What the decoder returns, from `x`.
    static func result(_ likelihood: Likelihood, channels: Int) -> String {
        switch likelihood {
        case .bernoulli: "torch.sigmoid(x)"
        case .gaussian, .gaussianChannel, .gaussianValue, .laplace, .studentT: "x"
        case .continuousBernoulli: "continuous_bernoulli_mean(x)"
        case .logisticMixture:
            "logistic_mixture_mean(x.unflatten(1, (\(channels), 3, \(LogisticMixture.components))))"
        }
    }

    private static let continuousBernoulli = """
        def continuous_bernoulli_mean(logits: Tensor) -> Tensor:
            \"""1 / (1 - exp(-l)) - 1 / l, the mean, by its series about 0 where that is near.\"""
            square = logits.square()
            series = 1 / 12 - square * (1 / 720 - square * (1 / 30240 - square / 1209600))
            size = logits.abs().clamp(min=1)
            above = -1 / torch.expm1(-size) - 1 / size
            far = torch.where(logits > 0, above, 1 - above)
            return torch.where(square < 1, 0.5 + logits * series, far)
        """

    /// Scales are e⁻⁷ at least, and the components start apart: see `LogisticMixture`.
    private static let logisticMixture = """
        def logistic_mixture_mean(output: Tensor) -> Tensor:
            \"""The mean level over 255, of five logistic distributions cut into 256 levels.

            The output is (n, channels, 3, 5, height, width): logits, middles, log-scales. A
            mean level is the sum of the probabilities of lying above each of the 255 places
            between levels.
            \"""
            logits, middle, log_scale = output.unbind(2)
            spread = torch.tensor([-0.8, -0.4, 0.0, 0.4, 0.8], device=output.device)
            middle = middle + spread[:, None, None]
            scale = (log_scale - math.log(5)).clamp(min=-7).exp()
            level = torch.zeros_like(middle)
            for place in range(255):
                level += torch.sigmoid((middle - ((2 * place + 1) / 255 - 1)) / scale)
            return (torch.softmax(logits, 2) * level).sum(2) / 255
        """
}
