/// The whole variational autoencoder on direct loops: the oracle of the engine's network and the naive implementation that
/// the benchmark measures against.
package struct ReferenceModel: Sendable {
    package let height: Int
    package let width: Int
    package let channels: Int
    package let latent: Int
    /// Encoder convolutions from the image down; the k-th transposed one of the decoder climbs back the same steps.
    package let encoder: [ReferenceConvolution]
    /// Units of the encoder's dense layers below the heads.
    package let encoderUnits: [Int]
    /// Units of the decoder's dense layers; without convolutions the last gives the output.
    package let decoderUnits: [Int]
    /// The convolutions that the decoder transposes, from the smallest up to the image; none in a fully connected model.
    package let decoder: [ReferenceConvolution]
    /// What follows the sums of hidden layers.
    package let activation: ReferenceActivation
    /// Whether p(x|z) is a Gaussian, whose log σ² is the last of the parameters, rather than a Bernoulli distribution.
    package let isGaussian: Bool

    /// Sizes of the parameters in their order: kernel, bias, kernel, bias, …, and log σ² of a Gaussian.
    package let parameterCounts: [Int]

    /// A model as the engine builds it: 3×3 kernels, stride 2 for every filter count, then one transposed
    /// convolution of stride 1 to the image's channels; or dense layers alone.
    package init(
        height: Int, width: Int, channels: Int, encoderFilters: [Int], decoderFilters: [Int],
        encoderUnits: [Int], decoderUnits: [Int] = [], latent: Int,
        activation: ReferenceActivation = .rectified, isGaussian: Bool = false
    ) {
        self.height = height
        self.width = width
        self.channels = channels
        self.latent = latent
        self.activation = activation
        self.isGaussian = isGaussian
        var layers: [ReferenceConvolution] = []
        var (h, w, c) = (height, width, channels)
        for filters in encoderFilters {
            let layer = ReferenceConvolution(
                height: h, width: w, channels: c, filters: filters, kernelHeight: 3, kernelWidth: 3, stride: 2
            )
            layers.append(layer)
            (h, w, c) = (layer.outputHeight, layer.outputWidth, filters)
        }
        encoder = layers
        let flat = h * w * c
        var rising: [ReferenceConvolution] = []
        if !layers.isEmpty {
            var inputs = c
            for (level, filters) in zip(layers.reversed(), decoderFilters) {
                rising.append(
                    ReferenceConvolution(
                        height: level.height, width: level.width, channels: filters, filters: inputs,
                        kernelHeight: 3, kernelWidth: 3, stride: 2))
                inputs = filters
            }
            rising.append(
                ReferenceConvolution(
                    height: height, width: width, channels: channels, filters: inputs, kernelHeight: 3,
                    kernelWidth: 3, stride: 1))
        }
        decoder = rising
        self.encoderUnits = encoderUnits
        self.decoderUnits = decoderUnits + [flat]

        var counts: [Int] = []
        for layer in layers { counts += [9 * layer.channels * layer.filters, layer.filters] }
        for (inputs, outputs) in zip([flat] + encoderUnits, encoderUnits) {
            counts += [inputs * outputs, outputs]
        }
        let top = encoderUnits.last ?? flat
        counts += [top * latent, latent, top * latent, latent]
        for (inputs, outputs) in zip([latent] + self.decoderUnits, self.decoderUnits) {
            counts += [inputs * outputs, outputs]
        }
        for layer in rising { counts += [9 * layer.channels * layer.filters, layer.channels] }
        if isGaussian { counts.append(1) }
        parameterCounts = counts
    }

    /// What one pass gives: the losses of each image, the output, and the gradient of the mean loss.
    package struct Pass<T: ReferenceScalar> {
        package var mean: [T] = []
        package var logVariance: [T] = []
        /// The decoder's output: logits of Bernoulli means, or Gaussian means.
        package var output: [T] = []
        package var reconstruction: [T] = []
        package var divergence: [T] = []
        /// In the order of `parameterCounts`; empty without a backward pass.
        package var gradients: [[T]] = []

        /// The weight of the divergence.
        package var klWeight: T = 1

        /// Reconstruction plus weighted divergence, the mean over the images, in nats.
        package var loss: T {
            (reconstruction.reduce(0, +) + klWeight * divergence.reduce(0, +))
                / T(max(reconstruction.count, 1))
        }
    }
}
