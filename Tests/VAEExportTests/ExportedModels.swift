import VAE
import VAECore

/// A model for tests of exports, with a table's standardisation where it has one.
struct ExportedModel: Sendable {
    let name: String
    let configuration: ModelConfiguration
    var standardization: Standardization?

    /// Weights that are all different from where training begins.
    func model() throws -> VariationalAutoencoder {
        try VariationalAutoencoder(configuration, seed: 5).scattered()
            .standardizing(by: standardization)
    }
}

/// Models that have between them every kind of layer, activation and likelihood, classes, codes, a table, priors, odd sizes and strides.
enum ExportedModels {
    static let all: [ExportedModel] =
        [ExportedModel(name: "default", configuration: ModelConfiguration())]
        + shapes + layers + likelihoods + conditional + coded + others

    private static func image(_ height: Int, _ width: Int, _ channels: Int = 1) -> ImageShape {
        ImageShape(height: height, width: width, channels: channels)
    }

    private static let shapes = [
        ExportedModel(
            name: "odd-sizes",
            configuration: ModelConfiguration(
                imageShape: image(13, 18, 3), encoderFilters: [10, 7, 16], decoderFilters: [9, 20, 6],
                hiddenUnits: 11, latentSize: 5)),
        ExportedModel(
            name: "large-kernel",
            configuration: ModelConfiguration(
                imageShape: image(9, 6), encoderFilters: [12], decoderFilters: [17], kernelSize: 5,
                hiddenUnits: 4, latentSize: 1)),
        ExportedModel(
            name: "even-kernel",
            configuration: ModelConfiguration(
                imageShape: image(8, 8, 2), encoderFilters: [3, 5], decoderFilters: [8, 4], kernelSize: 2,
                hiddenUnits: 3, latentSize: 3)),
        // A kernel smaller than its stride leaves rows out, and on the way up rows that have the bias alone.
        ExportedModel(
            name: "kernel-below-stride",
            configuration: ModelConfiguration(
                imageShape: image(6, 7, 4), encoderFilters: [6], decoderFilters: [5], kernelSize: 1,
                hiddenUnits: 3, latentSize: 2)),
        ExportedModel(
            name: "dense",
            configuration: .fullyConnected(
                imageShape: image(6, 7, 3), hiddenUnits: [14, 9], hiddenActivation: .tanh, latentSize: 4)),
        ExportedModel(
            name: "linear",
            configuration: .fullyConnected(
                imageShape: image(9, 5), hiddenUnits: [], likelihood: .gaussian, latentSize: 3)),
    ]

    private static let layers = [
        ExportedModel(
            name: "every-layer",
            configuration: ModelConfiguration(
                imageShape: image(11, 9, 2),
                layers: .init(
                    encoder: [
                        .convolution(filters: 6, kernelSize: 5, activation: .identity),
                        .groupNormalization(groups: 3), .activation(.silu),
                        .convolution(filters: 8, kernelSize: 2, stride: 2),
                        .residual([.convolution(filters: 8, activation: .silu), .convolution(filters: 8)]),
                        .dense(shape: [10]), .activation(.identity),
                    ],
                    decoder: [
                        .dense(shape: [6, 5, 8]), .groupNormalization(groups: 4), .upsampling(factor: 2),
                        .convolution(filters: 5),
                        .residual([.transposedConvolution(filters: 5, kernelSize: 1, activation: .tanh)]),
                    ]),
                hiddenActivation: .leakyRectified, latentSize: 3)),
        ExportedModel(
            name: "shortcut",
            configuration: ModelConfiguration(
                imageShape: image(10, 13),
                layers: .init(
                    encoder: [.residual([.convolution(filters: 4, stride: 3), .convolution(filters: 7)])],
                    decoder: [
                        .dense(shape: [9]), .groupNormalization(groups: 1), .dense(shape: [4, 5, 6]),
                        .upsampling(factor: 3), .convolution(filters: 4, kernelSize: 1, activation: .tanh),
                    ]),
                hiddenActivation: .silu, likelihood: .gaussian, latentSize: 2)),
        // Sums of units, which have no feature maps, and feature maps that are made of units.
        ExportedModel(
            name: "stride-four",
            configuration: ModelConfiguration(
                imageShape: image(17, 14, 2),
                layers: .init(
                    encoder: [
                        .convolution(filters: 5, kernelSize: 3, stride: 4), .dense(shape: [12]),
                        .residual([.dense(shape: [12], activation: .tanh)]), .groupNormalization(groups: 4),
                    ],
                    decoder: [
                        .featureMaps(channels: 6),
                        .transposedConvolution(filters: 4, kernelSize: 3, stride: 4),
                    ]),
                latentSize: 3)),
    ]

