import Foundation
import Kernels
import ReferenceKernels
import Testing
import VAE
import VAECore

/// Golden files judge the engine, so they are checked themselves: against the formulas that their
/// README states, in double precision and without the engine.
@Suite("Golden files")
struct GoldenTests {
    static let all = [
        Golden.odd, .seed, .tanh, .linear, .channel, .value, .continuous, .laplace,
        .student, .mixture, .classes,
    ]

    @Test(arguments: all)
    func everyTensorIsThere(golden: Golden) throws {
        let file = try golden.load()
        #expect(file.metadata == ["configuration": golden.configuration])
        let n = golden.batch
        let shown = golden.name == "seed" ? 1 : n
        let image = [golden.image.height, golden.image.width, golden.image.channels]
        var expected: [String: [Int]] = [
            "input.pixels": [n] + image, "input.images": [n] + image,
            golden.outputName: [n] + image.dropLast() + [golden.image.channels * golden.outputs],
            "mean": [n, golden.latent], "log_variance": [n, golden.latent], "z": [n, golden.latent],
            "loss.reconstruction": [n], "loss.kl": [n], "step.reconstruction": [3], "step.kl": [3],
        ]
        for (part, units) in [
            ("encoder", golden.units), ("decoder", golden.filters.isEmpty ? golden.decoderUnits : []),
        ] {
            for (index, size) in units.enumerated() {
                let name = "activation.\(part).dense" + (units.count == 1 ? "" : ".\(index)")
                expected[name] = [shown, size]
            }
        }
        if golden.classes > 0 {
            let flat = golden.sizes[golden.filters.count]
            let maps = flat.height * flat.width * (golden.filters.last ?? golden.image.channels)
            expected["input.labels"] = [n]
            expected["activation.encoder.labels"] = [shown, maps + golden.classes]
            expected["activation.decoder.labels"] = [shown, golden.latent + golden.classes]
        }
        for step in 0..<3 { expected["input.noise.\(step)"] = [n, golden.latent] }
        let levels = golden.filters.count
        for (level, filters) in golden.filters.enumerated() {
            let after = golden.sizes[level + 1]
            expected["activation.encoder.convolution.\(level)"] = [shown, after.height, after.width, filters]
            let before = golden.sizes[level]
            let name = "activation.decoder.transposed_convolution.\(levels - 1 - level)"
            expected[name] = [shown, before.height, before.width, filters]
        }
        if let filters = golden.filters.last {
            let last = golden.sizes[levels]
            expected["activation.decoder.dense"] = [shown, last.height, last.width, filters]
        }
        for (name, shape) in golden.parameters {
            expected["sum.\(name)"] = [2]
            expected["gradient.\(name)"] = shape
            expected["updated.3.\(name)"] = shape
            if golden.isWhole {
                for kind in ["parameter", "updated.1", "updated.2"] { expected["\(kind).\(name)"] = shape }
            }
        }
        #expect(Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.shape) }) == expected)
    }

