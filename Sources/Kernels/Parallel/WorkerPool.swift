import Glibc
import Synchronization

/// A fixed team of threads that share out the parts of one job after another.
///
/// Which worker takes which part is left to chance and must not matter: each part writes only what is its own, and
/// the worker's number serves to pick a workspace. The calling thread is worker 0, so a pool of one has
/// no thread of its own.
package final class WorkerPool: @unchecked Sendable {
    /// Workers, the calling thread included.
    package let count: Int

    private let team: Team
    private var threads: [pthread_t] = []

    /// A pool of `requested` workers, or of fewer where OpenBLAS or the system has no room for so many.
    package init(threads requested: Int) {
        precondition(requested > 0, "a pool of \(requested) workers")
        OpenBLAS.prepare()
        team = Team()
        var started = 1
        for worker in 1..<min(requested, OpenBLAS.concurrentCalls) {
            var thread = pthread_t()
            let seat = Unmanaged.passRetained(Seat(team: team, worker: worker))
            guard pthread_create(&thread, nil, serve, seat.toOpaque()) == 0 else {
                seat.release()
                break
            }
            threads.append(thread)
            started += 1
        }
        count = started
        team.setSize(started - 1)
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
        if count == 1 || parts == 1 {
            for part in 0..<parts { work(context, 0, part) }
            return
        }
        // The job stays on this stack until every worker has put it down.
        withUnsafePointer(to: Assignment(context: context, work: work)) { assignment in
            let job = Job(parts: parts, work: Posted(assignment: assignment))
            team.publish(job)
            team.take(as: 0, from: job)
            team.waitForTheRest()
        }
    }
}

/// One job: how many parts, and what to do with each.
private struct Job {
    let parts: Int
    /// One word, so that the existential holds it without a box.
    let work: any Work
}

private protocol Work {
    func perform(worker: Int, part: Int)
}

/// The work of a job, and its context.
private struct Assignment<Context> {
    let context: Context
    let work: (Context, Int, Int) -> Void
}

/// An assignment on the stack of the thread that posted it.
private struct Posted<Context>: Work {
    let assignment: UnsafePointer<Assignment<Context>>

    func perform(worker: Int, part: Int) {
        assignment.pointee.work(assignment.pointee.context, worker, part)
    }
}

/// The state that the threads of a pool share: the job on the table, under one lock.
private final class Team: @unchecked Sendable {
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let jobPosted = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let jobDone = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let nextPart = Atomic<Int>(0)
    private var job: Job?
    private var round = 0
    private var busy = 0
    private var size = 0
    private var dismissed = false

    init() {
        pthread_mutex_init(lock, nil)
        pthread_cond_init(jobPosted, nil)
        pthread_cond_init(jobDone, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(jobPosted)
        pthread_cond_destroy(jobDone)
        lock.deallocate()
        jobPosted.deallocate()
        jobDone.deallocate()
    }

    func setSize(_ size: Int) {
        pthread_mutex_lock(lock)
        self.size = size
        pthread_mutex_unlock(lock)
    }

    /// Puts a job on the table and wakes everyone.
    func publish(_ job: Job) {
        pthread_mutex_lock(lock)
        self.job = job
        nextPart.store(0, ordering: .relaxed)
        busy = size
        round += 1
        pthread_cond_broadcast(jobPosted)
        pthread_mutex_unlock(lock)
    }

    /// Works on parts until none is left.
    func take(as worker: Int, from job: Job) {
        while true {
            let part = nextPart.wrappingAdd(1, ordering: .relaxed).oldValue
            guard part < job.parts else { return }
            job.work.perform(worker: worker, part: part)
        }
    }

    /// Returns when every other worker has put the job down, and clears the table.
    func waitForTheRest() {
        pthread_mutex_lock(lock)
        while busy > 0 { pthread_cond_wait(jobDone, lock) }
        job = nil
        pthread_mutex_unlock(lock)
    }

    func dismiss() {
        pthread_mutex_lock(lock)
        dismissed = true
        pthread_cond_broadcast(jobPosted)
        pthread_mutex_unlock(lock)
    }

    /// A thread's life: wait for a job, work, report, until dismissed.
    func work(as worker: Int) {
        var seen = 0
        while true {
            pthread_mutex_lock(lock)
            while !dismissed && round == seen { pthread_cond_wait(jobPosted, lock) }
            if dismissed {
                pthread_mutex_unlock(lock)
                return
            }
            seen = round
            let job = job
            pthread_mutex_unlock(lock)

            if let job { take(as: worker, from: job) }

            pthread_mutex_lock(lock)
            busy -= 1
            if busy == 0 { pthread_cond_signal(jobDone) }
            pthread_mutex_unlock(lock)
        }
    }
}

/// The argument that a thread is started with: its team and its number there.
private final class Seat {
    let team: Team
    let worker: Int

    init(team: Team, worker: Int) {
        self.team = team
        self.worker = worker
    }
}

private func serve(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let seat = Unmanaged<Seat>.fromOpaque(argument).takeRetainedValue()
    seat.team.work(as: seat.worker)
    return nil
}
