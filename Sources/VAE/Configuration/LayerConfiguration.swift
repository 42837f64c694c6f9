/// A hidden layer of an encoder or a decoder, as a model that is not made of ``ModelConfiguration/encoderFilters`` and
/// ``ModelConfiguration/encoderUnits`` lists them.
///
/// Where a kernel size or an activation is not given, the model's own is taken. Heads, z and the output layer are not listed: a model
/// has them whatever its layers are.
public indirect enum LayerConfiguration: Sendable, Hashable {
    /// A convolution with TensorFlow's `same` padding: the output is ⌈height / stride⌉ × ⌈width / stride⌉ × filters.
    case convolution(
        filters: Int, kernelSize: Int? = nil, stride: Int = 1, activation: HiddenActivation? = nil)
    /// The transpose of a convolution. With a stride s it gives back the size that the encoder's matching convolution was given, or
    /// where it matches none s times its own.
    case transposedConvolution(
        filters: Int, kernelSize: Int? = nil, stride: Int = 1, activation: HiddenActivation? = nil)
    /// A fully connected layer from all values to (units), or to feature maps (height, width, channels).
    case dense(shape: [Int], activation: HiddenActivation? = nil)
    /// A fully connected layer to feature maps that are as high and wide as the encoder's last, whatever the images' size.
    case featureMaps(channels: Int, activation: HiddenActivation? = nil)
    /// Feature maps made larger by repeating each position, to sizes as those of a transposed convolution.
    case upsampling(factor: Int)
    /// Group normalisation (Wu and He 2018): each image's channels in so many groups, which divide them.
    case groupNormalization(groups: Int)
    /// An activation by itself.
    case activation(HiddenActivation)
    /// x + f(x), with the layers of f (He et al. 2016). Where f makes feature maps of other sizes, x goes through a 1×1 convolution.
    case residual([LayerConfiguration])

    /// Its name in files and in the names of weights.
    package var kind: String {
        switch self {
        case .convolution: "convolution"
        case .transposedConvolution: "transposed_convolution"
        case .dense, .featureMaps: "dense"
        case .upsampling: "upsampling"
        case .groupNormalization: "group_normalization"
        case .activation: "activation"
        case .residual: "residual"
        }
    }

    /// The activation that is given; nil for the model's own, or for a layer without one.
    var activation: HiddenActivation? {
        switch self {
        case .convolution(_, _, _, let activation), .transposedConvolution(_, _, _, let activation),
            .dense(_, let activation), .featureMaps(_, let activation):
            activation
        case .upsampling, .groupNormalization, .activation, .residual: nil
        }
    }
}
