import Kernels

/// A run of images cut into those that go through a network together: the loop that training, measuring and weighing draws share.
struct MicroBatches: RandomAccessCollection {
    private let images: Range<Int>
    private let size: Int

    init(_ images: Range<Int>, size: Int) {
        self.images = images
        self.size = size
    }

    var startIndex: Int { 0 }
    var endIndex: Int { (images.count + size - 1) / size }
    subscript(index: Int) -> Range<Int> {
        let start = images.lowerBound + index * size
        return start..<Swift.min(start + size, images.upperBound)
    }
}

/// The size of a micro-batch, the images that go through a network together. Shapes alone decide it, so that sums have one order
/// on every machine.
enum MicroBatch {
    /// Images that usually go through the whole network together: a convolution's product then has rows enough to run at full
    /// speed, and activations stay in a core's caches.
    static let usual = 8

    /// A power of two.
    /// - Parameter draws: of z, of each image
    static func size(for topology: Topology, draws: Int = 1) -> Int {
        let plan = topology.plan
        // Heads, noise and z are too small to count.
        var small: Set = [topology.noise, topology.mean, topology.logVariance, topology.z]
        if let labels = topology.labels { small.insert(labels) }
        let activations = plan.values.indices.filter { !small.contains($0) }.map { plan.values[$0].count }
        let usual = size(
            activations: activations, parameters: plan.layout.count, flop: topology.trainingFlop)
        guard draws > 1 else { return usual }
        // Draws make rows enough; more images than fit near a core with theirs are only for few of them.
        let perImage = draws * activations.reduce(2 * activations.reduce(0, max), +)
        var images = 1
        while images < usual && 2 * images * perImage <= nearFloats { images *= 2 }
        return images
    }

    /// - Parameters:
    ///   - activations: values of each activation of an image
    ///   - parameters: values of a gradient
    ///   - flop: operations to train on an image
    static func size(activations: [Int], parameters: Int, flop: Int) -> Int {
        // A micro-batch reads all weights and writes a whole gradient, which has to be worth it. Convolutions use each weight at
        // many positions; dense layers use it once an image, and want more images.
        var images = usual
        while images < mostImages && images * flop < worthwhile * parameters { images *= 2 }
        // On the way back a gradient has the size of an activation, and another is being written. All should stay near a core.
        let perImage = activations.reduce(2 * activations.reduce(0, max), +)
        while images > 1 && images * perImage > nearFloats { images /= 2 }
        return images
    }

    /// Operations for each float of a gradient, below which its traffic to memory would be felt.
    private static let worthwhile = 256
    private static let mostImages = 64
    /// Four megabytes: a core's second-level cache and its share of the third.
    private static let nearFloats = 1 << 20
}
