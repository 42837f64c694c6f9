import Kernels

/// Everything one worker computes with: activations, gradients on their way back, and scratch, for a fixed number of images.
///
/// One workspace is used by one thread at a time. It is made once; a training step allocates nothing.
final class Workspace: @unchecked Sendable {
    /// A layer with the regions that it works on here.
    struct Node: Sendable {
        let layer: any Layer
        /// The same, where it has parameters and its way back comes apart.
        let separable: (any SeparableLayer)?
        let binding: Binding
    }

    /// Images it has room for, and draws of z of each.
    let capacity, draws: Int
    /// Rows from one draw of an image to the next, where others' lie between; nil where they are as many as images at work.
    let spacing: Int?
    /// The same images draw by draw, with rows that lie together; empty where all do.
    private let blocks: [Workspace]
    /// In the order of the plan.
    let nodes: [Node]

    /// (capacity, height, width, channels): what goes in, in [0, 1].
    let images: FloatRegion
    /// (capacity, latentSize), like z and what it is drawn from; empty for codes, which are not drawn.
    let noise: FloatRegion
    /// (capacity, classes); empty for a model that knows of no classes.
    let labels: FloatRegion
    /// Of codes (capacity, positions · D): the encoder's vectors, no variance, and the codes.
    let mean, logVariance, z: FloatRegion
    /// nil where there is no way back, or for images as usual.
    let zGradient, meanGradient, logVarianceGradient, imagesGradient: FloatRegion?
    /// The decoder's output. Its gradient may be written over it.
    let output, outputGradient: FloatRegion
    /// One value an image, in nats.
    let reconstruction, klDivergence: FloatRegion
    /// ln p(z) and the share in its image's bound of each draw, and of each image what takes the divergence's place in the loss, in nats; empty
    /// where it has a closed form.
    let logPrior, shares, penalty: FloatRegion
    /// The penalty of each image's vectors for their distance from codes; empty for Gaussian latents.
    let commitment: FloatRegion
    /// (capacity, parameters): by the likelihood's own parameters.
    let likelihoodGradients: FloatRegion
    /// Scratch of the thread at work: of each node within its call, and to bring an image in, one at a time.
    private(set) var scratch, loadingScratch: FloatRegion

    /// The times of each node's calls; nil where nobody asked.
    var times: StepTimes?

    private let storage: FloatStorage
    /// All of the above. Making a workspace touches none of it: its pages come to be near the worker that writes them first.
    var all: FloatRegion { storage.region }

    /// Floats of a workspace, without making one.
    static func count(
        _ network: Network, capacity: Int, training: Bool, loading: Int = 0, isShared: Bool = false
    ) -> Int {
        WorkspaceLayout(
            network, capacity: capacity, training: training, loading: loading, isShared: isShared
        ).count
    }

    /// - Parameters:
    ///   - training: false leaves out what only the way back needs
    ///   - loading: floats of scratch to bring an image in
    ///   - isShared: whether it is for the images of several threads, each of which works on a ``slice(_:)`` with scratch of its own
    init(
        _ network: Network, capacity: Int, training: Bool, loading: Int = 0, isShared: Bool = false
    ) throws(OutOfMemory) {
        let layout = WorkspaceLayout(
            network, capacity: capacity, training: training, loading: loading, isShared: isShared)
        let storage = try FloatStorage(count: layout.count)
        let (plan, topology) = (network.plan, network.topology)
        func region(_ block: WorkspaceLayout.Block) -> FloatRegion {
            let offset = layout.offsets[block.number]
            return storage.region[offset..<offset + block.count]
        }
        let values = layout.values.map(region)
        let gradients = layout.gradients.map { $0.map(region) }
        let scratch = region(layout.scratch)
        let nothing = storage.region.prefix(0)
        var seen: Set<Int> = []
        var adds = plan.nodes.map { $0.inputs.map { _ in false } }
        for node in network.backwardOrder {
            for (position, input) in plan.nodes[node].inputs.enumerated() {
                adds[node][position] = !seen.insert(input).inserted
            }
        }
        nodes = plan.nodes.enumerated().map { index, node in
            Node(
                layer: node.layer, separable: node.separableLayer,
                binding: Binding(
                    capacity: topology.isOfDraws(node.output) ? capacity * network.draws : capacity,
                    draws: network.draws, inputs: node.inputs.map { values[$0] }, output: values[node.output],
                    inputGradients: node.inputs.map { gradients[$0] }, addsToInputGradient: adds[index],
                    outputGradient: gradients[node.output] ?? nothing, scratch: scratch,
                    kept: region(layout.kept[index]), parameters: node.parameters, packed: node.packed))
        }
        images = values[topology.images]
        noise = values[topology.noise]
        labels = topology.labels.map { values[$0] } ?? nothing
        mean = values[topology.mean]
        logVariance = values[topology.logVariance]
        z = values[topology.z]
        zGradient = gradients[topology.z]
        meanGradient = gradients[topology.mean]
        logVarianceGradient = gradients[topology.logVariance]
        imagesGradient = gradients[topology.images]
        output = values[topology.output]
        outputGradient = gradients[topology.output] ?? nothing
        reconstruction = region(layout.reconstruction)
        klDivergence = region(layout.klDivergence)
        logPrior = region(layout.logPrior)
        shares = region(layout.shares)
        penalty = region(layout.penalty)
        commitment = region(layout.commitment)
        likelihoodGradients = region(layout.likelihoodGradients)
        self.scratch = scratch
        loadingScratch = region(layout.loading)
        self.capacity = capacity
        draws = network.draws
        spacing = nil
        blocks = []
        self.storage = storage
    }

