import Glibc
import Synchronization

/// A fixed team of threads that share out the parts of one job after another.
///
/// Which worker takes which part is left to chance and must not matter: each part writes only what is its own, and
/// the worker's number serves to pick a workspace. The calling thread is worker 0, so a pool of one has
/// no thread of its own.
///
/// Threads that wait, for a job or for the rest of a team, watch for a moment before they sleep, where every thread has a processor.
package final class WorkerPool: @unchecked Sendable {
    /// Workers, the calling thread included.
    package let count: Int

    /// The times of all parts, of a pool of one worker; nil where nobody asked.
    package var record: PartTimes?

    private let team: Team
    private var threads: [pthread_t] = []

    /// A pool of `requested` workers, or of fewer where OpenBLAS or the system has no room for so many.
    /// - Parameter callsOpenBLAS: false where no part of any job does
    package init(threads requested: Int, _ seating: Seating = .anywhere, callsOpenBLAS: Bool = true) {
        precondition(requested > 0, "a pool of \(requested) workers")
        OpenBLAS.prepare()
        team = Team(patience: seating.patience)
        var started = 1
        for worker in 1..<(callsOpenBLAS ? min(requested, OpenBLAS.concurrentCalls) : requested) {
            var thread = pthread_t()
            let seat = Unmanaged.passRetained(
                Seat(
                    team: team, worker: worker,
                    processors: worker < seating.processors.count ? seating.processors[worker] : []))
            guard pthread_create(&thread, nil, serve, seat.toOpaque()) == 0 else {
                seat.release()
                break
            }
            threads.append(thread)
            started += 1
        }
        count = started
    }

    deinit {
        team.dismiss()
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Calls `work(worker, part)` once for each part in `0..<parts` and returns when all are done.
    ///
    /// One job at a time: `work` must not call `run` of the same pool.
    package func run(parts: Int, _ work: (_ worker: Int, _ part: Int) -> Void) {
        // Other threads can't see a closure on this thread's stack: this puts it on the heap.
        withoutActuallyEscaping(work) { work in
            run(parts: parts, with: work) { work, worker, part in work(worker, part) }
        }
    }

    /// The same without an allocation, for jobs that come in thousands: all that `work` needs is handed to it as
    /// `context`, and it captures nothing.
    package func run<Context>(
        parts: Int, with context: Context,
        _ work: @escaping (_ context: Context, _ worker: Int, _ part: Int) -> Void
    ) {
        guard parts > 0 else { return }
        if let record, count == 1 {
            return record.time(parts: parts) { part in work(context, 0, part) }
        }
        if count == 1 || parts == 1 {
            for part in 0..<parts { work(context, 0, part) }
            return
        }
        share(parts: parts, isPersonal: false, Assignment(context: context, work: work))
    }

    /// Calls `work(worker)` once for each worker, on its own thread.
    package func runOnEach(_ work: (_ worker: Int) -> Void) {
        guard count > 1 else { return work(0) }
        withoutActuallyEscaping(work) { work in
            share(
                parts: count, isPersonal: true,
                Assignment(context: work) { work, worker, _ in work(worker) })
        }
    }

    private func share<Context>(parts: Int, isPersonal: Bool, _ assignment: Assignment<Context>) {
        // The job stays on this stack until every member has put it down.
        withUnsafePointer(to: assignment) { assignment in
            let job = PostedJob(parts: parts, isPersonal: isPersonal, work: Posted(assignment: assignment))
            team.publish(job, members: min(count, parts))
            team.take(as: 0, from: job)
            team.waitForTheRest()
        }
    }
}

/// The work of a job, and its context.
private struct Assignment<Context> {
    let context: Context
    let work: (Context, Int, Int) -> Void
}

/// An assignment on the stack of the thread that posted it.
private struct Posted<Context>: JobWork {
    let assignment: UnsafePointer<Assignment<Context>>

    func perform(worker: Int, part: Int) {
        assignment.pointee.work(assignment.pointee.context, worker, part)
    }
}

/// The argument that a thread is started with: its team, its number there and its place.
private final class Seat {
    let team: Team
    let worker: Int
    /// Those that the thread is bound to; empty for any.
    let processors: [Int]

    init(team: Team, worker: Int, processors: [Int]) {
        self.team = team
        self.worker = worker
        self.processors = processors
    }
}

private func serve(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let seat = Unmanaged<Seat>.fromOpaque(argument).takeRetainedValue()
    // A system that refuses takes it where it likes: slower, and as right.
    if !seat.processors.isEmpty { Affinity.bind(to: seat.processors) }
    seat.team.work(as: seat.worker)
    return nil
}
