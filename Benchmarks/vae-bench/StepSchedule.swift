/// A training step as its jobs, and how long it takes on more threads by that.
///
/// A job's parts are dealt out in order, each to the thread that is free first: list scheduling (Graham, "Bounds on Multiprocessing Timing
/// Anomalies", 1969). What is between the jobs runs on one thread, and so do jobs of one part (Amdahl's law).
struct StepSchedule: Equatable {
    /// Seconds of each part of every job, in the order that they are dealt out.
    let jobs: [[Double]]
    /// Seconds of a step outside of its jobs.
    let serial: Double
    /// Seconds that a job without work takes on two threads.
    let barrier: Double

    /// Seconds of a step on so many threads.
    func seconds(threads: Int) -> Double {
        serial
            + jobs.reduce(0) { sum, parts in
                let members = min(threads, parts.count)
                // Each thread counts itself off on the same cache line, one after the other.
                return sum + Self.makespan(parts, workers: threads) + Double(max(0, members - 1)) * barrier
            }
    }

    /// The speed on so many threads as a multiple of that on one.
    func speedUp(threads: Int) -> Double { seconds(threads: 1) / seconds(threads: threads) }

    /// The share of a step on one thread that more threads leave as it is.
    var serialFraction: Double {
        (serial + jobs.reduce(0) { $0 + ($1.count == 1 ? $1[0] : 0) }) / seconds(threads: 1)
    }

    /// Seconds until the last of some parts is done.
    static func makespan(_ parts: [Double], workers: Int) -> Double {
        var free = [Double](repeating: 0, count: max(1, workers))
        for part in parts {
            guard let next = free.indices.min(by: { free[$0] < free[$1] }) else { continue }
            free[next] += part
        }
        return free.max() ?? 0
    }

    /// The share of so many threads' time in the jobs that their parts fill: work / (threads · Σ makespans).
    func balance(threads: Int) -> Double {
        let taken = jobs.reduce(0) { $0 + Self.makespan($1, workers: threads) }
        return taken > 0 ? work / (Double(threads) * taken) : 0
    }

    /// The share of a step on so many threads that its last job takes: the update of parameters, with the packing of kernels.
    func updateShare(threads: Int) -> Double {
        Self.makespan(jobs.last ?? [], workers: threads) / seconds(threads: threads)
    }

    /// The share of a step that a last job would save which fills what threads idle at the end of the job before it: the most that an update begun
    /// before the barrier could bring.
    func idleShareBeforeUpdate(threads: Int) -> Double {
        guard jobs.count > 1 else { return 0 }
        let (before, update) = (jobs[jobs.count - 2], jobs[jobs.count - 1])
        let idle =
            Double(threads) * Self.makespan(before, workers: threads) - before.reduce(0, +)
        return min(idle, update.reduce(0, +)) / Double(threads) / seconds(threads: threads)
    }

    /// Seconds of all parts.
    private var work: Double { jobs.reduce(0) { $0 + $1.reduce(0, +) } }
}
