import Kernels
import VAE

extension Encoding {
    /// One draw of z from q(z|x) for each image: all together are draws of the aggregate posterior. Named by image.
    func draws() -> [Float] {
        var draws: [Float] = []
        draws.reserveCapacity(mean.count)
        for image in 0..<count {
            var stream = RandomStream(seed: 0, purpose: .aggregateNoise, item: image)
            for start in stride(from: 0, to: latentSize, by: 2) {
                let pair = stream.normalPair()
                for (axis, noise) in [(start, pair.x), (start + 1, pair.y)] where axis < latentSize {
                    let at = image * latentSize + axis
                    draws.append(mean[at] + Float(Elementary.exp(0.5 * Double(logVariance[at]))) * noise)
                }
            }
        }
        return draws
    }
}
