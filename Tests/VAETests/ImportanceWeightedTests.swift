import Foundation
import Testing
import VAECore
import VAEEvaluation

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

    /// The effective number of draws is K / E[w²] for weights of mean 1, and for Gaussians E[w²] is known: with
    /// q = N(μ, s²) and a = 1 − 1/(2s²), ∫ p²/q = s / √(2a) · exp(μ²/(2s²) · (1 + 1/(2as²))) in each dimension.
    @Test func countsEffectiveDraws() throws {
        let model = try blindModel()
        let images = try bars(20, smallModel.imageShape)
        let found = try model.logLikelihood(of: images, samples: 4000)
        let posterior = try model.encode(images)
        for image in 0..<20 {
            var squares = 1.0
            for index in image * 2..<(image + 1) * 2 {
                let (mean, s2) = (Double(posterior.mean[index]), exp(Double(posterior.logVariance[index])))
                let a = 1 - 1 / (2 * s2)
                squares *=
                    (s2 / (2 * a)).squareRoot() * exp(mean * mean / (2 * s2) * (1 + 1 / (2 * a * s2)))
            }
            // Weights are below 4 here, so that of 4,000 draws the mean square is known to 2% or better: three of those.
            #expect(abs(found.effectiveSamples[image] / 4000 * squares - 1) < 0.06, "image \(image)")
        }
        let single = try model.logLikelihood(of: images, samples: 1)
        #expect(single.effectiveSamples.allSatisfy { $0 == 1 } && single.firstHalf == single.values)
    }

    /// The first draws are the same for any number of them, within a block and across blocks.
    @Test func moreDrawsBeginWithTheSame() throws {
        let images = try bars(3, smallModel.imageShape)
        let model = try VariationalAutoencoder(smallModel, seed: 2)
        for samples in [1, 5, 100, 300] {
            let few = try model.logLikelihood(of: images, samples: samples)
            let more = try model.logLikelihood(of: images, samples: 2 * samples - 1)
            // The same weights, summed in another order: a rounding of Double for each.
            for (a, b) in zip(few.values, more.firstHalf) { #expect(abs(a - b) < 1e-12 * abs(a)) }
            #expect(samples == 1 || more.values != few.values)
        }
    }

    /// One draw is the ELBO but for its noise; more draws raise the bound, less and less.
    @Test func theBoundRises() throws {
        let images = try bars(60, smallModel.imageShape)
        let model = try blindModel()
        let seeds = 1...40 as ClosedRange<UInt64>
        // 2,400 images' worth of draws, whose weights' variance is about ⅓: the bounds for 1, 4 and 16 draws, some 0.15, 0.04 and
        // 0.01 below ln p(x), are known to a tenth of their distances.
        let bounds = try [1, 4, 16].map { samples in
            try seeds.map { try model.logLikelihood(of: images, samples: samples, seed: $0).mean }
                .reduce(0, +) / 40
        }
        #expect(bounds[0] < bounds[1] && bounds[1] < bounds[2], Comment(rawValue: "\(bounds)"))
        #expect(bounds[2] - bounds[1] < bounds[1] - bounds[0])
        // The mean of single draws against that of the ELBO, whose noise has other names.
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
        // More than a block of draws for each image.
        let one = try model.logLikelihood(of: images, samples: 321, seed: 6, threads: 1)
        for threads in [2, 3, 8] {
            #expect(try model.logLikelihood(of: images, samples: 321, seed: 6, threads: threads) == one)
        }
        #expect(try model.logLikelihood(of: images, samples: 321, seed: 7) != one)
    }

    @Test func weightsAreSummedByTheirLogarithms() {
        var (few, more) = (WeightSum(), WeightSum())
        few.add(-700)
        #expect(few.logMean == -700 && few.standardError == .infinity)
        // By hand: the mean of 1, 3 is 2, and of e⁻²⁰⁰⁰ times that its logarithm less 2000.
        more.add(-2000)
        more.add(-2000 + 1.0986122886681098)
        #expect(abs(more.logMean - (-2000 + 0.6931471805599453)) < 1e-12)
        // Variance of 1, 3 is 2; of the mean 1; over the mean ½.
        #expect(abs(more.standardError - 0.5) < 1e-12)
        // (1 + 3)² / (1 + 9).
        #expect(abs(more.effectiveCount - 1.6) < 1e-12)

        let logarithms: [Double] = [-3, -.infinity, 2, -700, 1.5]
        for cut in 0...logarithms.count {
            var (whole, left, right) = (WeightSum(), WeightSum(), WeightSum())
            for (index, value) in logarithms.enumerated() {
                whole.add(value)
                if index < cut { left.add(value) } else { right.add(value) }
            }
            left.merge(right)
            #expect(left.count == 5 && abs(left.logMean - whole.logMean) < 1e-14)
            #expect(abs(left.standardError - whole.standardError) < 1e-14)
        }
        var nothing = WeightSum()
        nothing.add(-.infinity)
        #expect(nothing.logMean == -.infinity)
        var broken = WeightSum()
        broken.add(.nan)
        nothing.merge(broken)
        #expect(nothing.logMean.isNaN)
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
