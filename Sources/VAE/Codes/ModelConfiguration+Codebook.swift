import Kernels
import VAECore

extension ModelConfiguration {
    /// Whether z is made of codes, and not a Gaussian vector.
    public var isQuantized: Bool { codebook != nil }

    /// The model with a codebook in place of its Gaussian latents.
    ///
    /// With convolutions every position of the encoder's last feature maps gets a code: a 1×1 convolution gives the vectors, dense layers are taken away, and
    /// the decoder begins with another 1×1 convolution. ``latentSize`` becomes the number of positions. Without convolutions the dense layers
    /// stay, and `latentSize` positions get a code each.
    /// - Throws: `invalidArgument` when the layers do not follow from one another.
    public func quantized(by codebook: Codebook = Codebook()) throws(VAEError) -> ModelConfiguration {
        var model = self
        model.codebook = codebook
        if let layers {
            let isGrid = layers.encoder.contains { $0.kind == "convolution" }
            if isGrid {
                model.layers = Layers(
                    encoder: layers.encoder.filter { $0.kind != "dense" },
                    decoder: layers.decoder.compactMap { layer in
                        if case .featureMaps(let channels, let activation) = layer {
                            return .convolution(filters: channels, kernelSize: 1, activation: activation)
                        }
                        return layer.kind == "dense" ? nil : layer
                    })
            }
        } else if !encoderFilters.isEmpty {
            model.encoderUnits = []
            model.decoderUnits = []
        }
        return try model.fittingCodes()
    }

    /// The model with as many positions as its feature maps have for its image shape; the same model where there are none, or no codes.
    /// - Throws: `invalidArgument` when sizes are out of range or the encoder's layers do not follow from one another.
    package func fittingCodes() throws(VAEError) -> ModelConfiguration {
        guard isQuantized else { return self }
        try checkSizes()
        var model = self
        if let grid = try codeGrid { model.latentSize = grid.height * grid.width }
        return model
    }

    /// Height and width of the grid of codes of a model with feature maps; nil for one whose encoder ends in units.
    /// - Throws: `invalidArgument` when the encoder's layers do not follow from one another.
    package var codeGrid: (height: Int, width: Int)? {
        get throws(VAEError) {
            var builder = PlanBuilder(self, nil)
            let images = try builder.plan.input(
                "images", [imageShape.height, imageShape.width, imageShape.channels])
            let top = try builder.append(encoderLayers, to: images, under: "encoder")
            let shape = builder.plan.values[top].shape
            // A model without a single layer has units to it, as with Gaussian latents.
            return shape.count == 3 && top != images ? (shape[0], shape[1]) : nil
        }
    }

    /// Checks what can be told of a codebook without its layers.
    func checkCodebook() throws(VAEError) {
        guard let codebook else { return }
        try codebook.validate()
        guard classes.isEmpty else {
            throw VAEError(
                .invalidArgument, "codebook", "can't be combined with classes: codes know of none",
                expected: "one of the two", found: "both")
        }
        guard prior.isStandard else {
            throw VAEError(
                .invalidArgument, "codebook",
                "can't be combined with a prior of Gaussians",
                expected: "one of the two", found: "both")
        }
        guard layers != nil || encoderFilters.isEmpty || (encoderUnits + decoderUnits).isEmpty else {
            throw VAEError(
                .invalidArgument, "hidden units",
                "stand between feature maps and codes, which have a place in the picture",
                expected: "none beside filters and a codebook", found: "\(encoderUnits + decoderUnits)",
                advice: "Leave them out, or take a model without filters.")
        }
    }
}

extension PlanBuilder {
    /// The vectors z_e, and their codes z_q: of each position of feature maps, or of so many positions as z has.
    /// - Returns: both, and the layer between them
    /// - Throws: `invalidArgument` where positions differ in number from what the configuration says.
    mutating func quantised(
        _ top: Int, by codebook: Codebook, latentSize: Int, isImage: Bool
    ) throws(VAEError) -> (vectors: Int, z: Int, layer: Quantisation) {
        let shape = plan.values[top].shape
        let vectors: Int
        if shape.count == 3, !isImage {
            guard latentSize == shape[0] * shape[1] else {
                throw VAEError(
                    .invalidArgument, "latent size",
                    "is not the number of the encoder's last positions, which have a code each",
                    expected: "\(shape[0] * shape[1]), of \(shape[0])×\(shape[1])", found: "\(latentSize)",
                    advice: "Take ModelConfiguration.quantized(by:), which sets it.")
            }
            vectors = try convolution(
                "encoder.vectors", top, filters: codebook.dimension, kernelSize: 1, 1, .identity)
        } else {
            vectors = try dense(
                "encoder.vectors", top, [latentSize * codebook.dimension], .identity)
        }
        let layer = Quantisation(
            shape: plan.values[vectors].shape, size: codebook.size, dimension: codebook.dimension,
            commitment: Float(codebook.commitment), tiles: tiles)
        return (vectors, try plan.add("latent", layer, vectors), layer)
    }
}
