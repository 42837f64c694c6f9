import Kernels
import VAECore

extension Trainer {
    /// Lets the pseudo-inputs of a VampPrior begin as training images, drawn without regard to their order: random pixels would all be encoded
    /// alike. Before the first step only, so that a training which was cut short there begins the same way.
    func beginPrior(with images: ImageSet) throws(VAEError) {
        guard let all = engine.network.topology.prior.pseudoInputs else { return }
        var stream = RandomStream(seed: configuration.seed, purpose: .pseudoInputs)
        let order = stream.permutation(of: images.count)
        let size = images.shape.count
        for component in 0..<modelConfiguration.prior.components {
            // More pseudo-inputs than images: some twice.
            let image = Int(order[component % images.count])
            let place = all.lowerBound + component * size
            try images.load(image..<image + 1, into: parameters.region[place..<place + size])
        }
        averages?.region[all].copy(from: parameters.region[all])
        engine.pack(weights)
    }
}
