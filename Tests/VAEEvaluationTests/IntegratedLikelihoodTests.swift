import Foundation
import Testing
import VAECore

@testable import VAE
@testable import VAEEvaluation

/// ln p(x) by quadrature, and by draws of a mixture, where it is known.
@Suite("Likelihoods that the encoder has no part in")
struct IntegratedLikelihoodTests {
    /// Linear models of one to three dimensions, whose likelihood has a closed form, with an encoder that is exact and with none to speak of: its weights
    /// are 0, so that q(z|x) = N(0, e⁻⁸I) misses most of p(z|x).
    @Test(arguments: [1, 2, 3], [true, false])
    func linearModels(latentSize: Int, hasEncoder: Bool) throws {
        let images = try gaussianImages(40, seed: 5)
        let exactModel = try linearModel(ProbabilisticPCA(images, latentSize: latentSize), widenedBy: 0.2)
        let model = hasEncoder ? exactModel : try blind(exactModel)
        let exact = try LinearGaussianDecoder(model).logLikelihood(of: images)
        let found = try model.integratedLikelihood(of: images)
        for (index, value) in found.values.enumerated() {
            // Floats' rounding, in sums of 30 squares of up to 10²/2 nats, and the bound that the integral itself gives.
            #expect(abs(value - exact[index]) < 2e-3 + found.errors[index], "image \(index)")
            #expect(found.errors[index] < 0.01)
        }
    }

    /// Images that a model draws with z or with −z alike, and an encoder that knows of the one alone: the draws of q(z|x) miss ln 2 nats, and all their
    /// effective draws, while the integral and draws of a mixture do not.
    @Test func aModeThatTheEncoderMisses() throws {
        let (model, images) = try twoModes()
        let exact = try (0..<images.count).map { try integral(model, images, $0) }
        let integrated = try model.integratedLikelihood(of: images)
        for (found, exact) in zip(integrated.values, exact) { #expect(abs(found - exact) < 3e-3) }
        let posterior = try model.logLikelihood(of: images, samples: 2000)
        let mixture = try model.logLikelihood(of: images, samples: 2000, proposal: .mixture)
        for image in 0..<images.count {
            #expect(exact[image] - posterior.values[image] > 0.5, "image \(image)")
            #expect(posterior.effectiveSamples[image] > 100)
            #expect(
                abs(mixture.values[image] - exact[image]) < 5 * mixture.standardErrors[image] + 2e-3,
                "image \(image): \(mixture.values[image]) of \(exact[image])")
        }
    }

    /// A convolutional model of two dimensions against the same integral on a uniform grid four times as fine, for a Bernoulli and another likelihood, and with
    /// classes.
    @Test(arguments: [Likelihood.bernoulli, .laplace], [[], [0, 1, 2]])
    func aFinerGrid(likelihood: Likelihood, classes: [Int]) throws {
        let shape = ImageShape(height: 6, width: 5)
        var configuration = ModelConfiguration(
            imageShape: shape, encoderFilters: [4], decoderFilters: [4], hiddenUnits: 8, latentSize: 2)
        configuration.likelihood = likelihood
        configuration.classes = classes
        let model = try VariationalAutoencoder(configuration, seed: 3)
        var random = 1
        let pixels = (0..<20 * shape.count).map { _ -> UInt8 in
            random = (random * 1_103_515_245 + 12345) & 0x7fff_ffff
            return UInt8(random >> 23)
        }
        let images = try ImageSet(
            shape: shape, pixels: pixels, labels: classes.isEmpty ? nil : (0..<20).map { $0 % 3 })
        let found = try model.integratedLikelihood(of: images, threads: 1)
        for image in [0, 7, 19] {
            let fine = try integral(model, images, image)
            #expect(abs(found.values[image] - fine) < 2e-3, "\(found.values[image]) of \(fine)")
        }
        for threads in [2, 3] {
            #expect(try model.integratedLikelihood(of: images, threads: threads) == found)
        }
    }

