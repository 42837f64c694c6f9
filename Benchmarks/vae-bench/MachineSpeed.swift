import Kernels
import VAE
import VAECore

/// The speed-up that several machines have, a rank of the training on each, by the jobs of a rank's step and a wire between them.
///
/// A rank's step is recorded here on one thread, cut as for the cores of its machine: its shards and the sum of their gradients, the optimiser's
/// step on the parameters that it owns, the packing of all kernels. Its jobs are dealt out as ``StepSchedule`` does.
///
/// The wire adds three latencies, of whether all go on, the sums of gradients and the parameters, and 8 P (R − 1)/R bytes at its rate, for P
/// parameters and R ranks: what a rank sends, while as much arrives. Nothing of it goes on while the rank computes.
struct MachineSpeed {
    static let machines = [1, 2, 4, 8, 16, 64]
    /// Of each machine.
    static let cores = 16
    static let batch = 1024

    struct Wire {
        let name: String
        let bytesPerSecond: Double
        /// Seconds.
        let latency: Double

        /// Seconds of a step.
        func seconds(parameters: Int, ranks: Int) -> Double {
            guard ranks > 1 else { return 0 }
            let bytes = 8 * Double(parameters) * Double(ranks - 1) / Double(ranks)
            return 3 * latency + bytes / bytesPerSecond
        }
    }

    static let wires = [
        Wire(name: "1 Gbit/s, 250 µs", bytesPerSecond: 1e9 / 8, latency: 250e-6),
        Wire(name: "10 Gbit/s, 25 µs", bytesPerSecond: 10e9 / 8, latency: 25e-6),
        Wire(name: "100 Gbit/s, 3 µs", bytesPerSecond: 100e9 / 8, latency: 3e-6),
    ]

    /// A model on so many machines.
    struct Point {
        let model: String
        let parameters: Int
        let machines: Int
        /// Of the fastest step of a rank, on one thread.
        let schedule: StepSchedule

        var computing: Double { schedule.seconds(threads: cores) }
        func seconds(_ wire: Wire) -> Double {
            computing + wire.seconds(parameters: parameters, ranks: machines)
        }
    }

    private(set) var points: [Point] = []

    /// - Parameters:
    ///   - barrier: seconds of a job without work on two threads
    ///   - quick: the default model alone
    init(_ workload: Workload, barrier: Double, quick: Bool, progress: (String) -> Void) throws {
        var models = [("default", workload.model)]
        // A model of pictures whose step is long beside its parameters, and many of these.
        let large = ModelConfiguration(
            imageShape: ImageShape(height: 64, width: 64, channels: 3), encoderFilters: [32, 64, 128, 256],
            decoderFilters: [256, 128, 64, 32], encoderUnits: [512], likelihood: .gaussianChannel,
            latentSize: 32)
        if !quick { models.append(("64×64×3", large)) }
        for (name, model) in models {
            let images = try Self.images(workload, model.imageShape)
            let parameters = try VariationalAutoencoder(model).parameterCount
            for machines in Self.machines {
                progress("machines: \(name), \(machines)")
                let schedule = try Self.measure(
                    model, images, machines, products: workload.products, barrier: barrier,
                    turns: quick || name != "default" ? 1 : 8)
                points.append(
                    Point(model: name, parameters: parameters, machines: machines, schedule: schedule))
            }
        }
    }

    /// The speed as a multiple of that of one machine.
    func speedUp(_ point: Point, _ wire: Wire) -> Double {
        guard let one = points.first(where: { $0.model == point.model && $0.machines == 1 }) else { return 0 }
        return one.seconds(wire) / point.seconds(wire)
    }

    /// Two batches of some shape: the speed does not depend on what they show.
    private static func images(_ workload: Workload, _ shape: ImageShape) throws -> ImageSet {
        if shape == workload.images.shape { return try workload.images.cycled(to: 2 * batch) }
        let pixels = try workload.images.pixels
        return try ImageSet(
            shape: shape, pixels: (0..<2 * batch * shape.count).map { pixels[$0 % pixels.count] })
    }

    private struct Enough: Error {}

    /// A rank's fastest step of some.
    private static func measure(
        _ model: ModelConfiguration, _ images: ImageSet, _ machines: Int, products: Products,
        barrier: Double, turns: Int
    ) throws -> StepSchedule {
        let mirror = machines > 1 ? MirroredRanks(machines) : nil
        let trainer = try Trainer.planning(for: cores) {
            try Trainer(
                model, TrainingConfiguration(epochs: 1_000_000, batchSize: batch), threads: 1,
                products: products, ranks: mirror)
        }
        trainer.beginRecording()
        var best: (seconds: Double, jobs: [[Double]])?
        var (steps, last) = (0, ContinuousClock.now)
        do {
            try trainer.fit(images) { _ in
                let taken = (ContinuousClock.now - last) / .seconds(1) - (mirror?.takeSeconds() ?? 0)
                let jobs = trainer.takeJobs()
                // The first warms up.
                if steps > 0, taken < best?.seconds ?? .infinity { best = (taken, jobs) }
                steps += 1
                if steps > turns { throw Enough() }
                last = .now
            }
        } catch is Enough {}
        guard let best else { return StepSchedule(jobs: [], serial: 0, barrier: barrier) }
        let parts = best.jobs.reduce(0) { $0 + $1.reduce(0, +) }
        return StepSchedule(jobs: best.jobs, serial: max(0, best.seconds - parts), barrier: barrier)
    }
}

/// The other ranks of a training of which there is one alone, to see what its own step takes: each says what this one says.
private final class MirroredRanks: Communicator, @unchecked Sendable {
    let rank = 0
    let count: Int
    /// Seconds that the mirror has taken.
    private var spent = 0.0

    init(_ count: Int) { self.count = count }

    func takeSeconds() -> Double {
        defer { spent = 0 }
        return spent
    }

    func exchange(_ messages: [RankMessage]) {
        let start = ContinuousClock.now
        for peer in 1..<count {
            let sent = messages.filter { $0.peer == peer && $0.isSent }.map(\.region)
            let places = messages.filter { $0.peer == peer && !$0.isSent }.map(\.region)
            for (place, said) in zip(places, sent) where said.count > 0 {
                let length = min(place.count, said.count)
                place.prefix(length).copy(from: said.prefix(length))
                // Of which it has more: like the last.
                place[length..<place.count].fill(with: said[said.count - 1])
            }
        }
        spent += (ContinuousClock.now - start) / .seconds(1)
    }

    func send(_ bytes: [UInt8], to rank: Int) {}
    func receive(from rank: Int) -> [UInt8] { [] }
}
