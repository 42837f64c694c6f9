import Kernels
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

/// The engine's network against the direct loops in Double, for configurations of all kinds.
@Suite("The network against the reference model")
struct NetworkTests {
    static func model(
        _ height: Int, _ width: Int, _ channels: Int, _ encoder: [Int], _ decoder: [Int], hidden: Int,
        latent: Int, kernelSize: Int = 3
    ) -> ModelConfiguration {
        ModelConfiguration(
            imageShape: ImageShape(height: height, width: width, channels: channels),
            encoderFilters: encoder, decoderFilters: decoder, kernelSize: kernelSize, hiddenUnits: hidden,
            latentSize: latent)
    }

    /// Dense layers of any number on each side, with both activations and all likelihoods.
    static func dense(
        _ encoder: [Int], _ decoder: [Int], latent: Int, _ activation: HiddenActivation,
        _ likelihood: Likelihood, filters: [Int] = []
    ) -> ModelConfiguration {
        ModelConfiguration(
            imageShape: ImageShape(height: 6, width: 5, channels: 2), encoderFilters: filters,
            decoderFilters: filters.reversed(), encoderUnits: encoder, decoderUnits: decoder,
            hiddenActivation: activation, likelihood: likelihood, latentSize: latent)
    }

    static let denseModels = [
        dense([], [], latent: 3, .rectified, .gaussian),
        dense([], [], latent: 1, .tanh, .bernoulli),
        dense([9, 7], [8, 11], latent: 2, .tanh, .bernoulli),
        dense([17], [], latent: 4, .rectified, .gaussian),
        dense([], [13], latent: 4, .tanh, .gaussian),
        dense([5, 6, 7], [16], latent: 3, .rectified, .bernoulli),
        // Convolutions with other dense layers than one, and with tanh.
        dense([], [], latent: 2, .rectified, .bernoulli, filters: [4]),
        dense([6, 5], [7], latent: 3, .tanh, .gaussian, filters: [3, 4]),
        dense([6], [7, 5], latent: 3, .tanh, .bernoulli, filters: [16, 32]),
        // A variance for each channel, and for each value.
        dense([], [], latent: 3, .rectified, .gaussianChannel),
        dense([], [], latent: 2, .rectified, .gaussianValue),
        dense([6, 5], [7], latent: 3, .tanh, .gaussianChannel, filters: [3, 4]),
        dense([6], [7], latent: 3, .tanh, .gaussianValue, filters: [16, 5]),
        // Other distributions.
        dense([5], [7], latent: 3, .tanh, .continuousBernoulli),
        dense([6], [7], latent: 3, .tanh, .laplace),
        dense([6], [7], latent: 3, .tanh, .studentT),
        dense([6], [7], latent: 3, .tanh, .logisticMixture),
        dense([6], [7], latent: 3, .tanh, .logisticMixture, filters: [3]),
    ]

    static let models = [
        model(5, 7, 1, [3], [2], hidden: 4, latent: 1),
        model(5, 7, 2, [3, 4], [5, 2], hidden: 6, latent: 3),
        model(1, 1, 1, [2], [3], hidden: 3, latent: 2),
        model(1, 1, 3, [2, 2, 2], [1, 2, 3], hidden: 5, latent: 5),
        model(3, 17, 3, [4, 5], [6, 3], hidden: 7, latent: 2),
        model(17, 3, 1, [2, 3, 4], [4, 3, 2], hidden: 3, latent: 4),
        model(8, 8, 1, [4, 8], [8, 4], hidden: 16, latent: 2),
        model(9, 2, 2, [1, 1, 1], [1, 1, 1], hidden: 3, latent: 2),
        model(13, 11, 3, [6, 7, 8], [9, 5, 4], hidden: 10, latent: 6),
        // These have layers that fill whole register tiles, all of them or some.
        model(9, 14, 3, [16, 32], [48, 16], hidden: 5, latent: 3),
        model(15, 6, 1, [16, 5, 32], [16, 16, 7], hidden: 4, latent: 2),
        // Kernels that hang over the edge differently, or not at all.
        model(7, 6, 2, [5, 4], [3, 6], hidden: 4, latent: 2, kernelSize: 1),
        model(9, 6, 1, [4, 17], [16, 3], hidden: 5, latent: 3, kernelSize: 2),
        model(10, 7, 3, [16, 6], [5, 4], hidden: 4, latent: 2, kernelSize: 5),
    ]

    /// A value passes through eight layers of sums of up to 81 terms, each layer adding a few units of rounding: 1e-5
    /// of the tensor's largest leaves room for that, as for the golden files. In a gradient the images' shares can
    /// cancel; "largest" is then that of the shares' sizes added up.
    @Test(arguments: models + denseModels, [1, 0, 0.5] as [Float])
    func everyTensorAgrees(model: ModelConfiguration, klWeight: Float) throws {
        for products in Products.allCases { try everyTensorAgrees(model, klWeight, products) }
    }