    private static let likelihoods = Likelihood.allCases.map { likelihood in
        ExportedModel(
            name: likelihood.rawValue,
            configuration: ModelConfiguration(
                imageShape: image(6, 5, 2), encoderFilters: [5], decoderFilters: [6], encoderUnits: [9],
                decoderUnits: [], likelihood: likelihood, latentSize: 3))
    }

    private static let conditional = [
        ModelConfiguration(
            imageShape: image(9, 7), encoderFilters: [5], decoderFilters: [6], hiddenUnits: 9, latentSize: 2),
        ModelConfiguration(
            imageShape: image(6, 8, 3), encoderFilters: [6], decoderFilters: [5], encoderUnits: [],
            decoderUnits: [], likelihood: .gaussian, latentSize: 3),
        .fullyConnected(
            imageShape: image(6, 7), hiddenUnits: [10, 6], hiddenActivation: .tanh, latentSize: 1),
    ].enumerated().map { index, configuration in
        var configuration = configuration
        configuration.classes = [0, 2, 3, 7]
        return ExportedModel(name: "conditional-\(index)", configuration: configuration)
    }

    private static let coded: [ExportedModel] = {
        let codebook = Codebook(size: 12, dimension: 3)
        let models: [(String, ModelConfiguration)] = [
            (
                "codes-of-maps",
                ModelConfiguration(
                    imageShape: image(10, 13, 3), encoderFilters: [6, 8], decoderFilters: [7, 5])
            ),
            (
                "codes-of-units",
                .fullyConnected(imageShape: image(7, 6), hiddenUnits: [9], latentSize: 4)
            ),
        ]
        return models.compactMap { name, model in
            (try? model.quantized(by: codebook)).map { ExportedModel(name: name, configuration: $0) }
        }
    }()

    private static let others: [ExportedModel] = {
        var prior = ModelConfiguration.fullyConnected(
            imageShape: image(5, 4), hiddenUnits: [6], latentSize: 2)
        prior.prior = .vamp(pseudoInputs: 3)
        // Large means beside small scales: in single precision no digit would be left.
        let columns = ["flow", "pressure", "load, %"]
        let rows: [Float] = [1_000_001, 0.5, -3, 1_000_002.5, 0.75, -9, 1_000_003, 0.25, 2]
        let table = try? Standardization(columns: columns, values: rows)
        return [
            ExportedModel(name: "vamp-prior", configuration: prior),
            ExportedModel(
                name: "table",
                configuration: .fullyConnected(
                    imageShape: image(1, 3), hiddenUnits: [8], likelihood: .gaussianValue, latentSize: 2),
                standardization: table),
        ]
    }()
}

extension VariationalAutoencoder {
    /// The same model with every weight moved, so that none is what a translation could take for granted.
    func scattered() throws -> VariationalAutoencoder {
        var generator = Deviates(seed: 11)
        return try changed { name, _, values in
            let isKernel = name.hasSuffix(".kernel") || name.hasSuffix(".codes")
            return values.map { $0 + (isKernel ? 0.02 : 0.5) * generator.normal() }
        }
    }

    /// The same model with other values of its weights.
    func changed(
        _ change: (_ name: String, _ shape: [Int], _ values: [Float]) -> [Float]
    ) throws -> VariationalAutoencoder {
        let scratch = try Scratch()
        let path = scratch.file("model.safetensors")
        try write(to: path)
        let file = try SafeTensors(contentsOf: path)
        let tensors = try file.tensors.map { old in
            try SafeTensors.Tensor(
                name: old.name, shape: old.shape, floats: change(old.name, old.shape, old.floats()))
        }
        try SafeTensors(tensors, metadata: file.metadata).write(to: path)
        return try VariationalAutoencoder(contentsOf: path)
    }
}
