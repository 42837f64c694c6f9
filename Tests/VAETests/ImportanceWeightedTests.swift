import Testing
import VAECore

@testable import VAE

/// Estimates of ln p(x) against a model in which it is known, and against the ELBO.
@Suite("Importance-weighted likelihood", .oversubscribed)
struct ImportanceWeightedTests {
    /// A model whose decoder does not look at z, and whose encoder is somewhat wider than the prior and off its centre.
    ///
    /// Then p(x|z) = p(x): the reconstruction loss is −ln p(x), whatever z is.
    private func blindModel() throws -> VariationalAutoencoder {
        let model = try VariationalAutoencoder(smallModel, seed: 4)
        var parameters = model.parameters
        for entry in model.network.layout.entries {
            switch entry.name {
            case "decoder.dense.kernel", "encoder.log_variance.kernel":
                for index in entry.range { parameters[index] = 0 }
            // σ² = 1.35: weights p/q have a finite variance only for σ² above ½.
            case "encoder.log_variance.bias":
                for index in entry.range { parameters[index] = 0.3 }
            case "decoder.dense.bias":
                for index in entry.range { parameters[index] = Float(index % 7) * 0.1 }
            default: break
            }
        }
        return VariationalAutoencoder(network: model.network, parameters: parameters)
    }

    @Test func isWithinItsErrorOfWhatIsKnown() throws {
        let model = try blindModel()
        let images = try bars(40, smallModel.imageShape)
        let exact = try model.losses(of: images, sampling: false).reconstruction.map { -Double($0) }
        let found = try model.logLikelihood(of: images, samples: 400)
        #expect(found.samples == 400 && found.values.count == 40)
        var (sum, variance) = (0.0, 0.0)
        for (index, error) in found.standardErrors.enumerated() {
            #expect(error > 0 && error < 0.2)
            // Five standard errors: one image in two million, if the error is what it says.
            #expect(abs(found.values[index] - exact[index]) < 5 * error, "image \(index)")
            sum += found.values[index] - exact[index]
            variance += error * error
        }
        // All images together: 40 times as many draws.
        #expect(abs(sum) < 5 * variance.squareRoot())
    }

    /// One draw is the ELBO but for its noise; more draws raise the bound, less and less.
    @Test func theBoundRises() throws {
        let images = try bars(60, smallModel.imageShape)
        let model = try Trainer(smallModel, TrainingConfiguration(epochs: 3, batchSize: 8)).fit(images)
        let bounds = try [1, 8, 64, 512].map { try model.logLikelihood(of: images, samples: $0).mean }
        #expect(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "\(bounds)")
        #expect(bounds[3] - bounds[2] < bounds[1] - bounds[0])
        // The mean of single draws, over many seeds, against that of the ELBO over as many.
        let seeds = 1...40 as ClosedRange<UInt64>
        let single = try seeds.map { try model.logLikelihood(of: images, samples: 1, seed: $0).mean }
        let elbo = try seeds.map { -(try model.losses(of: images, seed: $0).mean().total) }
        let difference = zip(single, elbo).map { $0 - $1 }
        let mean = difference.reduce(0, +) / 40
        let spread = difference.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 39
        #expect(abs(mean) < 5 * (spread / 40).squareRoot(), "\(mean)")
    }

    /// The same bits for any number of threads, and the first draws the same for any number of them.
    @Test func drawsHaveNames() throws {
        let images = try bars(19, smallModel.imageShape)
        let model = try VariationalAutoencoder(smallModel, seed: 2)
        let one = try model.logLikelihood(of: images, samples: 21, seed: 6, threads: 1)
        for threads in [2, 3, 8] {
            #expect(try model.logLikelihood(of: images, samples: 21, seed: 6, threads: threads) == one)
        }
        #expect(try model.logLikelihood(of: images, samples: 21, seed: 7) != one)
        var (few, more) = (WeightSum(), WeightSum())
        few.add(-700)
        #expect(few.logMean == -700 && few.standardError == .infinity)
        // By hand: the mean of 1, 3 is 2, and of e⁻²⁰⁰⁰ times that its logarithm less 2000.
        more.add(-2000)
        more.add(-2000 + 1.0986122886681098)
        #expect(abs(more.logMean - (-2000 + 0.6931471805599453)) < 1e-12)
        // Variance of 1, 3 is 2; of the mean 1; over the mean ½.
        #expect(abs(more.standardError - 0.5) < 1e-12)
    }

    @Test func badInputIsRefused() throws {
        let model = try VariationalAutoencoder(smallModel)
        let images = try bars(3, smallModel.imageShape)
        let none = #expect(throws: VAEError.self) { try model.logLikelihood(of: images, samples: 0) }
        #expect(none?.subject == "samples")
        let other = try bars(3, ImageShape(height: 3, width: 3))
        let shape = #expect(throws: VAEError.self) { try model.logLikelihood(of: other, samples: 1) }
        #expect(shape?.kind == .invalidArgument)
        struct Enough: Error {}
        #expect(throws: Enough.self) {
            try model.logLikelihood(of: images, samples: 1, onProgress: { _ in throw Enough() })
        }
    }
}
