import Synchronization
import Testing

@testable import Kernels

@Suite struct CountdownsTests {
    /// Of all who count exactly one is the last, round after round, and it sees what the others wrote.
    @Test func oneIsTheLast() {
        let (parts, rounds) = (64, 200)
        let pool = WorkerPool(threads: 4)
        let countdowns = Countdowns([parts, 1, parts / 2])
        var written = [Int](repeating: 0, count: parts)
        let lasts = Atomic(0)
        let sums = Atomic(0)
        written.withUnsafeMutableBufferPointer { written in
            nonisolated(unsafe) let written = written
            for round in 1...rounds {
                pool.run(parts: parts) { _, part in
                    written[part] = round
                    if countdowns.countDown(0) {
                        lasts.add(1, ordering: .relaxed)
                        sums.add(written.reduce(0, +), ordering: .relaxed)
                    }
                    if part.isMultiple(of: 2), countdowns.countDown(2) { lasts.add(1, ordering: .relaxed) }
                }
                #expect(countdowns.countDown(1))
            }
        }
        #expect(lasts.load(ordering: .relaxed) == 2 * rounds)
        #expect(sums.load(ordering: .relaxed) == parts * rounds * (rounds + 1) / 2)
    }
}
