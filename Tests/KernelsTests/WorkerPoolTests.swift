import Foundation
import Kernels
import Synchronization
import Testing

@Suite("Worker pools")
struct WorkerPoolTests {
    /// One counter for each of a number of things.
    final class Counters: @unchecked Sendable {
        // A lock that the thread sanitizer sees; it is blind to that of a Mutex, which the Swift runtime takes.
        private let lock = NSLock()
        private var counts: [Int]

        init(_ count: Int) { counts = [Int](repeating: 0, count: count) }

        func add(_ index: Int, _ value: Int = 1) { lock.withLock { counts[index] += value } }
        var all: [Int] { lock.withLock { counts } }
    }

    @Test(arguments: [1, 2, 3, 8, 64, 256])
    func eachPartIsDoneOnce(threads: Int) {
        let pool = WorkerPool(threads: threads)
        #expect(pool.count >= 1 && pool.count <= threads)
        if threads <= OpenBLAS.concurrentCalls { #expect(pool.count == threads) }
        for parts in [0, 1, 2, 7, 1000] {
            for _ in 0..<3 {
                let (done, inUse, clashes) = (Counters(parts), Counters(pool.count), Counters(1))
                pool.run(parts: parts) { worker, part in
                    // A worker's number picks a workspace: it must be one worker's at a time.
                    inUse.add(worker)
                    done.add(part)
                    if inUse.all[worker] != 1 { clashes.add(0) }
                    inUse.add(worker, -1)
                }
                #expect(done.all == [Int](repeating: 1, count: parts))
                #expect(clashes.all == [0])
            }
        }
    }

    /// Jobs follow each other without a pause: a worker that wakes late must find the new job, or none.
    @Test(arguments: [(2, 20_000), (3, 10_000), (8, 4_000), (64, 300)])
    func thousandsOfJobs(threads: Int, jobs: Int) {
        let pool = WorkerPool(threads: threads)
        let slots = Slots(7)
        for job in 1...jobs {
            pool.run(parts: 1 + job % 7) { _, part in slots.set(part, job * 10 + part) }
            let correct = (0...job % 7).allSatisfy { slots[$0] == job * 10 + $0 }
            if !correct { Issue.record("job \(job)") }
        }
    }

    /// Memory that each part writes its own place of, without a lock: the pool itself has to order it.
    final class Slots: @unchecked Sendable {
        private let base: UnsafeMutablePointer<Int>

        init(_ count: Int) {
            base = .allocate(capacity: count)
            base.initialize(repeating: 0, count: count)
        }

        deinit { base.deallocate() }

        func set(_ index: Int, _ value: Int) { base[index] = value }
        subscript(index: Int) -> Int { base[index] }
    }

    /// Work really is spread: every worker of a pool can be at work at the same time.
    @Test(arguments: [2, 3, 8, 64])
    func allWorkersWorkTogether(threads: Int) {
        let pool = WorkerPool(threads: threads)
        let arrived = Atomic<Int>(0)
        let seats = Counters(threads)
        pool.run(parts: threads) { worker, _ in
            arrived.wrappingAdd(1, ordering: .relaxed)
            // Returns only when all have come; a part that had to wait for a free worker would wait for ever.
            while arrived.load(ordering: .relaxed) < threads { sched_yield() }
            seats.add(worker)
        }
        #expect(seats.all == [Int](repeating: 1, count: threads))
    }

    @Test func resultsDoNotDependOnThePool() {
        func sums(_ threads: Int) -> [Int] {
            let slots = Slots(100)
            WorkerPool(threads: threads).run(parts: 100) { _, part in
                slots.set(part, (0...part * 10).reduce(0) { ($0 &* 31) &+ $1 })
            }
            return (0..<100).map { slots[$0] }
        }
        let expected = sums(1)
        for threads in [2, 3, 8, 64, 256] { #expect(sums(threads) == expected) }
    }

    @Test func poolsWorkSideBySide() async {
        await withTaskGroup(of: Bool.self) { group in
            for threads in [2, 3, 4] {
                group.addTask {
                    let pool = WorkerPool(threads: threads)
                    return (0..<500).allSatisfy { job in
                        let done = Counters(11)
                        pool.run(parts: 11) { _, part in done.add(part, job + 1) }
                        return done.all == [Int](repeating: job + 1, count: 11)
                    }
                }
            }
            for await correct in group { #expect(correct) }
        }
    }

    /// When the pool is gone its threads are, too: each has run its thread-local destructors.
    @Test(.serialized, arguments: [1, 2, 8, 64])
    func theLastReferenceEndsTheThreads(threads: Int) {
        var pool: WorkerPool? = WorkerPool(threads: threads)
        let before = endedThreads.load(ordering: .acquiring)
        let arrived = Atomic<Int>(0)
        pool?.run(parts: threads) { worker, _ in
            arrived.wrappingAdd(1, ordering: .relaxed)
            while arrived.load(ordering: .relaxed) < threads { sched_yield() }
            if worker > 0 { pthread_setspecific(endKey, UnsafeRawPointer(bitPattern: 1)) }
        }
        #expect(endedThreads.load(ordering: .acquiring) == before)
        pool = nil
        #expect(endedThreads.load(ordering: .acquiring) == before + threads - 1)
    }

    /// A pool that never had a job ends as well.
    @Test func idlePoolsEnd() {
        for threads in [1, 2, 64] { _ = WorkerPool(threads: threads) }
    }
}

/// Threads that held a value for `endKey` and have ended.
private let endedThreads = Atomic<Int>(0)

private let endKey: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { _ in endedThreads.wrappingAdd(1, ordering: .acquiringAndReleasing) }
    return key
}()
