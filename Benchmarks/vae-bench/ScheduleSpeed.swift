import Kernels
import VAE
import VAECore

/// The speed-up that the schedule of a training step allows on machines with more cores, from the times of its parts on one thread here, cut as for so many
/// threads, and what two threads really gain in the same minutes.
struct ScheduleSpeed {
    /// Cores that are looked at.
    static let teams = [1, 2, 4, 8, 12, 16, 32, 64, 128]
    static let batches = [Workload.batch, 256, 512, 1024]

    /// What is trained of the model.
    enum Training: String {
        case usual
        case draws = "5 draws"
        case vampPrior = "VampPrior of 500"

        var key: String? { self == .usual ? nil : rawValue }
        var importance: ImportanceWeighting? { self == .draws ? ImportanceWeighting(samples: 5) : nil }
        var prior: Prior { self == .vampPrior ? .vamp(pseudoInputs: 500) : .standard }
    }

    struct Point {
        let training: Training
        let batch: Int
        /// Parts that have a gradient each.
        let shards: Int
        /// Of the fastest steps that were cut as for one thread, and for each of the ``teams``.
        let schedules: [Int: StepSchedule]
        /// Images per second of single steps on one thread, and on `threads`, in turns.
        let oneThread, severalThreads: Rounds
        let threads: Int

        func schedule(for cores: Int) -> StepSchedule {
            schedules[cores] ?? StepSchedule(jobs: [], serial: 0, barrier: 0)
        }

        /// The speed on so many cores as a multiple of that on one.
        func speedUp(cores: Int) -> Double {
            schedule(for: 1).seconds(threads: 1) / schedule(for: cores).seconds(threads: cores)
        }
    }

    private(set) var points: [Point] = []
    /// Empty jobs per second on two threads; nothing on a machine of one processor.
    private(set) var barriers = Rounds()

    /// Seconds of one of them; 0 where nobody has measured it.
    var barrier: Double { barriers.best > 0 ? 1 / barriers.best : 0 }

    /// - Parameter quick: the usual training with batches of the usual size alone, and a few steps of them
    init(_ workload: Workload, quick: Bool, progress: (String) -> Void) throws {
        let threads = min(2, Machine.processors)
        if threads > 1 { barriers = try Self.barriers(rounds: quick ? 10 : 100) }
        let others: [(Training, Int)] = [(.draws, Workload.batch), (.vampPrior, Workload.batch)]
        let wanted = Self.batches.map { (Training.usual, $0) } + others
        for (training, batch) in quick ? [wanted[0]] : wanted {
            progress("schedule: batches of \(batch), \(training.rawValue)")
            points.append(
                try Self.measure(
                    workload, training, batch: batch, threads: threads,
                    barrier: barrier, turns: quick || training != .usual ? 2 : 8))
        }
    }

    private static func barriers(rounds: Int) throws(VAEError) -> Rounds {
        let pool = WorkerPool(threads: 2, try Seating.here(workers: 2))
        let jobs = 300
        var speeds = Rounds()
        // The first wakes the threads.
        for round in 0...rounds {
            let taken = seconds { for _ in 0..<jobs { pool.run(parts: 2, with: 0) { _, _, _ in } } }
            if round > 0 { speeds.append(Double(jobs) / taken) }
        }
        return speeds
    }

    private struct Enough: Error {}

    private static func measure(
        _ workload: Workload, _ training: Training, batch: Int, threads: Int, barrier: Double, turns: Int
    ) throws -> Point {
        let set = try workload.images.cycled(to: 2 * batch)
        func trainer(_ threads: Int) throws -> Trainer {
            var model = workload.model
            model.prior = training.prior
            var plan = TrainingConfiguration(epochs: 1_000_000, batchSize: batch)
            plan.importance = training.importance
            return try Trainer(model, plan, threads: threads, products: workload.products)
        }
        let trainers = try teams.map { cores in try Trainer.planning(for: cores) { try trainer(1) } }
        let several = try trainer(threads)
        for trainer in trainers { trainer.beginRecording() }
        var (slow, fast) = (Rounds(), Rounds())
        var best = teams.map { _ in (seconds: Double.infinity, jobs: [[Double]]()) }
        /// Some steps after one that warms up: `finish` is told the seconds of each.
        func train(_ trainer: Trainer, _ finish: (Double) -> Void) throws {
            var steps = 0
            var last = ContinuousClock.now
            do {
                try trainer.fit(set) { _ in
                    let taken = (ContinuousClock.now - last) / .seconds(1)
                    if steps > 0 { finish(taken) } else { _ = trainer.takeJobs() }
                    steps += 1
                    if steps > 1024 / batch + 2 { throw Enough() }
                    last = .now
                }
            } catch is Enough {}
        }
        for _ in 0..<turns {
            for (team, trainer) in trainers.enumerated() {
                try train(trainer) { seconds in
                    if team == 0 { slow.append(Double(batch) / seconds) }
                    let jobs = trainer.takeJobs()
                    if seconds < best[team].seconds { best[team] = (seconds, jobs) }
                }
                // Beside the steps on one thread, so that the machine is the same.
                if team == 0, threads > 1 { try train(several) { fast.append(Double(batch) / $0) } }
            }
        }
        let schedules = best.map { seconds, jobs in
            let parts = jobs.reduce(0) { $0 + $1.reduce(0, +) }
            return StepSchedule(jobs: jobs, serial: max(0, seconds - parts), barrier: barrier)
        }
        return Point(
            training: training, batch: batch, shards: trainers[0].shardCount,
            schedules: Dictionary(uniqueKeysWithValues: zip(teams, schedules)),
            oneThread: slow, severalThreads: fast, threads: several.threads)
    }
}
