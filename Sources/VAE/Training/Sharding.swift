/// The division of a batch into shards, the parts that have a gradient each: by its size and the network's alone.
struct Sharding: Sendable {
    /// Shards of a full batch.
    let count: Int
    /// Images of every shard but the last.
    let imagesPerShard: Int

    /// A part of about a micro-batch: smaller where a batch would have too few parts to share the work, larger where it would have more
    /// gradients than are worth their memory.
    ///
    /// - Parameter microBatch: images that go through the network together
    init(batchSize: Int, microBatch: Int = MicroBatch.usual) {
        let units = (batchSize + MicroBatch.usual - 1) / MicroBatch.usual
        let perMicroBatch = max(1, microBatch / MicroBatch.usual)
        let shared = min(perMicroBatch, max(Self.least, (units + Self.team - 1) / Self.team))
        let perShard = max(shared, (units + Self.limit - 1) / Self.limit)
        imagesPerShard = perShard * MicroBatch.usual
        count = (units + perShard - 1) / perShard
    }

    /// Shards of a batch of `images`.
    func parts(of images: Int) -> Int { (images + imagesPerShard - 1) / imagesPerShard }

    /// Positions in the batch that belong to shard `part`.
    func images(of part: Int, in batch: Int) -> Range<Int> {
        part * imagesPerShard..<min((part + 1) * imagesPerShard, batch)
    }

    private static let limit = 128
    /// Parts that a batch has at least, for as many threads, where they are not smaller than the least.
    private static let team = 4
    /// In units of `MicroBatch.usual`: dense layers are slow with fewer rows.
    private static let least = 2
}

extension Trainer {
    /// Images that a thread takes through the network together: the rows of every product come from so many.
    package var microBatch: Int { engine.network.microBatch }
}
