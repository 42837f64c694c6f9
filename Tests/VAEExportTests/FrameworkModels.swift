import Kernels
import VAE
import VAECore

@testable import VAEExport

/// Models of every kind of layer, padding, likelihood and prior, small and with weights that are no zeros.
enum FrameworkModels {
    struct Case: Sendable {
        let name: String
        let configuration: ModelConfiguration
        var standardization: Standardization?
        /// The largest number that is added to a weight.
        var spread: Float = 0.3
    }

    static let all: [Case] =
        get {
            try [
                Case(name: "seed", configuration: ModelConfiguration()),
                Case(
                    name: "dense",
                    configuration: .fullyConnected(
                        imageShape: ImageShape(height: 5, width: 7, channels: 2), hiddenUnits: [9, 6],
                        hiddenActivation: .tanh, likelihood: .laplace, latentSize: 3)),
                Case(
                    name: "linear",
                    configuration: .fullyConnected(
                        imageShape: ImageShape(height: 4, width: 5, channels: 3), hiddenUnits: [],
                        likelihood: .gaussianValue, latentSize: 2)),
                Case(
                    name: "odd",
                    configuration: ModelConfiguration(
                        imageShape: ImageShape(height: 9, width: 6, channels: 3), encoderFilters: [4, 5],
                        decoderFilters: [6, 3], kernelSize: 4,
                        encoderUnits: [], decoderUnits: [7], hiddenActivation: .leakyRectified,
                        likelihood: .gaussianChannel, latentSize: 3)),
                Case(name: "strides", configuration: strided),
                Case(name: "residual", configuration: residual),
                Case(name: "normalised", configuration: normalised),
                Case(name: "classes", configuration: conditional(convolutional: true)),
                Case(name: "classes-dense", configuration: conditional(convolutional: false)),
                Case(name: "continuous", configuration: small(.continuousBernoulli), spread: 1.5),
                Case(name: "logistic", configuration: small(.logisticMixture, channels: 3), spread: 0.6),
                Case(name: "student", configuration: small(.studentT)),
                Case(name: "mixture", configuration: small(.bernoulli, prior: .mixture(components: 3))),
                Case(name: "vamp", configuration: small(.gaussian, prior: .vamp(pseudoInputs: 4))),
                Case(
                    name: "codes",
                    configuration: small(.gaussian, channels: 3).quantized(
                        by: Codebook(size: 12, dimension: 5))),
                Case(
                    name: "codes-dense",
                    configuration: ModelConfiguration.fullyConnected(
                        imageShape: ImageShape(height: 4, width: 4), hiddenUnits: [8], latentSize: 3
                    ).quantized(by: Codebook(size: 7, dimension: 4))),
                table,
            ]
        }

    /// Those and the models of other exports, under names of their own.
    static func models() throws -> [(name: String, model: VariationalAutoencoder)] {
        try all.map { ($0.name, try model($0)) }
            + ExportedModels.all.map { ("export-\($0.name)", try $0.model()) }
    }

    /// A model of the case, with random weights.
    static func model(_ item: Case) throws -> VariationalAutoencoder {
        let start = try VariationalAutoencoder(item.configuration, seed: 3)
        let weights = Dictionary(uniqueKeysWithValues: start.weights.map { ($0.name, $0.values) })
        var numbers = Numbers(state: 7)
        let model = try VariationalAutoencoder(item.configuration) { (entry) throws(VAEError) in
            (weights[entry.name] ?? []).map { $0 + item.spread * numbers.next() }
        }
        return model.standardizing(by: item.standardization)
    }

    /// Numbers from −1 to 1 that look random, the same everywhere.
    struct Numbers {
        var state: UInt64

