import Kernels
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

@Suite("Models", .oversubscribed)
struct ModelTests {
    let model: VariationalAutoencoder
    let images: ImageSet

    init() throws {
        // Trained for a moment, so that no bias is zero.
        images = try bars(43, smallModel.imageShape)
        model = try Trainer(smallModel, TrainingConfiguration(epochs: 1, batchSize: 8), threads: 1).fit(
            images)
    }

    static let threads = [1, 2, 3, 8, 256]

    /// Every result has its shape and, on any number of threads, the same bits.
    @Test(arguments: threads)
    func resultsHaveTheSameBits(threads: Int) throws {
        let size = smallModel.imageShape.count
        let encoding = try model.encode(images, threads: threads)
        #expect(encoding.count == 43 && encoding.latentSize == 2 && encoding.logVariance.count == 86)
        #expect(try encoding == model.encode(images, threads: 1))
        let decoded = try model.decode(encoding.mean, threads: threads)
        #expect(decoded.count == 43 * size && decoded.allSatisfy { $0 > 0 && $0 < 1 })
        #expect(identical(decoded, try model.decode(encoding.mean, threads: 1)))
        #expect(identical(try model.reconstruct(images, threads: threads), decoded))
        let samples = try model.sample(19, seed: 5, threads: threads)
        #expect(samples.count == 19 * size)
        #expect(identical(samples, try model.sample(19, seed: 5, threads: 1)))
        for sampling in [false, true] {
            let losses = try model.losses(of: images, seed: 5, sampling: sampling, threads: threads)
            #expect(losses.reconstruction.count == 43 && losses.kl.count == 43)
            #expect(try losses == model.losses(of: images, seed: 5, sampling: sampling, threads: 1))
        }
    }

    /// Encodings, decodings and losses follow the reference in Double: 1e-5, as for the golden files.
    @Test func resultsFollowTheDefinition() throws {
        let parameters = model.weights.map { $0.values.map(Double.init) }
        let pixels = try images.pixels.map { Double($0) / 255 }
        let zeros = [Double](repeating: 0, count: 86)
        let atMean = try smallModel.reference.run(
            pixels, noise: zeros, parameters: parameters, backward: false)
        let encoding = try model.encode(images)
        #expect(relativeError(encoding.mean, atMean.mean) < 1e-5)
        #expect(relativeError(encoding.logVariance, atMean.logVariance) < 1e-5)
        #expect(relativeError(try model.reconstruct(images), atMean.output.map(Reference.sigmoid)) < 1e-5)
        let losses = try model.losses(of: images, sampling: false)
        #expect(relativeError(losses.reconstruction, atMean.reconstruction) < 1e-5)
        #expect(relativeError(losses.kl, atMean.klDivergence) < 1e-5)

        // With sampling each image has noise of its own, named by seed and image.
        let noise = try (0..<43).flatMap { image -> [Double] in
            let storage = try FloatStorage(count: 2)
            var stream = RandomStream(seed: 9, purpose: .testNoise, item: image)
            stream.fillNormal(storage.region)
            return storage.region.array().map(Double.init)
        }
        let sampled = try smallModel.reference.run(
            pixels, noise: noise, parameters: parameters, backward: false)
        let found = try model.losses(of: images, seed: 9)
        #expect(relativeError(found.reconstruction, sampled.reconstruction) < 1e-5)
        #expect(found.kl == losses.kl && found.reconstruction != losses.reconstruction)
        #expect(try model.losses(of: images, seed: 10).reconstruction != found.reconstruction)
        let mean = found.mean(klWeight: 3)
        #expect(mean.total == mean.reconstruction + 3 * mean.kl && mean.klWeight == 3)
    }

