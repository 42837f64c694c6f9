/// How a batch is cut into the parts that have a gradient each: by its size alone.
struct Sharding: Sendable {
    /// Shards of a full batch.
    let count: Int
    /// Images of every shard but the last.
    let imagesPerShard: Int

    /// One micro-batch a shard, or several where that would make more gradients than are worth their memory.
    init(batchSize: Int) {
        let microBatches = Engine.microBatches(in: batchSize)
        let perShard = (microBatches + Self.limit - 1) / Self.limit
        imagesPerShard = perShard * Engine.microBatch
        count = (microBatches + perShard - 1) / perShard
    }

    /// Shards of a batch of `images`.
    func parts(of images: Int) -> Int { (images + imagesPerShard - 1) / imagesPerShard }

    /// Positions in the batch that belong to shard `part`.
    func images(of part: Int, in batch: Int) -> Range<Int> {
        part * imagesPerShard..<min((part + 1) * imagesPerShard, batch)
    }

    private static let limit = 32
}

extension Trainer {
    /// Images that a thread takes through the network together: the rows of every product come from so many.
    package static var microBatch: Int { Engine.microBatch }

    /// Gradients that the optimiser adds up for a batch of `size` images.
    package static func gradients(ofBatch size: Int) -> Int { Sharding(batchSize: size).count }
}
