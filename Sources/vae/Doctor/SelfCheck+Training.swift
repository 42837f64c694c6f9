import Kernels
import ReferenceKernels
import Synchronization
import VAE
import VAECore
import VAEData

extension SelfCheck {
    /// The gradient of the loss by the weights, as a trainer steps along it, tensor by tensor.
    typealias Gradient = (
        _ model: ModelConfiguration, _ images: ImageSet, _ threads: Int, _ products: Products
    ) throws -> (weights: [VariationalAutoencoder.Weight], gradient: [[Float]])

    /// The gradients of the default model, all of its layers, by tiles and by OpenBLAS, against finite differences of the loss.
    ///
    /// The loss is that of the reference loops in Double, which share nothing with the engine. For each tensor one direction of random
    /// signs s is walked by h both ways: (L(w + h·s) − L(w − h·s)) / 2h against g·s. An error e of the gradient shows
    /// there as e·s, which is about ‖e‖. Measured is the largest difference in units of ‖g‖. Single precision takes about 1e-6 of
    /// it, and the last digits of Double, over so short a step, up to 5e-5; a wrong tap, a lost image or a wrong sign make
    /// 1e-2 and more.
    static func gradients(
        threads: Int, _ gradient: Gradient = SelfCheck.engineGradient
    ) throws -> SelfCheck {
        let model = ModelConfiguration()
        // Noise: behind black pixels and biases that are still 0, rectifiers are at their corners, and have no slope there.
        var random = RandomStream(seed: 2, purpose: .initialWeights)
        let images = try ImageSet(
            shape: model.imageShape,
            pixels: (0..<2 * model.imageShape.count).map { _ in UInt8(1 + random.index(below: 255)) })
        // All ways of multiplying begin with the same weights.
        let found = try Products.allCases.map { try gradient(model, images, threads, $0) }
        let loss = try ReferenceLoss(model, images, found[0].weights)
        let shared = Mutex([Double](repeating: .nan, count: found[0].weights.count))
        WorkerPool(threads: threads).run(parts: found[0].weights.count) { _, tensor in
            let error = loss.error(of: found.map { $0.gradient[tensor] }, tensor: tensor)
            shared.withLock { $0[tensor] = error }
        }
        let errors = shared.withLock { $0 }
        return SelfCheck(
            "gradients", "of their size off finite differences, the worst of \(errors.count) tensors",
            measured: errors.reduce(0, worst), bound: 3e-4)
    }

    /// The gradient of the loss on the images, as the trainer computes it.
    static func engineGradient(
        _ model: ModelConfiguration, _ images: ImageSet, _ threads: Int, _ products: Products
    ) throws -> (weights: [VariationalAutoencoder.Weight], gradient: [[Float]]) {
        let trainer = try Trainer(
            model, TrainingConfiguration(batchSize: images.count), threads: threads, products: products)
        return (trainer.model.weights, try trainer.gradient(of: images).gradient)
    }

    /// Trainings of a few steps on 1, 2 and 3 threads: how many weights do not have the same bits.
    static func threads(
        _ train: (_ images: ImageSet, _ threads: Int) throws -> [Float] = { images, threads in
            try Trainer.oversubscribing {
                try Trainer(ModelConfiguration(), TrainingConfiguration(epochs: 1), threads: threads)
                    .fit(images).weights.flatMap(\.values)
            }
        }
    ) throws -> SelfCheck {
        // Four whole batches and one of 44, which shards do not divide evenly.
        let images = try SyntheticDigits.dataset(trainCount: 556, testCount: 0).train
        let weights = try [1, 2, 3].map { try train(images, $0) }
        let different = weights[0].indices.count { index in
            weights.contains { $0[index].bitPattern != weights[0][index].bitPattern }
        }
        return SelfCheck(
            "threads", "weights differ after 5 steps on 1, 2 and 3 threads", measured: Double(different),
            bound: 0
        )
    }
}

/// The loss of a few images by the reference's loops in Double, to differentiate.
private struct ReferenceLoss {
    private let model: ReferenceModel
    private let pixels: [Double]
    private let noise: [Double]
    private let weights: [[Double]]

    /// The length of a step: short, so that no rectifier's corner lies within it, where the slope is another on either side.
    private static let step = 1e-8

    init(
        _ model: ModelConfiguration, _ images: ImageSet, _ weights: [VariationalAutoencoder.Weight]
    ) throws(VAEError) {
        self.model = try ReferenceModel(model)
        // The same Float as the engine scales a pixel to.
        pixels = try images.pixels.map { Double(Float($0) / 255) }
        var noise: [Double] = []
        for image in 0..<images.count {
            var stream = RandomStream(seed: 0, purpose: .trainingNoise, epoch: 1, item: image)
            var values: [Float] = []
            while values.count < model.latentSize {
                let pair = stream.normalPair()
                values += [pair.x, pair.y]
            }
            noise += values.prefix(model.latentSize).map(Double.init)
        }
        self.noise = noise
        self.weights = weights.map { $0.values.map(Double.init) }
    }

    /// |(L(w + h·s) − L(w − h·s)) / 2h − g·s| / ‖g‖ for random signs s of one tensor, the largest of several gradients g.
    func error(of gradients: [[Float]], tensor: Int) -> Double {
        let generator = Philox4x32(key: SIMD2(UInt32(tensor), 1))
        let signs = gradients[0].indices.map { index in
            generator.block(at: SIMD4(UInt32(index), 0, 0, 0))[0] & 1 == 0 ? 1.0 : -1.0
        }
        let step = Self.step / Double(signs.count).squareRoot()
        func terms(_ step: Double) -> [Double] {
            var weights = weights
            for index in signs.indices { weights[tensor][index] += step * signs[index] }
            let pass = model.run(pixels, noise: noise, parameters: weights, backward: false)
            return pass.klDivergence
                + Reference.bernoulliLoss(logits: pass.output, targets: pixels, count: pixels.count)
        }
        // The terms' differences are added up, not the terms: a thousand nats would cover the digits that tell the two apart.
        let difference = zip(terms(step), terms(-step)).reduce(0) { $0 + ($1.0 - $1.1) }
        let slope =
            difference / Double(noise.count / model.topology.plan.values[model.topology.z].count) / (2 * step)
        let errors = gradients.map { gradient in
            let along = zip(gradient, signs).reduce(0) { $0 + Double($1.0) * $1.1 }
            let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            return abs(slope - along) / norm
        }
        return errors.reduce(0, worst)
    }
}
