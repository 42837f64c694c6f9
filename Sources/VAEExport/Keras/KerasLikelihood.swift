import Kernels
import VAE

/// The means of p(x|z) from the decoder's output, in Keras.
enum KerasLikelihood {
    /// The function or layer that the program needs for them; nil where Keras has it.
    static func definition(_ likelihood: Likelihood) -> String? {
        switch likelihood {
        case .bernoulli, .gaussian, .gaussianChannel, .gaussianValue, .laplace, .studentT: nil
        case .continuousBernoulli: continuousBernoulli
        case .logisticMixture: logisticMixture
        }
    }

    /// The lines that make them of `x`, feature maps of so many channels.
    static func result(_ likelihood: Likelihood, shape: [Int]) -> [String] {
        switch likelihood {
        case .bernoulli: ["x = layers.Activation(\"sigmoid\")(x)"]
        case .gaussian, .gaussianChannel, .gaussianValue, .laplace, .studentT: []
        case .continuousBernoulli: ["x = ContinuousBernoulliMean()(x)"]
        case .logisticMixture:
            [
                "x = layers.Reshape((\(shape.map(String.init).joined(separator: ", ")), 3, \(LogisticMixture.components)))(x)",
                "x = LogisticMixtureMean()(x)",
            ]
        }
    }

    private static let continuousBernoulli = """
        @keras.saving.register_keras_serializable(package="vae")
        class ContinuousBernoulliMean(layers.Layer):
            \"""1 / (1 - exp(-l)) - 1 / l, the mean, by its series about 0 where that is near.\"""

            def call(self, logits):
                square = ops.square(logits)
                series = 1 / 12 - square * (1 / 720 - square * (1 / 30240 - square / 1209600))
                size = ops.maximum(ops.abs(logits), 1.0)
                above = -1 / ops.expm1(-size) - 1 / size
                far = ops.where(logits > 0, above, 1 - above)
                return ops.where(square < 1, 0.5 + logits * series, far)
        """

    private static let logisticMixture = """
        @keras.saving.register_keras_serializable(package="vae")
        class LogisticMixtureMean(layers.Layer):
            \"""The mean level over 255, of five logistic distributions cut into 256 levels.

            The input is (n, height, width, channels, 3, 5): logits, middles, log-scales. A
            mean level is the sum of the probabilities of lying above each of the 255 places
            between levels.
            \"""

            def call(self, output):
                logits, middle, log_scale = ops.unstack(output, axis=-2)
                middle = middle + ops.convert_to_tensor([-0.8, -0.4, 0.0, 0.4, 0.8], "float32")
                scale = ops.exp(ops.maximum(log_scale - math.log(5), -7.0))

                def add(index, level):
                    place = (2 * ops.cast(index, "float32") + 1) / 255 - 1
                    return level + ops.sigmoid((middle - place) / scale)

                level = ops.fori_loop(0, 255, add, ops.zeros_like(middle))
                return ops.sum(ops.softmax(logits, axis=-1) * level, axis=-1) / 255
        """
}
