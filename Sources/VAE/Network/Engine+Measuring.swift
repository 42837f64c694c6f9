import Kernels
import VAECore

extension Engine {
    /// Brings the images at `range`, and their classes to a conditional model, to the start of a workspace. Where they can't be read, ``failure`` has the reason.
    func load(_ images: ImageSet, _ range: Range<Int>, _ workspace: Workspace) {
        failure.catching { () throws(VAEError) in
            try images.load(range, into: workspace.images.prefix(range.count * images.shape.count))
        }
        workspace.setClasses(of: images, range, network.configuration)
    }

    /// The losses of every image; with `sampling`, z is drawn with noise named by seed, draw and image, otherwise z = μ. ``failure`` is to
    /// be asked afterwards.
    /// - Parameter pause: called now and then, on the calling thread; what it throws ends the measurement.
    func measure(
        _ images: ImageSet, _ weights: Weights, seed: UInt64, draw: Int = 0, sampling: Bool,
        pause: () throws -> Void
    ) rethrows -> ImageLosses {
        var reconstruction = [Float](repeating: 0, count: images.count)
        var klDivergence = reconstruction
        let codes = network.topology.quantisation
        try FloatRegion.withRegions(&reconstruction, &klDivergence) { reconstruction, klDivergence in
            try forEachMicroBatch(of: images.count, pause: pause) { workspace, range in
                load(images, range, workspace)
                workspace.noise.fill(with: 0)
                if sampling {
                    for (position, item) in range.enumerated() {
                        workspace.drawNoise(
                            at: position,
                            from: RandomStream(seed: seed, purpose: .testNoise, epoch: draw, item: item))
                    }
                }
                network.forward(weights, workspace, count: range.count)
                reconstruction[range].copy(from: workspace.reconstruction.prefix(range.count))
                // Of codes the divergence is a constant, and the commitment is what differs.
                let second = codes == nil ? workspace.klDivergence : workspace.commitment
                klDivergence[range].copy(from: second.prefix(range.count))
            }
        }
        if let codes {
            return ImageLosses(
                reconstruction: reconstruction,
                kl: [Float](repeating: Float(codes.uniformNats), count: images.count),
                commitment: klDivergence)
        }
        return ImageLosses(reconstruction: reconstruction, kl: klDivergence)
    }
}

extension Workspace {
    /// Draws the noise of the image at `position` from a stream of its own.
    func drawNoise(at position: Int, from stream: RandomStream) {
        var stream = stream
        let size = noise.count / capacity
        stream.fillNormal(noise[position * size..<(position + 1) * size])
    }
}
