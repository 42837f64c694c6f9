import VAECore

extension ModelConfiguration {
    /// The hidden layers of both sides, where filters and units can't say them.
    public struct Layers: Sendable, Hashable {
        /// From the image to what the heads read.
        public var encoder: [LayerConfiguration]
        /// From z to what the output layer reads: units, or feature maps of the image's height and width.
        public var decoder: [LayerConfiguration]

        /// Lists of hidden layers; ``ModelConfiguration/validate()`` and whatever builds a model check them.
        public init(encoder: [LayerConfiguration], decoder: [LayerConfiguration]) {
            self.encoder = encoder
            self.decoder = decoder
        }
    }

    /// A model of any layers.
    public init(
        imageShape: ImageShape = ImageShape(height: 28, width: 28), layers: Layers, kernelSize: Int = 3,
        hiddenActivation: HiddenActivation = .rectified, likelihood: Likelihood = .bernoulli,
        latentSize: Int = 2
    ) {
        self.init(
            imageShape: imageShape, encoderFilters: [], decoderFilters: [], kernelSize: kernelSize,
            encoderUnits: [], hiddenActivation: hiddenActivation, likelihood: likelihood,
            latentSize: latentSize)
        self.layers = layers
    }

    /// The encoder's hidden layers, listed or made of filters and units.
    package var encoderLayers: [LayerConfiguration] {
        layers?.encoder
            ?? encoderFilters.map { .convolution(filters: $0, stride: 2) }
            + encoderUnits.map { .dense(shape: [$0]) }
    }

    /// The decoder's hidden layers, listed or made of filters and units.
    package var decoderLayers: [LayerConfiguration] {
        if let layers { return layers.decoder }
        let dense = decoderUnits.map { LayerConfiguration.dense(shape: [$0]) }
        guard let channels = encoderFilters.last else { return dense }
        if isQuantized {
            return [.convolution(filters: channels, kernelSize: 1)]
                + decoderFilters.map { .transposedConvolution(filters: $0, stride: 2) }
        }
        return dense + [.featureMaps(channels: channels)]
            + decoderFilters.map { .transposedConvolution(filters: $0, stride: 2) }
    }

    /// Checks the sizes of listed layers one by one.
    func check(_ layers: [LayerConfiguration], _ side: String) throws(VAEError) {
        try VAEError.require(
            "number of \(side) layers", layers.reduce(0) { $0 + $1.count }, in: 0...Self.mostLayers)
        for (index, layer) in layers.enumerated() {
            try layer.check(
                LayerConfiguration.place(index, layer.kind, of: nil, side), kernelSize: kernelSize)
        }
    }
}
