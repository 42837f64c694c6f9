/// How the threads of a pool wait for each other, and where they run.
package struct Seating: Sendable, Equatable {
    /// Nanoseconds that a thread watches for the others before it sleeps; 0 where threads may have to share processors, since one that
    /// watches then keeps the one it waits for from working.
    package var patience = 0
    /// The processors that each worker is bound to, those of one core; empty for wherever the system puts them. The first entry is worker 0's,
    /// the calling thread, which is never bound: it is not the pool's.
    package var processors: [[Int]] = []

    package init(patience: Int = 0, processors: [[Int]] = []) {
        (self.patience, self.processors) = (patience, processors)
    }

    /// Threads that share processors and may run anywhere.
    package static let anywhere = Seating()

    /// The patience of threads that have a processor each. Waking a thread takes some 5 µs, more than most pauses between the jobs of a
    /// training step; ten times as long is less than a tenth of a shard.
    package static let usualPatience = 50_000
}
