import CTiles
import Glibc
import Synchronization

/// One job: how many parts, and what to do with each.
struct PostedJob {
    let parts: Int
    /// Whether each worker has one part, that of its own number.
    let isPersonal: Bool
    /// One word, so that the existential holds it without a box.
    let work: any JobWork
}

protocol JobWork {
    func perform(worker: Int, part: Int)
}

/// The state that the threads of a pool share: the job on the table, who is called to it and who has not put it down yet.
///
/// A job has as many members as it has parts, the calling thread and the workers with the lowest numbers; the others stay out of it. Threads
/// watch the counters for as long as they have patience, and sleep on a condition after that.
final class Team: @unchecked Sendable {
    private let counters = Counters()
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let jobPosted = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let jobDone = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// Nanoseconds.
    private let patience: Int
    /// Written by the calling thread before it calls the members, and read by members until they report.
    private var job: PostedJob?
    private var rounds = 0

    init(patience: Int) {
        self.patience = patience
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

    /// Puts a job on the table and calls `members` to it, the calling thread being one.
    func publish(_ job: PostedJob, members: Int) {
        self.job = job
        rounds += 1
        counters.nextPart.pointee.store(0, ordering: .relaxed)
        counters.busy.pointee.store(members - 1, ordering: .relaxed)
        call(Call(round: rounds, members: members))
    }

    func dismiss() { call(.dismissal) }

    private func call(_ call: Call) {
        // In one order for all threads: either this sees who sleeps, or who is about to sees the call.
        counters.call.pointee.store(call.word, ordering: .sequentiallyConsistent)
        guard counters.sleepers.pointee.load(ordering: .sequentiallyConsistent) > 0 else { return }
        pthread_mutex_lock(lock)
        pthread_cond_broadcast(jobPosted)
        pthread_mutex_unlock(lock)
    }

    /// Works on parts until none is left.
    func take(as worker: Int, from job: PostedJob) {
        if job.isPersonal { return job.work.perform(worker: worker, part: worker) }
        while true {
            let part = counters.nextPart.pointee.wrappingAdd(1, ordering: .relaxed).oldValue
            guard part < job.parts else { return }
            job.work.perform(worker: worker, part: part)
        }
    }

    /// Returns when every other member has put the job down, and clears the table.
    func waitForTheRest() {
        if !watch({ counters.busy.pointee.load(ordering: .acquiring) == 0 }) {
            pthread_mutex_lock(lock)
            counters.callerSleeps.pointee.store(1, ordering: .sequentiallyConsistent)
            while counters.busy.pointee.load(ordering: .sequentiallyConsistent) > 0 {
                pthread_cond_wait(jobDone, lock)
            }
            counters.callerSleeps.pointee.store(0, ordering: .relaxed)
            pthread_mutex_unlock(lock)
        }
        job = nil
    }

    /// A thread's life: wait for a call, work, report, until dismissed.
    func work(as worker: Int) {
        var seen = Call.none
        while true {
            seen = next(after: seen)
            if seen == .dismissal { return }
            // Who is not called must not look at the table: the calling thread does not wait for it.
            guard worker < seen.members, let job else { continue }
            take(as: worker, from: job)
            report()
        }
    }

    /// The call that follows one that was seen; those between them were none of this worker's.
    private func next(after seen: Call) -> Call {
        if watch({ counters.call.pointee.load(ordering: .acquiring) != seen.word }) {
            return Call(word: counters.call.pointee.load(ordering: .acquiring))
        }
        pthread_mutex_lock(lock)
        counters.sleepers.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent)
        while counters.call.pointee.load(ordering: .sequentiallyConsistent) == seen.word {
            pthread_cond_wait(jobPosted, lock)
        }
        counters.sleepers.pointee.wrappingSubtract(1, ordering: .relaxed)
        let call = Call(word: counters.call.pointee.load(ordering: .acquiring))
        pthread_mutex_unlock(lock)
        return call
    }

    private func report() {
        guard counters.busy.pointee.wrappingSubtract(1, ordering: .sequentiallyConsistent).oldValue == 1,
            counters.callerSleeps.pointee.load(ordering: .sequentiallyConsistent) == 1
        else { return }
        pthread_mutex_lock(lock)
        pthread_cond_signal(jobDone)
        pthread_mutex_unlock(lock)
    }

    /// Watches for something for as long as there is patience, the longest part of it by letting others on this processor go first: among
    /// them may be the one that is waited for, where other programs take the processors away.
    /// - Returns: whether it came; false at once without patience
    @inline(__always)
    private func watch(_ hasCome: () -> Bool) -> Bool {
        guard patience > 0 else { return false }
        for _ in 0..<Self.looks {
            if hasCome() { return true }
            vae_relax()
        }
        let start = Self.nanoseconds
        repeat {
            sched_yield()
            if hasCome() { return true }
        } while Self.nanoseconds - start < patience
        return false
    }

    /// Looks without a call of the system: about 2 µs.
    private static let looks = 64

    private static var nanoseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

/// A call to a job in one word: its number, and how many are called.
private struct Call: Equatable {
    let word: Int

    static let none = Call(word: 0)
    static let dismissal = Call(word: -1)

    init(word: Int) { self.word = word }
    init(round: Int, members: Int) { word = round << 16 | members }

    var members: Int { word & 0xffff }
}

/// Counters that many threads write, each alone on its cache lines: a thread that writes one would take the others' from all that read them.
/// Processors fetch lines in pairs, so that a pair is what they must not share.
private final class Counters: @unchecked Sendable {
    /// The word of the last call.
    let call: UnsafeMutablePointer<Atomic<Int>>
    /// The first part that nobody has taken.
    let nextPart: UnsafeMutablePointer<Atomic<Int>>
    /// Members beside the calling thread that have not put the job down.
    let busy: UnsafeMutablePointer<Atomic<Int>>
    /// Workers that sleep until they are called, or are about to.
    let sleepers: UnsafeMutablePointer<Atomic<Int>>
    /// 1 while the calling thread sleeps until nobody is busy.
    let callerSleeps: UnsafeMutablePointer<Atomic<Int>>

    private let memory: UnsafeMutableRawPointer
    private static let distance = 128

    init() {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 5 * Self.distance, alignment: Self.distance)
        func counter(_ number: Int) -> UnsafeMutablePointer<Atomic<Int>> {
            let place = (memory + number * Self.distance).bindMemory(to: Atomic<Int>.self, capacity: 1)
            place.initialize(to: Atomic(0))
            return place
        }
        (call, nextPart, busy, sleepers, callerSleeps) = (
            counter(0), counter(1), counter(2), counter(3), counter(4)
        )
        self.memory = memory
    }

    deinit { memory.deallocate() }
}