    private func everyTensorAgrees(
        _ model: ModelConfiguration, _ klWeight: Float, _ products: Products
    ) throws {
        let (network, reference) = (try Network(model, products: products), try ReferenceModel(model))
        var random = SplitMix(state: UInt64(network.layout.count))
        func uniform() -> Float { Float(random.next() >> 40) * 0x1p-24 }
        // Micro-batches of eight and of three, so that gradients are added to.
        let count = 11
        let images = (0..<count * model.imageShape.count).map { _ in uniform() }
        let noise = (0..<count * model.latentSize).map { _ in 3 * uniform() - 1.5 }
        let parameters = (0..<network.layout.count).map { _ in uniform() - 0.5 }
        let pass = try EnginePass(
            network, images: images, noise: noise, parameters: parameters, klWeight: klWeight)

        let expected = reference.run(
            images.map(Double.init), noise: noise.map(Double.init),
            parameters: network.layout.entries.map { parameters[$0.range].map(Double.init) },
            klWeight: Double(klWeight))
        for (name, values) in [
            ("mean", expected.mean), ("log_variance", expected.logVariance), ("output", expected.output),
            ("loss.reconstruction", expected.reconstruction), ("loss.kl", expected.klDivergence),
        ] {
            #expect(relativeError(pass.tensors[name, default: []], values) < 1e-5, "\(name)")
        }
        #expect(network.layout.entries.map(\.range.count) == reference.parameterCounts)
        let shares = (0..<count).map { image in
            reference.run(
                part(images, image, of: count), noise: part(noise, image, of: count),
                parameters: network.layout.entries.map { parameters[$0.range].map(Double.init) },
                klWeight: Double(klWeight)
            ).gradients
        }
        for (index, entry) in network.layout.entries.enumerated() {
            let found = pass.tensors["gradient.\(entry.name)", default: []]
            let sizes = entry.range.indices.map { place in
                shares.reduce(0) { $0 + abs($1[index][place - entry.range.lowerBound]) } / Double(count)
            }
            let largest = sizes.reduce(0, max)
            for (found, value) in zip(found, expected.gradients[index]) {
                #expect(abs(Double(found) - value) <= 1e-5 * largest, "gradient of \(entry.name)")
            }
        }
    }

    /// The share of one image.
    private func part(_ values: [Float], _ image: Int, of count: Int) -> [Double] {
        let size = values.count / count
        return values[image * size..<(image + 1) * size].map(Double.init)
    }

    /// Names, shapes and ranges: each parameter has one place, and the places follow each other.
    @Test(arguments: models + denseModels + [ModelConfiguration()])
    func parametersFillTheLayout(model: ModelConfiguration) throws {
        let layout = try Network(model).layout
        var end = 0
        for entry in layout.entries {
            #expect(entry.range.lowerBound == end && entry.range.count == entry.shape.reduce(1, *))
            end = entry.range.upperBound
        }
        #expect(end == layout.count)
        #expect(Set(layout.entries.map(\.name)).count == layout.entries.count)
    }

    /// Glorot's limits and zero biases, each tensor from a stream of its own.
    @Test func initialWeightsAreGlorotUniform() throws {
        let network = try Network(ModelConfiguration())
        #expect(network.layout.count == 134_165)
        let parameters = try FloatStorage(count: network.layout.count)
        network.layout.initialize(parameters.region, seed: 3)
        for entry in network.layout.entries {
            let values = parameters.region[entry.range].array()
            guard entry.shape.count > 1 else {
                #expect(values.allSatisfy { $0 == 0 })
                continue
            }
            let field = entry.shape.dropLast(2).reduce(1, *)
            let limit = (6 / Double(field * entry.shape.suffix(2).reduce(0, +))).squareRoot()
            let largest = values.reduce(0) { max($0, abs(Double($1))) }
            // Of n numbers the largest is below limit · (1 − x) with a chance of (1 − x)ⁿ: 1e-6 for x = 14/n.
            #expect(largest <= limit * (1 + 1e-6) && largest > limit * (1 - 14 / Double(values.count)))
            let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
            #expect(abs(mean) < 4 * limit / (3 * Double(values.count)).squareRoot())
        }
        // On a common scale no two tensors begin alike.
        let starts = network.layout.entries.compactMap { entry in
            if case .glorotUniform(let inputs, let outputs) = entry.start {
                (parameters.region[entry.range.lowerBound] * Float(inputs + outputs).squareRoot() * 1e4)
                    .rounded()
            } else {
                nil as Float?
            }
        }
        #expect(Set(starts).count == starts.count && starts.count == 9)

        let again = try FloatStorage(count: network.layout.count)
        network.layout.initialize(again.region, seed: 3)
        #expect(again.region.array() == parameters.region.array())
        network.layout.initialize(again.region, seed: 4)
        #expect(again.region.array() != parameters.region.array())
    }
}
