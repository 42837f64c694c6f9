import VAE
import VAECore

/// The training speed by the number of threads and the sizes of the problem: one of them varies, the others stay.
struct ScalingSpeed {
    /// The quantity that varies.
    enum Axis: String {
        case threads, batch
        case imageSize = "image_size"
        case latentSize = "latent_size"
    }

    struct Point {
        let axis: Axis
        let threads: Int
        /// Threads that had work.
        var workers = 0
        var batch = Workload.batch
        var model = ModelConfiguration()
        /// Operations to train on one image.
        var flop = 0
        /// Seconds from making the trainer to the end of its first step.
        var firstStep = 0.0
        /// Images per second of each step after the first.
        var training = Rounds()
    }

    private(set) var points: [Point] = []

    /// - Parameter quick: a step or a few rather than a second of them, and smaller batches of large images
    init(_ workload: Workload, threads: Int, quick: Bool, progress: (String) -> Void) throws {
        var wanted = Self.teams(cores: Machine.physicalCores).map {
            Point(axis: .threads, threads: $0, model: workload.model)
        }
        for batch in [32, 128, 512] {
            wanted.append(Point(axis: .batch, threads: threads, batch: batch, model: workload.model))
        }
        for scale in [1, 2, 4] {
            var model = workload.model
            let shape = model.imageShape
            model.imageShape = ImageShape(
                height: scale * shape.height, width: scale * shape.width, channels: shape.channels)
            wanted.append(
                Point(
                    axis: .imageSize, threads: threads, batch: quick ? 32 : Workload.batch, model: model))
        }
        for latent in [2, 16, 64] {
            var model = workload.model
            model.latentSize = latent
            wanted.append(Point(axis: .latentSize, threads: threads, model: model))
        }
        for (index, point) in wanted.enumerated() {
            progress("scaling: \(index + 1) of \(wanted.count)")
            points.append(try Self.measure(point, workload, atLeast: quick ? 0 : 1))
        }
    }

    /// 1, 2, 4 … up to the cores, the cores, and twice as many, which should gain nothing.
    static func teams(cores: Int) -> [Int] {
        var teams: [Int] = []
        var size = 1
        while size < cores {
            teams.append(size)
            size *= 2
        }
        return teams + [cores, 2 * cores]
    }

    private struct Enough: Error {}

    /// Trains for `minimum` seconds, but for a step at least, after one to warm up.
    private static func measure(
        _ wanted: Point, _ workload: Workload, atLeast minimum: Double
    ) throws -> Point {
        var point = wanted
        let images = workload.images
        let scale = point.model.imageShape.height / images.shape.height
        // Two batches over and over: the speed does not depend on what the images show.
        let set = try images.cycled(to: 2 * point.batch).enlarged(by: scale)
        point.flop = try Topology(point.model).trainingFlop
        let start = ContinuousClock.now
        let trainer = try Trainer(
            point.model, TrainingConfiguration(epochs: 1_000_000, batchSize: point.batch),
            threads: point.threads, products: workload.products)
        point.workers = trainer.threads
        var last: ContinuousClock.Instant?
        var spent = 0.0
        do {
            try trainer.fit(set) { step in
                let now = ContinuousClock.now
                if let last {
                    let seconds = (now - last) / .seconds(1)
                    spent += seconds
                    point.training.append(Double(point.batch) / seconds)
                } else {
                    point.firstStep = (now - start) / .seconds(1)
                }
                if spent >= minimum && !point.training.speeds.isEmpty { throw Enough() }
                last = .now
            }
        } catch is Enough {}
        return point
    }
}

extension ImageSet {
    /// `count` images: these, over and over, without their labels.
    func cycled(to count: Int) throws(VAEError) -> ImageSet {
        try selecting((0..<count).map { $0 % self.count }).labelled(nil)
    }

    /// Each pixel as a square of `scale` by `scale`, without the labels.
    func enlarged(by scale: Int) throws(VAEError) -> ImageSet {
        guard scale > 1 else { return self }
        let row = shape.width * shape.channels
        let pixels = try pixels
        var large: [UInt8] = []
        large.reserveCapacity(pixels.count * scale * scale)
        for start in stride(from: 0, to: pixels.count, by: row) {
            var line: [UInt8] = []
            for pixel in stride(from: start, to: start + row, by: shape.channels) {
                for _ in 0..<scale { line += pixels[pixel..<pixel + shape.channels] }
            }
            for _ in 0..<scale { large += line }
        }
        let size = ImageShape(
            height: scale * shape.height, width: scale * shape.width, channels: shape.channels)
        return try ImageSet(shape: size, pixels: large)
    }
}