    @Test func encodingsAreGolden() throws {
        for golden in GoldenTests.all {
            let file = try golden.load()
            let network = try Network(golden.model)
            let model = VariationalAutoencoder(network: network, parameters: golden.initialParameters)
            let labels = try golden.labels(file)
            let images = try ImageSet(
                shape: golden.image, pixels: #require(file["input.pixels"]).bytes, labels: labels)
            let encoding = try model.encode(images)
            #expect(relativeError(encoding.mean, try #require(file["mean"]).doubles()) < 1e-5)
            #expect(relativeError(encoding.logVariance, try #require(file["log_variance"]).doubles()) < 1e-5)
            // The golden latents, decoded.
            let means = try model.decode(
                #require(file["z"]).doubles().map(Float.init), classes: labels)
            let output = try #require(file[golden.outputName]).doubles()
            let expected =
                switch golden.likelihood {
                case .bernoulli: output.map(Reference.sigmoid)
                case .continuousBernoulli: output.map { Reference.continuousBernoulliMean($0) }
                case .logisticMixture: LogisticMixture.referenceMeans(output)
                default: output
                }
            #expect(relativeError(means, expected) < 1e-5)
        }
    }

    /// An image's result does not depend on how many come before it, by the micro-batch or not.
    @Test func imagesDoNotMeet() throws {
        let whole = try model.encode(images)
        for range in [0..<8, 8..<43, 16..<24] {
            let part = try model.encode(images.slice(range))
            #expect(part.mean == Array(whole.mean[2 * range.lowerBound..<2 * range.upperBound]))
        }
        // Dense layers of other widths than OpenBLAS's tiles, and parts of any number, from anywhere.
        let dense = try VariationalAutoencoder(
            .fullyConnected(imageShape: images.shape, hiddenUnits: [200, 100], latentSize: 20),
            seed: 5)
        let (all, decoded) = (try dense.encode(images), try dense.reconstruct(images))
        // By tiles always to the bit. OpenBLAS's kernels for AVX-512 round all rows of a product alike; those for AVX2 do so by their
        // place, which is not more than the rounding of sums of some hundred terms.
        let isExact =
            Products.instructionSet != nil
            || ["SKYLAKEX", "COOPERLAKE", "SAPPHIRERAPIDS"].contains(OpenBLAS.core.uppercased())
        func agree(_ found: [Float], _ expected: ArraySlice<Float>) -> Bool {
            isExact
                ? found == Array(expected) : relativeError(found, expected.map(Double.init)) < 1e-5
        }
        for count in [1, 2, 3, 5, 9, 17, 31] {
            for first in [0, 1, 7, 12] where first + count <= images.count {
                let part = images.slice(first..<first + count)
                let place = 20 * first..<20 * (first + count)
                #expect(try agree(dense.encode(part).mean, all.mean[place]), "\(count) from \(first)")
                let pixels = images.shape.count * first..<images.shape.count * (first + count)
                #expect(try agree(dense.reconstruct(part), decoded[pixels]), "\(count) from \(first)")
            }
        }
        #expect(try agree(dense.sample(1), dense.sample(64)[..<images.shape.count]))
        // Samples are named by their number: more of them begin with the fewer.
        let samples = try model.sample(24, seed: 1)
        #expect(try Array(samples.prefix(8 * 35)) == model.sample(8, seed: 1))
        #expect(try model.sample(8, seed: 2) != model.sample(8, seed: 1))
    }

    @Test func inputsThatDoNotFit() throws {
        let other = try bars(2, ImageShape(height: 7, width: 5))
        let none = try ImageSet(shape: smallModel.imageShape, pixels: [])
        let errors = [
            failure { () throws(VAEError) in _ = try model.encode(other) },
            failure { () throws(VAEError) in _ = try model.encode(none) },
            failure { () throws(VAEError) in _ = try model.reconstruct(other) },
            failure { () throws(VAEError) in _ = try model.losses(of: none) },
            failure { () throws(VAEError) in _ = try model.losses(of: other) },
            failure { () throws(VAEError) in _ = try model.decode([]) },
            failure { () throws(VAEError) in _ = try model.decode([1, 2, 3]) },
            failure { () throws(VAEError) in _ = try model.sample(0) },
            failure { () throws(VAEError) in _ = try model.sample(-1) },
            failure { () throws(VAEError) in _ = try model.encode(images, threads: 0) },
            failure { () throws(VAEError) in _ = try model.decode([1, 2], threads: -1) },
        ]
        for error in errors { #expect(error?.kind == .invalidArgument && error?.found != "") }
    }

    @Test func untrainedModels() throws {
        let model = try VariationalAutoencoder(smallModel, seed: 4)
        #expect(model.configuration == smallModel)
        #expect(model.parameterCount == model.weights.reduce(0) { $0 + $1.values.count })
        #expect(try model.parameters == VariationalAutoencoder(smallModel, seed: 4).parameters)
        #expect(try model.parameters != VariationalAutoencoder(smallModel, seed: 5).parameters)
        // It is what a trainer of that seed starts from.
        #expect(try Trainer(smallModel, TrainingConfiguration(seed: 4)).model.parameters == model.parameters)
    }
}
