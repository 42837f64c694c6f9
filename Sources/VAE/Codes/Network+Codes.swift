import Kernels

extension Network {
    /// What an image's codes cost under a uniform prior, positions · ln K nats, and the commitment of its vectors.
    ///
    /// q(z|x) has all its mass on the codes that it chose, and so KL(q ‖ uniform) is −ln of their probability.
    func measureCodes(_ layer: Quantisation, _ workspace: Workspace, count: Int) {
        workspace.klDivergence.prefix(count).fill(with: Float(layer.uniformNats))
        layer.measureCommitment(workspace.mean, workspace.z, count: count, into: workspace.commitment)
    }
}

extension Quantisation {
    /// Nats of an image's codes under a uniform prior.
    package var uniformNats: Double { Double(positions) * Elementary.log(Double(size)) }
}