    @Test func whatCannotBeIntegrated() throws {
        let model = try VariationalAutoencoder(ModelConfiguration(latentSize: 4))
        let images = try ImageSet(
            shape: model.configuration.imageShape,
            pixels: [UInt8](repeating: 0, count: model.configuration.imageShape.count))
        #expect(!model.canIntegrateLikelihood)
        let error = #expect(throws: VAEError.self) { try model.integratedLikelihood(of: images) }
        #expect(error?.kind == .invalidArgument && error?.found == "4")
        struct Enough: Error {}
        let small = try VariationalAutoencoder(ModelConfiguration(latentSize: 1))
        #expect(throws: Enough.self) {
            try small.integratedLikelihood(of: images, onProgress: { _ in throw Enough() })
        }
    }

    // MARK: Models

    /// The same model with an encoder of weight 0.
    private func blind(_ model: VariationalAutoencoder) throws -> VariationalAutoencoder {
        try model.replacing { name, values in
            guard name.hasPrefix("encoder") else { return values }
            return values.map { _ in name == "encoder.log_variance.bias" ? -8 : 0 }
        }
    }

    /// A model of one dimension that draws 16 pixels with the logits 8|z| − 8, and an encoder at z = 1.
    private func twoModes() throws -> (VariationalAutoencoder, ImageSet) {
        let shape = ImageShape(height: 4, width: 4)
        let configuration = ModelConfiguration.fullyConnected(
            imageShape: shape, hiddenUnits: [2], likelihood: .bernoulli, latentSize: 1)
        let model = try VariationalAutoencoder(configuration).replacing { name, values in
            switch name {
            // |z| is the sum of the rectified z and −z.
            case "decoder.dense.kernel": [1, -1]
            case "decoder.output.kernel": values.map { _ in 8 }
            case "decoder.output.bias": values.map { _ in -8 }
            case "encoder.mean.bias": [1]
            case "encoder.log_variance.bias": [-4]
            default: values.map { _ in 0 }
            }
        }
        let pixels: [UInt8] = (0..<3).flatMap { image in
            (0..<16).map { UInt8($0 % 4 <= image ? 255 : 0) }
        }
        return (model, try ImageSet(shape: shape, pixels: pixels))
    }

    /// ln p(x) by the midpoint rule on a uniform grid, of what `outputs` and `losses` of single points give.
    private func integral(_ model: VariationalAutoencoder, _ images: ImageSet, _ image: Int) throws -> Double
    {
        let size = model.configuration.latentSize
        let count = size == 1 ? 20_000 : 400
        let spacing = 14.0 / Double(count)
        let axis = (0..<count).map { -7 + (Double($0) + 0.5) * spacing }
        let points = size == 1 ? axis.map { [$0] } : axis.flatMap { x in axis.map { [x, $0] } }
        let classes =
            model.configuration.isConditional
            ? [Int](repeating: images.labels?[image] ?? 0, count: points.count) : nil
        let outputs = try model.outputs(points.flatMap { $0.map(Float.init) }, classes: classes)
        let target = try images.doubles(of: image)
        let scales = model.weights.first { $0.name == "decoder.log_scale" }?.values.map(Double.init) ?? []
        var terms: [Double] = []
        for (index, point) in points.enumerated() {
            var term = -0.5 * point.reduce(0) { $0 + $1 * $1 } - 0.5 * Double(size) * log(2 * .pi)
            for (value, x) in target.enumerated() {
                let output = Double(outputs[index * target.count + value])
                if model.configuration.likelihood == .bernoulli {
                    term -= max(output, 0) - output * x + log1p(exp(-abs(output)))
                } else {
                    let scale = exp(scales[scales.count == 1 ? 0 : value])
                    term -= abs(x - output) / scale + log(2 * scale)
                }
            }
            terms.append(term + Double(size) * log(spacing))
        }
        let largest = terms.max() ?? 0
        return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
    }
}

extension VariationalAutoencoder {
    /// The same network with other weights.
    fileprivate func replacing(_ values: (String, [Float]) -> [Float]) throws -> VariationalAutoencoder {
        VariationalAutoencoder(
            network: network, parameters: weights.flatMap { values($0.name, $0.values) })
    }
}
