import Kernels
import VAE

extension ReferenceModel {
    /// The importance-weighted bound of some images and its gradient, the plain way: every image goes through the whole model as often as it
    /// has draws, and each draw weighs its own loss.
    package struct WeightedPass<T: ReferenceScalar> {
        /// −ln (1/k Σ w) of each image, in nats.
        package var bound: [T] = []
        /// The mean of −ln p(x|z) over the draws of each image by their shares, in nats.
        package var reconstruction: [T] = []
        /// Of the mean bound, in the order of `parameterCounts`.
        package var gradients: [[T]] = []
    }

    /// - Parameters:
    ///   - images: (count, height, width, channels)
    ///   - noise: (draws, count, latent)
    ///   - labels: (count, classes), of a conditional model
    package func runWeighted<T: ReferenceScalar>(
        _ images: [T], noise: [T], labels: [T] = [], parameters: [[T]], draws: Int,
        isDoublyReparameterised: Bool = false
    ) -> WeightedPass<T> {
        let count = images.count / topology.plan.values[topology.images].count
        let rows = draws * count
        func repeated(_ values: [T]) -> [T] { (0..<draws).flatMap { _ in values } }
        let pass: Pass<T> = run(
            repeated(images), noise: noise, labels: repeated(labels), parameters: parameters, backward: false)
        let (z, size) = (pass.values[topology.z], pass.mean.count / rows)
        let deviations = pass.logVariance.map { T.exp($0 / 2) }
        let weights: [T] = (0..<rows).map { row in
            var ratio = T(0)
            for index in row * size..<(row + 1) * size {
                ratio += noise[index] * noise[index] + pass.logVariance[index] - z[index] * z[index]
            }
            return ratio / 2 - pass.reconstruction[row]
        }
        var result = WeightedPass<T>()
        var shares = weights
        for image in 0..<count {
            let own = stride(from: image, to: rows, by: count)
            let largest: T = own.reduce(weights[image]) { max($0, weights[$1]) }
            let sum: T = own.reduce(T(0)) { $0 + T.exp(weights[$1] - largest) }
            for row in own { shares[row] = T.exp(weights[row] - largest) / sum }
            result.bound.append(-largest - T.log(sum / T(draws)))
            result.reconstruction.append(own.reduce(T(0)) { $0 + shares[$1] * pass.reconstruction[$1] })
        }
        result.gradients = weighted(
            shares.map { $0 / T(count) }, pass, images: repeated(images), parameters, rows
        ) { row, index in
            (z: z[index], logVariance: T(-1) / 2)
        }
        guard isDoublyReparameterised else { return result }
        let squared = weighted(
            shares.map { $0 * $0 / T(count) }, pass, images: repeated(images), parameters, rows
        ) { row, index in
            (z: z[index] - noise[index] / deviations[index], logVariance: T(0))
        }
        for node in topology.plan.nodes[topology.encoder] {
            result.gradients.replaceSubrange(node.entries, with: squared[node.entries])
        }
        return result
    }

    /// The gradient of Σ weight · loss over the rows.
    /// - Parameter slopes: of what a row's loss has beside the reconstruction, by z and by the log-variance as far as z does not carry it
    private func weighted<T: ReferenceScalar>(
        _ weights: [T], _ pass: Pass<T>, images: [T], _ parameters: [[T]], _ rows: Int,
        slopes: (_ row: Int, _ index: Int) -> (z: T, logVariance: T)
    ) -> [[T]] {
        let own = Array(parameters.suffix(topology.likelihood.parameters.count))
        let (pixels, outputs) = (images.count / rows, pass.output.count / rows)
        var output: [T] = []
        var likelihood = own.map { [T](repeating: 0, count: $0.count) }
        for row in 0..<rows {
            let gradient = topology.referenceLikelihood.referenceGradient(
                Array(pass.output[row * outputs..<(row + 1) * outputs]),
                targets: Array(images[row * pixels..<(row + 1) * pixels]), parameters: own, count: 1)
            output += gradient.output.map { weights[row] * $0 }
            for (index, values) in gradient.parameters.enumerated() {
                for (place, value) in values.enumerated() { likelihood[index][place] += weights[row] * value }
            }
        }
        let size = pass.mean.count / rows
        let latent = pass.mean.indices.map { slopes($0 / size, $0) }
        var result = gradients(
            [
                topology.output: output,
                topology.z: latent.indices.map { weights[$0 / size] * latent[$0].z },
                topology.mean: [T](repeating: 0, count: latent.count),
                topology.logVariance: latent.indices.map { weights[$0 / size] * latent[$0].logVariance },
            ], pass, parameters, count: rows)
        result.replaceSubrange((parameters.count - own.count)..., with: likelihood)
        return result
    }
}
