extension Network {
    /// Values of each of an image's activations, from its pixels to the logits.
    var activations: [Int] {
        [configuration.imageShape.count, configuration.hiddenUnits, flatCount]
            + convolutions.map(\.layer.outputCount) + transposed.map(\.layer.outputCount)
    }

    /// Images that go through a network together whose images have `activations`: as many as keep what they read and write
    /// near a core, a power of two up to `Engine.microBatch`. Sizes alone decide, so that sums have one order on every
    /// machine.
    static func microBatch(activations: [Int]) -> Int {
        // On the way back a gradient has the size of an activation, and another is being written.
        let perImage = activations.reduce(2 * activations.reduce(0, max), +)
        var images = Engine.microBatch
        while images > 1 && images * perImage > nearFloats { images /= 2 }
        return images
    }

    /// Four megabytes: a core's second-level cache and its share of the third.
    private static let nearFloats = 1 << 20
}
