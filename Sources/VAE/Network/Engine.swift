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
    /// What went wrong in reading images, to be asked for when a job is done.
    let failure = FirstError()

    /// Whether there may be more workers than processors. They would take turns, push each other's data out of the caches
    /// and finish later; tests want them all the same, on machines with few processors.
    @TaskLocal static var mayOversubscribe = false

    /// - Parameters:
    ///   - threads: workers asked for; no more than the machine has processors are made
    ///   - parts: the most parts any job will have; more workers than that would have nothing to do
    ///   - loading: floats of scratch that a worker needs to bring an image in
    ///   - others: floats that the caller is about to allocate beside the engine
    /// - Throws: `unavailable` when memory for the workspaces and the `others` can't be had: before any is asked for, where that can
    ///   be told.
    init(
        _ network: Network, threads: Int, parts: Int, training: Bool, loading: Int = 0,
        besides others: Int = 0
    ) throws(VAEError) {
        guard threads >= 1 else {
            throw VAEError(
                .invalidArgument, "threads", "is out of range", expected: "1 or more", found: "\(threads)")
        }
        self.network = network
        let room = Engine.mayOversubscribe ? threads : Machine.processors
        let workers = max(1, min(threads, parts, room))
        let workspace = Workspace.count(
            network, capacity: network.microBatch, training: training, loading: loading)
        try Engine.demand(floats: workers * workspace + others)
        pool = WorkerPool(
            threads: workers, try Seating.here(workers: workers), callsOpenBLAS: network.callsOpenBLAS)
        var workspaces: [Workspace] = []
        for _ in 0..<pool.count {
            workspaces.append(
                try Engine.allocate { () throws(OutOfMemory) in
                    try Workspace(
                        network, capacity: network.microBatch, training: training, loading: loading)
                })
        }
        self.workspaces = workspaces
    }

    /// Calls `body` with a workspace for each micro-batch of `count` images, on all workers.
    func forEachMicroBatch(of count: Int, _ body: (_ workspace: Workspace, _ images: Range<Int>) -> Void) {
        let batches = MicroBatches(0..<count, size: network.microBatch)
        pool.run(parts: batches.count) { worker, part in body(workspaces[worker], batches[part]) }
    }

    /// The same with some of the micro-batches, in pieces of a fraction of a second, with `pause` before each on the calling thread; what it
    /// throws ends the work.
    func forEachMicroBatch(
        of count: Int, among some: Range<Int>? = nil, pause: () throws -> Void,
        _ body: (_ workspace: Workspace, _ images: Range<Int>) -> Void
    ) rethrows {
        let batches = MicroBatches(0..<count, size: network.microBatch)
        let some = some ?? 0..<batches.count
        // Time decides how many micro-batches are a piece, never what is in one.
        var (next, piece) = (some.lowerBound, pool.count)
        while next < some.upperBound {
            try pause()
            let start = ContinuousClock.now
            let first = next
            pool.run(parts: min(piece, some.upperBound - next)) { worker, part in
                body(workspaces[worker], batches[first + part])
            }
            next += min(piece, some.upperBound - next)
            if .now - start < .milliseconds(100) { piece *= 2 }
        }
    }

    /// Brings what is packed from the parameters up to date. Allocates nothing.
    func pack(_ weights: Weights) {
        pool.run(parts: network.packedNodes.count, with: (self, weights)) { context, _, index in
            context.0.network.pack(index, context.1)
        }
        preparePrior(weights)
    }

    /// Refuses what the machine does not have. The kernel grants more memory than there is, and ends a program that uses it.
    static func demand(floats: Int) throws(VAEError) {
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
