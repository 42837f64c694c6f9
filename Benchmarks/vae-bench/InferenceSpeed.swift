import VAE
import VAECore
import VAEEvaluation

/// The speed at which a model that need not be trained encodes images and decodes latents, through the calls that users have.
struct InferenceSpeed {
    enum Task: String, CaseIterable {
        case encode, decode
        /// The importance-weighted likelihood: an image is a draw of z, decoded and weighed.
        case weigh
    }

    /// K: draws for each image whose likelihood is estimated.
    static let draws = 64

    struct Point {
        let task: Task
        let threads: Int
        /// Images of one call.
        let images: Int
        /// Operations of the products for one image.
        let flop: Int
        /// Images per second of each call after the first.
        var speeds = Rounds()
    }

    private(set) var points: [Point] = []

    /// - Parameter threads: the most; one thread is measured too
    init(_ workload: Workload, threads: Int, quick: Bool, progress: (String) -> Void) throws {
        let model = try VariationalAutoencoder(workload.model, products: workload.products)
        let images = try workload.images.cycled(to: quick ? 256 : 4096)
        let latents = try model.encode(images, threads: threads).mean
        let weighed = images.slice(0..<images.count / Self.draws)
        let topology = try Topology(workload.model)
        for team in threads > 1 ? [1, threads] : [1] {
            for task in Task.allCases {
                progress("\(task.rawValue) on \(count(team, "thread"))")
                let flop = topology.forwardFlop(task == .encode ? topology.encoder : topology.decoder)
                var point = Point(task: task, threads: team, images: images.count, flop: flop)
                for call in 0...(quick ? 2 : 5) {
                    let taken = try seconds {
                        switch task {
                        case .encode: _ = try model.encode(images, threads: team)
                        case .decode: _ = try model.decode(latents, threads: team)
                        case .weigh:
                            _ = try model.logLikelihood(of: weighed, samples: Self.draws, threads: team)
                        }
                    }
                    if call > 0 { point.speeds.append(Double(images.count) / taken) }
                }
                points.append(point)
            }
        }
    }
}
