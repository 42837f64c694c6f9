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
        return dense + [.featureMaps(channels: channels)]
            + decoderFilters.map { .transposedConvolution(filters: $0, stride: 2) }
    }

    /// Checks the sizes of listed layers one by one.
    func check(_ layers: [LayerConfiguration], _ side: String) throws(VAEError) {
        guard layers.count <= Self.mostLayers else {
            throw VAEError(
                .invalidArgument, "\(side) layers", "are too many", expected: "at most \(Self.mostLayers)",
                found: "\(layers.count)")
        }
        for (index, layer) in layers.enumerated() {
            let name = "\(side) layer \(index + 1) (\(layer.kind))"
            var sizes: [(String, Int, ClosedRange<Int>)] = []
            switch layer {
            case .convolution(let filters, let kernelSize, let stride, _),
                .transposedConvolution(let filters, let kernelSize, let stride, _):
                sizes = [
                    ("filters", filters, Self.filterRange),
                    ("kernel size", kernelSize ?? self.kernelSize, Self.kernelRange),
                    ("stride", stride, 1...16),
                ]
            case .dense(let shape, _):
                guard shape.count == 1 || shape.count == 3 else {
                    throw VAEError(
                        .invalidArgument, name, "has a shape that is neither units nor feature maps",
                        expected: "1 or 3 sizes", found: "\(shape.count)")
                }
                sizes =
                    shape.count == 1
                    ? [("units", shape[0], Self.unitRange)]
                    : [
                        ("height", shape[0], 1...Self.largestSide), ("width", shape[1], 1...Self.largestSide),
                        ("channels", shape[2], Self.filterRange),
                    ]
            case .featureMaps(let channels, _): sizes = [("channels", channels, Self.filterRange)]
            case .upsampling(let factor): sizes = [("factor", factor, 2...16)]
            case .groupNormalization(let groups): sizes = [("groups", groups, Self.filterRange)]
            case .activation: break
            case .residual(let branch): try check(branch, "\(side) layer \(index + 1)'s branch")
            }
            for (size, value, range) in sizes {
                try VAEError.require("\(size) of \(name)", value, in: range)
            }
        }
    }
}