        mutating func next() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 23) - 1
        }
    }

    private static func get(_ make: () throws -> [Case]) -> [Case] {
        do { return try make() } catch { fatalError("\(error)") }
    }

    private static func small(
        _ likelihood: Likelihood, channels: Int = 1, prior: Prior = .standard
    ) -> ModelConfiguration {
        var model = ModelConfiguration(
            imageShape: ImageShape(height: 7, width: 8, channels: channels), encoderFilters: [4, 6],
            decoderFilters: [6, 4], encoderUnits: [5], likelihood: likelihood, latentSize: 2)
        model.prior = prior
        return model
    }

    private static func conditional(convolutional: Bool) -> ModelConfiguration {
        var model =
            convolutional
            ? small(.bernoulli)
            : .fullyConnected(
                imageShape: ImageShape(height: 3, width: 4, channels: 2), hiddenUnits: [],
                likelihood: .gaussian, latentSize: 2)
        model.classes = convolutional ? [0, 1, 2] : [-3, 4, 9]
        return model
    }

    /// Kernels smaller than their stride, larger than their image and of even size, and sizes that strides do not divide.
    private static var strided: ModelConfiguration {
        ModelConfiguration(
            imageShape: ImageShape(height: 11, width: 8, channels: 2),
            layers: .init(
                encoder: [
                    .convolution(filters: 4, kernelSize: 5, stride: 3),
                    .convolution(filters: 5, kernelSize: 1, stride: 2, activation: .tanh),
                    .convolution(filters: 6, kernelSize: 7),
                ],
                decoder: [
                    .featureMaps(channels: 6), .convolution(filters: 5, kernelSize: 2),
                    .transposedConvolution(filters: 4, kernelSize: 1, stride: 2),
                    .transposedConvolution(filters: 3, kernelSize: 4, stride: 3, activation: .leakyRectified),
                    .transposedConvolution(filters: 3, kernelSize: 6),
                ]),
            likelihood: .gaussian, latentSize: 3)
    }

    /// Branches of one and two layers, one with a shortcut, one within another, one of dense layers, and upsampling.
    private static var residual: ModelConfiguration {
        ModelConfiguration(
            imageShape: ImageShape(height: 9, width: 10, channels: 1),
            layers: .init(
                encoder: [
                    .convolution(filters: 4, stride: 2),
                    .residual([
                        .convolution(filters: 4, activation: .silu),
                        .residual([.convolution(filters: 4, activation: .identity)]),
                        .convolution(filters: 6, stride: 2, activation: .identity),
                    ]),
                    .activation(.leakyRectified), .dense(shape: [8], activation: .silu),
                    .residual([.dense(shape: [5]), .dense(shape: [8], activation: .identity)]),
                ],
                decoder: [
                    .dense(shape: [3, 3, 4], activation: .tanh), .residual([.convolution(filters: 4)]),
                    .upsampling(factor: 2), .convolution(filters: 4, kernelSize: 2), .upsampling(factor: 2),
                    .residual([
                        .convolution(filters: 4, activation: .silu), .convolution(filters: 4, kernelSize: 5),
                    ]),
                ]),
            latentSize: 3)
    }

    private static var normalised: ModelConfiguration {
        ModelConfiguration(
            imageShape: ImageShape(height: 8, width: 12, channels: 3),
            layers: .init(
                filters: [4, 8], strides: [2, 1], residualBlocks: 1, groups: 2, upsampling: true,
                encoderUnits: [], decoderUnits: [6], activation: .silu
            )
            .adding(.groupNormalization(groups: 2)),
            likelihood: .gaussianChannel, latentSize: 4)
    }

    private static var table: Case {
        get throws {
            let columns = ["height", "width", "mass", "price"]
            var numbers = Numbers(state: 9)
            var values: [Float] = []
            for index in 0..<40 {
                let spread = Float(index % 4 + 1)
                values.append(Float(100 * (index % 4)) + spread * numbers.next())
            }
            return Case(
                name: "table",
                configuration: .fullyConnected(
                    imageShape: ImageShape(height: 1, width: 4), hiddenUnits: [6], hiddenActivation: .silu,
                    likelihood: .gaussianValue, latentSize: 2),
                standardization: try Standardization(columns: columns, values: values))
        }
    }
}

extension ModelConfiguration.Layers {
    /// With a layer of the decoder's units behind its first.
    fileprivate func adding(_ layer: LayerConfiguration) -> Self {
        .init(encoder: encoder, decoder: [decoder[0], layer] + decoder.dropFirst())
    }
}
