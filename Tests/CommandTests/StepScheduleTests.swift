import Testing

@testable import vae_bench

/// Schedules that are known by hand.
@Suite("Schedules of a step")
struct StepScheduleTests {
    @Test func whatAnUpdateCouldFill() {
        // Of two threads one waits a second for the other; the update takes four, two each.
        let step = StepSchedule(jobs: [[9], [3, 2], [1, 1, 1, 1]], serial: 0, barrier: 0)
        #expect(step.updateShare(threads: 1) == 4.0 / 18)
        #expect(step.updateShare(threads: 2) == 2.0 / 14)
        #expect(step.idleShareBeforeUpdate(threads: 2) == 0.5 / 14)
        #expect(step.idleShareBeforeUpdate(threads: 1) == 0)
        // There is no more to fill it with than the update.
        let short = StepSchedule(jobs: [[7, 1], [1, 1]], serial: 0, barrier: 0)
        #expect(short.idleShareBeforeUpdate(threads: 2) == 1.0 / 8)
        #expect(StepSchedule(jobs: [[1, 2]], serial: 1, barrier: 0).idleShareBeforeUpdate(threads: 2) == 0)
    }

    @Test func partsGoToWhoIsFreeFirst() {
        #expect(StepSchedule.makespan([], workers: 3) == 0)
        #expect(StepSchedule.makespan([3, 3, 2, 2, 2], workers: 1) == 12)
        // In the order given: 3+2+2 on one and 3+2 on the other, where the best schedule has 6.
        #expect(StepSchedule.makespan([3, 3, 2, 2, 2], workers: 2) == 7)
        #expect(StepSchedule.makespan([2, 2, 2, 3, 3], workers: 2) == 7)
        #expect(StepSchedule.makespan([1, 1, 1, 5], workers: 3) == 6)
        #expect(StepSchedule.makespan([1, 1, 1, 5], workers: 64) == 5)
    }

    /// Graham's bound: at most 2 − 1/n of the best there could be.
    @Test(arguments: 1...9)
    func withinGrahamsBound(workers: Int) {
        let parts = (0..<37).map { Double(1 + ($0 * 7) % 11) }
        let least = max(parts.reduce(0, +) / Double(workers), parts.max() ?? 0)
        let found = StepSchedule.makespan(parts, workers: workers)
        #expect(found >= least - 1e-9 && found <= (2 - 1 / Double(workers)) * least)
    }

    @Test func aStepIsItsJobsAndWhatIsBetween() {
        let step = StepSchedule(
            jobs: [[Double](repeating: 1, count: 16), [0.5, 0.5], [0.25]], serial: 0.75, barrier: 0.01)
        #expect(step.seconds(threads: 1) == 18)
        // 16 / 2 and 1 / 2, with two barriers: a job of one part has none.
        #expect(abs(step.seconds(threads: 2) - (8 + 0.5 + 1 + 0.02)) < 1e-12)
        // Two rounds of the shards on 12; the second job has room for two threads.
        #expect(abs(step.seconds(threads: 12) - (2 + 0.5 + 1 + 0.12)) < 1e-12)
        #expect(abs(step.seconds(threads: 128) - (1 + 0.5 + 1 + 0.16)) < 1e-12)
        #expect(abs(step.speedUp(threads: 2) - 18 / 9.52) < 1e-12 && step.speedUp(threads: 1) == 1)
        #expect(abs(step.serialFraction - 1 / 18) < 1e-12)
    }

    /// Without barriers and with parts of no size, Amdahl's law.
    @Test(arguments: [1, 2, 4, 8, 64])
    func amdahl(threads: Int) {
        let step = StepSchedule(
            jobs: [[Double](repeating: 0.9 / 6400, count: 6400)], serial: 0.1, barrier: 0)
        #expect(abs(step.speedUp(threads: threads) - 1 / (0.1 + 0.9 / Double(threads))) < 1e-9)
    }

    /// Of parts of one length, shards / (rounds · threads).
    @Test(arguments: [(1, 1), (2, 1), (12, 16.0 / 24), (16, 1), (32, 0.5)] as [(Int, Double)])
    func balance(threads: Int, expected: Double) {
        let shards = [Double](repeating: 0.5, count: 16)
        #expect(StepSchedule(jobs: [shards], serial: 9, barrier: 1).balance(threads: threads) == expected)
        #expect(StepSchedule(jobs: [], serial: 1, barrier: 0).balance(threads: threads) == 0)
        let twice = StepSchedule(jobs: [shards, [4, 4]], serial: 0, barrier: 0)
        #expect(twice.balance(threads: 1) == 1 && twice.balance(threads: 4) == 16 / (4 * 6))
    }
}