    @Test(arguments: all)
    func initialParametersFollowTheFormula(golden: Golden) throws {
        let file = try golden.load()
        var count = 0
        for (name, shape) in golden.parameters {
            let values = Golden.initialValues(name, shape: shape).map(Double.init)
            count += values.count
            if golden.isWhole { #expect(try file.doubles("parameter.\(name)", shape: shape) == values) }
            let sums = try file.doubles("sum.\(name)", shape: [2])
            #expect(abs(values.reduce(0, +) - sums[0]) <= 1e-12 * sums[1])
            #expect(abs(values.reduce(0) { $0 + abs($1) } - sums[1]) <= 1e-12 * sums[1])
        }
        let counts = [
            "seed": 134_165, "odd": 1_015, "tanh": 907, "linear": 307, "channel": 772, "value": 336,
            "continuous": 529, "laplace": 551, "student": 174,
            "mixture": 1_481, "classes": 538,
        ]
        #expect(count == counts[golden.name])
    }

    @Test(arguments: all)
    func lossesFollowFromTheOutput(golden: Golden) throws {
        let tolerance = golden.isWhole ? 1e-13 : 2e-6
        let file = try golden.load()
        func values(_ name: String) throws -> [Double] { try #require(file[name]).doubles() }
        let images = try values("input.images")
        let pixels = try #require(file["input.pixels"]).bytes
        #expect(relativeError(pixels.map { Double($0) / 255 }, images) < tolerance)
        let mean = try values("mean")
        let logVariance = try values("log_variance")
        let noise = try values("input.noise.0")
        let z = mean.indices.map { mean[$0] + exp(logVariance[$0] / 2) * noise[$0] }
        #expect(relativeError(z, try values("z")) < tolerance)

        let output = zip(try values(golden.outputName), images)
        let losses =
            switch golden.likelihood {
            case .gaussian, .gaussianChannel, .gaussianValue:
                try gaussianLosses(
                    output,
                    variances: values("parameter.decoder.log_variance").map {
                        exp($0) + (golden.likelihood == .gaussian ? 0 : 1e-6)
                    })
            case .bernoulli:
                output.map { logit, pixel in max(logit, 0) - logit * pixel + log1p(exp(-abs(logit))) }
            case .continuousBernoulli:
                output.map { logit, pixel in log(expm1(logit) / logit) - logit * pixel }
            case .laplace:
                try laplaceLosses(output, logScale: values("parameter.decoder.log_scale")[0])
            case .logisticMixture:
                try LogisticMixture().referenceLoss(
                    values(golden.outputName), targets: images, parameters: [], count: images.count)
            case .studentT:
                try studentLosses(
                    output, scales: values("parameter.decoder.log_squared_scale").map { exp($0) + 1e-6 },
                    freedom: exp(values("parameter.decoder.log_freedom")[0]))
            }
        let divergence = zip(mean, logVariance).map { ($0 * $0 + exp($1) - 1 - $1) / 2 }
        func perImage(_ values: [Double]) -> [Double] {
            let size = values.count / golden.batch
            return (0..<golden.batch).map { values[$0 * size..<($0 + 1) * size].reduce(0, +) }
        }
        for (name, values) in [("reconstruction", perImage(losses)), ("kl", perImage(divergence))] {
            let expected = try #require(file["loss.\(name)"]).doubles()
            #expect(relativeError(values, expected) < tolerance)
            let steps = try #require(file["step.\(name)"]).doubles()
            #expect(abs(expected.reduce(0, +) / Double(golden.batch) - steps[0]) < tolerance * abs(steps[0]))
        }
        let total = zip(try values("step.reconstruction"), try values("step.kl")).map { $0 + $1 }
        #expect(total[1] < total[0] && total[2] < total[1])
    }

    /// Of one variance, or one for each channel or value: channels are last in both.
    private func gaussianLosses(_ pairs: some Sequence<(Double, Double)>, variances: [Double]) -> [Double] {
        pairs.enumerated().map { index, pair in
            let (error, variance) = (pair.1 - pair.0, variances[index % variances.count])
            return (error * error / variance + log(2 * .pi * variance)) / 2
        }
    }

    private func laplaceLosses(_ pairs: some Sequence<(Double, Double)>, logScale: Double) -> [Double] {
        pairs.map { abs($0 - $1) / exp(logScale) + logScale + log(2) }
    }

    private func studentLosses(
        _ pairs: some Sequence<(Double, Double)>, scales: [Double], freedom: Double
    ) -> [Double] {
        let (below, above): (Double, Double) = (lgamma(freedom / 2), lgamma((freedom + 1) / 2))
        let constant = log(freedom * .pi) / 2 + below - above
        return pairs.enumerated().map { index, pair in
            let (error, scale) = (pair.1 - pair.0, scales[index % scales.count])
            return ((freedom + 1) * log(1 + error * error / scale / freedom) + log(scale)) / 2 + constant
        }
    }

    @Test(arguments: all.filter(\.isWhole))
    func theFirstStepFollowsFromTheGradients(golden: Golden) throws {
        let file = try golden.load()
        for (name, shape) in golden.parameters {
            let gradient = try file.doubles("gradient.\(name)", shape: shape)
            let before = try file.doubles("parameter.\(name)", shape: shape)
            // At the first step the corrected moments are the gradient and its square.
            let after =
                switch name {
                case "decoder.log_variance": try firstVariances(golden, file, before)
                case "decoder.log_scale": try firstScale(file, before)
                case "decoder.log_squared_scale": try firstSquaredScales(file, before)
                case "decoder.log_freedom": firstFreedom(before, gradient, values: golden.image.count)
                default: zip(before, gradient).map { $0 - 0.001 * $1 / (abs($1) + 1e-7) }
                }
            #expect(relativeError(after, try file.doubles("updated.1.\(name)", shape: shape)) < 1e-13)
        }
    }

    /// ln(s² − floor) after the first step: s² is half of what it was and half of the mean of w (x − m)².
    private func firstSquaredScales(_ file: SafeTensors, _ before: [Double]) throws -> [Double] {
        let means = try #require(file["output_mean"]).doubles()
        let images = try #require(file["input.images"]).doubles()
        let freedom = exp(try #require(file["parameter.decoder.log_freedom"]).doubles()[0])
        var sums = [Double](repeating: 0, count: before.count)
        for (index, (mean, pixel)) in zip(means, images).enumerated() {
            let (place, square) = (index % sums.count, (mean - pixel) * (mean - pixel))
            sums[place] += (freedom + 1) / (freedom + square / (exp(before[place]) + 1e-6)) * square
        }
        let number = Double(images.count / sums.count)
        return zip(before, sums).map { log(0.5 * (1e-6 + exp($0)) + 0.5 * $1 / number - 1e-6) }
    }

    /// ln ν after the first step, half of a step of Fisher's scoring: at most ½, and not below 0.
    private func firstFreedom(_ before: [Double], _ gradient: [Double], values: Int) -> [Double] {
        let score = -gradient[0] / (Double(values) * StudentT.information(before[0]))
        return [max(0, before[0] + max(-0.5, min(0.5, 0.5 * score)))]
    }

    /// ln b after the first step: b is half of what it was and half of the mean absolute error.
    private func firstScale(_ file: SafeTensors, _ before: [Double]) throws -> [Double] {
        let means = try #require(file["output_mean"]).doubles()
        let images = try #require(file["input.images"]).doubles()
        let error = zip(means, images).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(images.count)
        return before.map { log(0.5 * exp($0) + 0.5 * error) }
    }

    /// ln(σ² − floor) after the first step: σ² is half of what it was and half of the mean squared error.
    private func firstVariances(_ golden: Golden, _ file: SafeTensors, _ before: [Double]) throws -> [Double]
    {
        let means = try #require(file["output_mean"]).doubles()
        let images = try #require(file["input.images"]).doubles()
        var errors = [Double](repeating: 0, count: before.count)
        for (index, (mean, pixel)) in zip(means, images).enumerated() {
            errors[index % errors.count] += (mean - pixel) * (mean - pixel)
        }
        let floor = golden.likelihood == .gaussian ? 0 : 1e-6
        let number = Double(images.count / errors.count)
        return zip(before, errors).map { p, error in
            log(0.5 * (floor + exp(p)) + 0.5 * error / number - floor)
        }
    }
}
