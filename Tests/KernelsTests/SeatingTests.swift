import Glibc
import Kernels
import Synchronization
import Testing

/// Pools whose threads watch for each other and are bound to processors.
@Suite("Seats of worker pools")
struct SeatingTests {
    /// On more threads than processors, too, where watching is slow and must be right all the same. A patience of a nanosecond has threads
    /// fall asleep just as they are called.
    @Test(arguments: [2, 3, 8], [1, 20_000])
    func watchingLosesNoJob(threads: Int, patience: Int) {
        let pool = WorkerPool(threads: threads, Seating(patience: patience))
        let sum = Atomic<Int>(0)
        var expected = 0
        for job in 1...2_000 {
            let parts = 1 + job % 11
            pool.run(parts: parts) { _, part in sum.wrappingAdd(part + job, ordering: .relaxed) }
            expected += parts * job + parts * (parts - 1) / 2
            if sum.load(ordering: .relaxed) != expected { Issue.record("job \(job)") }
        }
    }

    /// A job of few parts leaves the workers alone that it has none for.
    @Test(arguments: [0, 20_000])
    func aJobHasAsManyMembersAsParts(patience: Int) {
        let pool = WorkerPool(threads: 8, Seating(patience: patience))
        let highest = Atomic<Int>(0)
        for _ in 0..<200 {
            pool.run(parts: 3) { worker, _ in highest.max(worker, ordering: .relaxed) }
        }
        #expect(highest.load(ordering: .relaxed) <= 2)
        // They still come when they are called.
        pool.runOnEach { worker in highest.max(worker, ordering: .relaxed) }
        #expect(highest.load(ordering: .relaxed) == 7)
    }

    @Test(arguments: [1, 2, 5], [0, 20_000])
    func eachWorkerIsAskedOnce(threads: Int, patience: Int) {
        let pool = WorkerPool(threads: threads, Seating(patience: patience))
        let calls = (0..<threads).map { _ in Cell() }
        for _ in 0..<50 {
            pool.runOnEach { worker in calls[worker].visit(by: pthread_self()) }
        }
        #expect(calls.allSatisfy { $0.visits == 50 && $0.threads == 1 })
    }

    /// What one worker writes, read when all are done.
    final class Cell: @unchecked Sendable {
        private(set) var visits = 0
        private(set) var threads = 0
        private var last = pthread_t()

        func visit(by thread: pthread_t) {
            if visits == 0 || pthread_equal(last, thread) == 0 { threads += 1 }
            (last, visits) = (thread, visits + 1)
        }
    }

    /// Every worker is bound as asked, and the calling thread is left as it was.
    @Test func workersAreBound() throws {
        let before = Affinity.current
        let processor = try #require(before.last)
        let masks = (0..<3).map { _ in Mask() }
        let pool = WorkerPool(threads: 3, Seating(processors: [[before[0]], [processor], before]))
        pool.runOnEach { worker in masks[worker].processors = Affinity.current }
        #expect(masks.map(\.processors) == [before, [processor], before])
        #expect(Affinity.current == before)
    }

    final class Mask: @unchecked Sendable { var processors: [Int] = [] }

    /// A processor that there is not: the worker stays where it was, and works.
    @Test func aRefusedSeatIsNoFailure() {
        let before = Affinity.current
        let mask = Mask()
        WorkerPool(threads: 2, Seating(processors: [[], [8191]])).runOnEach { worker in
            if worker == 1 { mask.processors = Affinity.current }
        }
        #expect(mask.processors == before)
    }

    /// Of a pool with one worker, each job and each part in the order that they came.
    @Test func partsAreTimed() {
        let pool = WorkerPool(threads: 1)
        pool.run(parts: 2) { _, _ in }
        let record = PartTimes()
        pool.record = record
        pool.run(parts: 3) { _, part in if part == 1 { usleep(20_000) } }
        pool.run(parts: 1) { _, _ in }
        let jobs = record.take()
        #expect(jobs.map(\.count) == [3, 1] && record.take().isEmpty)
        #expect(jobs[0][1] >= 0.02 && jobs[0][0] < 0.02 && jobs[0][2] < 0.02)
    }
}
