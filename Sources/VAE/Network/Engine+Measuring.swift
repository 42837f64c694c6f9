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
    /// - Parameters:
    ///   - batches: the micro-batches to be measured; nil for all
    ///   - pause: called now and then, on the calling thread; what it throws ends the measurement
    ///   - finish: gets what was measured, rows of a value for each image, and fills in what was not
    func measure(
        _ images: ImageSet, _ weights: Weights, seed: UInt64, draw: Int = 0, sampling: Bool,
        batches: Range<Int>? = nil, pause: () throws -> Void,
        finish: ([FloatRegion]) throws -> Void = { _ in }
    ) rethrows -> ImageLosses {
        let (count, isWeighted) = (images.count, network.importance != nil)
        let codes = network.topology.quantisation
        // Reconstruction, divergence, and where it is something of its own the penalty, of all images.
        var losses = [Float](repeating: 0, count: (isWeighted ? 3 : 2) * count)
        try FloatRegion.withRegion(&losses) { losses in
            try forEachMicroBatch(of: images.count, among: batches, pause: pause) { workspace, range in
                load(images, range, workspace)
                workspace.repeatInputs(count: range.count)
                workspace.noise.fill(with: 0)
                if sampling {
                    for (position, item) in range.enumerated() {
                        workspace.drawNoise(
                            at: position, of: range.count,
                            from: RandomStream(seed: seed, purpose: .testNoise, epoch: draw, item: item))
                    }
                }
                network.forward(weights, workspace, count: range.count)
                func keep(_ measured: FloatRegion, as part: Int) {
                    losses[part * count + range.lowerBound..<part * count + range.upperBound].copy(
                        from: measured.prefix(range.count))
                }
                keep(workspace.reconstruction, as: 0)
                // Of codes the divergence is a constant, and the commitment is what differs.
                keep(codes == nil ? workspace.klDivergence : workspace.commitment, as: 1)
                if isWeighted { keep(workspace.penalty, as: 2) }
            }
            try finish((0..<losses.count / max(1, count)).map { losses[$0 * count..<($0 + 1) * count] })
        }
        let (reconstruction, second) = (Array(losses[..<count]), Array(losses[count..<2 * count]))
        if let codes {
            return ImageLosses(
                reconstruction: reconstruction,
                kl: [Float](repeating: Float(codes.uniformNats), count: count),
                commitment: second)
        }
        return ImageLosses(
            reconstruction: reconstruction, kl: second,
            penalty: isWeighted ? Array(losses[(2 * count)...]) : nil)
    }
}

extension Workspace {
    /// Draws the noise of the image at `position` from a stream of its own: one draw after the other.
    /// - Parameter count: images that go together, which say where the rows of the second draw begin
    func drawNoise(at position: Int, of count: Int, from stream: RandomStream) {
        var stream = stream
        let size = noise.count / rows
        for draw in 0..<draws {
            let row = draw * (spacing ?? count) + position
            stream.fillNormal(noise[row * size..<(row + 1) * size])
        }
    }
}
