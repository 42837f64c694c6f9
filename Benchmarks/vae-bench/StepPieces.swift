import Kernels
import VAE
import VAECore

/// What a training step does outside its layers, cut into pieces that run on memory of their own.
final class StepPieces {
    let pieces: [Piece]
    /// Keeps the regions of the pieces alive.
    private let storages: [FloatStorage]

    init(_ workload: Workload, microBatches: Int) throws(OutOfMemory) {
        let images = Trainer.microBatch
        let (pixels, latents) = (workload.model.imageShape.count, images * workload.model.latentSize)
        let (set, latent, parameters) = (workload.images, workload.model.latentSize, workload.parameterCount)
        let parts = Trainer.gradients(ofBatch: Workload.batch)
        var storages: [FloatStorage] = []
        var stream = RandomStream(seed: 0, purpose: .initialWeights)
        func region(_ count: Int, from low: Float = -0.05, to high: Float = 0.05) throws(OutOfMemory)
            -> FloatRegion
        {
            let storage = try FloatStorage(count: count)
            storages.append(storage)
            for index in 0..<count { storage.region[index] = low + (high - low) * stream.uniform() }
            return storage.region
        }

        let (targets, noise) = (try region(images * pixels, from: 0, to: 1), try region(latents))
        let load = Piece(name: "pixels, noise", direction: .step, timesPerStep: microBatches) {
            for image in 0..<images {
                Pixels.scale(
                    set.pixels.span, range: image * pixels..<(image + 1) * pixels,
                    into: targets[image * pixels..<(image + 1) * pixels])
                var stream = RandomStream(seed: 0, purpose: .trainingNoise, epoch: 1, item: image)
                stream.fillNormal(noise[image * latent..<(image + 1) * latent])
            }
        }
        let (logits, gradient) = (try region(images * pixels, from: -4, to: 4), try region(images * pixels))
        let sums = try region(images)
        let loss = Piece(name: "loss", direction: .step, timesPerStep: microBatches) {
            Bernoulli.loss(
                logits: logits, targets: targets, count: images, losses: sums, gradient: gradient,
                scale: 1 / Float(Workload.batch))
        }
        let (mean, logVariance, z) = (try region(latents), try region(latents), try region(latents))
        let (meanGradient, logVarianceGradient) = (try region(latents), try region(latents))
        let sample = Piece(name: "latent", direction: .step, timesPerStep: microBatches) {
            GaussianLatent.sample(mean: mean, logVariance: logVariance, noise: noise, into: z)
            GaussianLatent.divergence(mean: mean, logVariance: logVariance, count: images, into: sums)
            GaussianLatent.backward(
                zGradient: z, mean: mean, logVariance: logVariance, noise: noise,
                weight: 1 / Float(Workload.batch), meanGradient: meanGradient,
                logVarianceGradient: logVarianceGradient)
        }
        let (weights, gradients) = (try region(parameters), try region(parameters * parts))
        let (first, second) = (try region(parameters), try region(parameters, from: 0, to: 0.01))
        let settings = TrainingConfiguration()
        let adam = Adam(
            learningRate: Float(settings.learningRate), beta1: Float(settings.beta1),
            beta2: Float(settings.beta2), epsilon: Float(settings.epsilon))
        let update = Piece(name: "sum of gradients, Adam", direction: .step, timesPerStep: 1) {
            adam.update(
                weights, gradients: gradients, parts: parts, firstMoment: first, secondMoment: second,
                range: 0..<parameters, step: 100)
        }
        pieces = [load, sample, loss, update]
        self.storages = storages
    }
}
