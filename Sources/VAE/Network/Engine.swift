import Kernels
import VAECore

/// A network at work: a team of threads with a workspace for each.
///
/// Work is cut into micro-batches by counting images, never by counting threads, so that every matrix product has the
/// same shape, and every sum the same order, on any number of threads.
final class Engine {
    let network: Network
    let pool: WorkerPool
    /// One for each worker of the pool.
    let workspaces: [Workspace]

    /// Images that usually go through the whole network together: a convolution's product then has rows enough to run at full speed, and
    /// activations stay in a core's caches. Where images are too large for that, fewer go together, and more where
    /// dense layers want more rows (`Network.microBatch`).
    static let microBatch = 8

    /// Whether there may be more workers than processors. They would take turns, push each other's data out of the caches
    /// and finish later; tests want them all the same, on machines with few processors.
    @TaskLocal static var mayOversubscribe = false

    /// - Parameters:
    ///   - threads: workers asked for; no more than the machine has processors are made
    ///   - parts: the most parts any job will have; more workers than that would have nothing to do
    ///   - others: floats that the caller is about to allocate beside the engine
    /// - Throws: `unavailable` when memory for the workspaces and the `others` can't be had: before any is asked for, where that can
    ///   be told.
    init(
        _ network: Network, threads: Int, parts: Int, training: Bool, besides others: Int = 0
    ) throws(VAEError) {
        guard threads >= 1 else {
            throw VAEError(
                .invalidArgument, "threads", "is out of range", expected: "1 or more", found: "\(threads)")
        }
        self.network = network
        let room = Engine.mayOversubscribe ? threads : Machine.processors
        let workers = max(1, min(threads, parts, room))
        let workspace = Workspace.count(network, capacity: network.microBatch, training: training)
        try Engine.demand(floats: workers * workspace + others)
        pool = WorkerPool(threads: workers)
        var workspaces: [Workspace] = []
        for _ in 0..<pool.count {
            workspaces.append(
                try Engine.allocate { () throws(OutOfMemory) in
                    try Workspace(network, capacity: network.microBatch, training: training)
                })
        }
        self.workspaces = workspaces
    }

    /// Calls `body` with a workspace for each micro-batch of `count` images, on all workers.
    func forEachMicroBatch(of count: Int, _ body: (_ workspace: Workspace, _ images: Range<Int>) -> Void) {
        let size = network.microBatch
        pool.run(parts: (count + size - 1) / size) { worker, part in
            let start = part * size
            body(workspaces[worker], start..<min(start + size, count))
        }
    }

    /// The same in pieces of a fraction of a second, with `pause` before each on the calling thread; what it throws ends the work.
    func forEachMicroBatch(
        of count: Int, pause: () throws -> Void,
        _ body: (_ workspace: Workspace, _ images: Range<Int>) -> Void
    ) rethrows {
        let size = network.microBatch
        let parts = (count + size - 1) / size
        // Time decides how many micro-batches are a piece, never what is in one.
        var (done, piece) = (0, pool.count)
        while done < parts {
            try pause()
            let start = ContinuousClock.now
            let first = done
            pool.run(parts: min(piece, parts - done)) { worker, part in
                let start = (first + part) * size
                body(workspaces[worker], start..<min(start + size, count))
            }
            done += min(piece, parts - done)
            if .now - start < .milliseconds(100) { piece *= 2 }
        }
    }

    /// Brings what is packed from the parameters up to date. Allocates nothing.
    func pack(_ weights: Weights) {
        pool.run(parts: network.packedKernels.count, with: (self, weights)) { context, _, layer in
            context.0.network.pack(layer, context.1)
        }
    }

    static func microBatches(in count: Int) -> Int { (count + microBatch - 1) / microBatch }

    /// Refuses what the machine does not have. The kernel grants more memory than there is, and ends a program that uses it.
    private static func demand(floats: Int) throws(VAEError) {
        let bytes = floats * MemoryLayout<Float>.stride
        // Asking costs a few files read, which little memory is not worth.
        guard bytes > 64 << 20 else { return }
        let available = Machine.availableMemory
        guard bytes <= available else {
            throw VAEError(
                .unavailable, "memory", "is not enough for this configuration",
                expected: "\(bytes >> 20) MiB", found: "\(available >> 20) MiB",
                advice:
                    "Choose a smaller batch, fewer filters or latent dimensions, smaller images, or fewer threads."
            )
        }
    }

    /// Runs `make` and turns a refusal of memory into a clear error.
    static func allocate<T>(_ make: () throws(OutOfMemory) -> T) throws(VAEError) -> T {
        do throws(OutOfMemory) {
            return try make()
        } catch {
            throw VAEError(
                .unavailable, "memory", "could not be had", expected: "\(error.bytes >> 20) MiB more",
                advice: "Choose a smaller batch, fewer filters or smaller images.")
        }
    }
}