    /// Some rows of a workspace: those of images, and of what has a row for each draw.
    private struct Rows {
        let images, draws: Binding.Rows

        init(_ images: Range<Int>, draws: Range<Int>, of whole: Workspace) {
            self.images = Binding.Rows(images, of: whole.capacity)
            self.draws = Binding.Rows(draws, of: whole.capacity * whole.draws)
        }
    }

    /// Some rows of another workspace, whose images have all their draws here or one.
    private init(
        _ some: Rows, of whole: Workspace, _ network: Network, draws: Int, spacing: Int?, blocks: [Workspace]
    ) {
        let topology = network.topology
        func rows(_ value: Int) -> Binding.Rows { topology.isOfDraws(value) ? some.draws : some.images }
        nodes = zip(network.plan.nodes, whole.nodes).map { node, its in
            Node(
                layer: its.layer, separable: its.separable,
                binding: its.binding.slice(
                    rows(node.output), inputs: node.inputs.map(rows), draws: draws, spacing: spacing))
        }
        images = some.draws(whole.images)
        noise = some.draws(whole.noise)
        labels = some.draws(whole.labels)
        mean = some.images(whole.mean)
        logVariance = some.images(whole.logVariance)
        z = some.draws(whole.z)
        zGradient = whole.zGradient.map { some.draws($0) }
        meanGradient = whole.meanGradient.map { some.images($0) }
        logVarianceGradient = whole.logVarianceGradient.map { some.images($0) }
        imagesGradient = whole.imagesGradient.map { some.draws($0) }
        output = some.draws(whole.output)
        outputGradient = some.draws(whole.outputGradient)
        reconstruction = some.draws(whole.reconstruction)
        klDivergence = some.images(whole.klDivergence)
        logPrior = some.draws(whole.logPrior)
        shares = some.draws(whole.shares)
        penalty = some.images(whole.penalty)
        commitment = some.images(whole.commitment)
        likelihoodGradients = some.draws(whole.likelihoodGradients)
        scratch = whole.scratch
        loadingScratch = whole.loadingScratch
        capacity = some.images.range.count
        storage = whole.storage
        (self.draws, self.spacing, self.blocks) = (draws, spacing, blocks)
    }

    /// A workspace of some of the images, in the same memory, where all have come in: of fewer the draws lie otherwise.
    func slice(_ some: Range<Int>, _ network: Network) -> Workspace {
        let last = (draws - 1) * capacity
        let all = Rows(some, draws: some.lowerBound..<last + some.upperBound, of: self)
        guard draws > 1, some.count < capacity else {
            return Workspace(all, of: self, network, draws: draws, spacing: nil, blocks: [])
        }
        let blocks = (0..<draws).map { draw in
            let rows = draw * capacity + some.lowerBound..<draw * capacity + some.upperBound
            return Workspace(
                Rows(some, draws: rows, of: self), of: self, network, draws: 1, spacing: nil, blocks: [])
        }
        return Workspace(all, of: self, network, draws: draws, spacing: capacity, blocks: blocks)
    }

    /// Rows of what has one for each draw, those between included that are others'.
    var rows: Int { (draws - 1) * (spacing ?? capacity) + capacity }

    /// Calls `body` with rows that lie together: this workspace, or each draw of its images.
    func forEachBlock(_ body: (_ block: Workspace) -> Void) {
        if blocks.isEmpty { return body(self) }
        for block in blocks { body(block) }
    }

    /// Takes the scratch and the clock of the thread that is about to work here.
    func borrow(from workspace: Workspace) {
        scratch = workspace.scratch
        loadingScratch = workspace.loadingScratch
        times = workspace.times
        for block in blocks { block.borrow(from: workspace) }
    }

    /// The regions of a node, with scratch of the thread at work.
    func binding(of node: Int) -> Binding {
        var binding = nodes[node].binding
        binding.scratch = scratch
        return binding
    }
}
