import Kernels
import ReferenceKernels
import VAE
import VAECore
import VAEData

/// The work that every measurement does: the default model on the same images in batches of the same size; with another likelihood where
/// that was asked for.
struct Workload {
    let model: ModelConfiguration
    /// The engine that computes the products.
    let products: Products
    /// Images of an optimiser step.
    static let batch = 128
    let images: ImageSet
    /// The origin of the images, as a phrase.
    let source: String
    /// Operations to train on one image.
    let flopPerImage: Int
    let parameterCount: Int
    /// The model on direct loops.
    let reference: ReferenceModel

    /// - Parameters:
    ///   - folder: IDX files, or nil for the built-in digits
    ///   - count: images to take; all there are when the folder has fewer
    ///   - likelihood: the model's
    init(
        folder: String?, count: Int, products: Products, likelihood: Likelihood = .bernoulli
    ) throws(VAEError) {
        self.products = products
        var model = ModelConfiguration()
        model.likelihood = likelihood
        self.model = model
        let data =
            if let folder {
                try Dataset(contentsOf: folder).limited(to: count)
            } else {
                try SyntheticDigits.dataset(trainCount: count, testCount: 0)
            }
        guard data.train.shape == model.imageShape else {
            throw VAEError(
                .invalidData, data.source, "has images of another size than the model that is timed",
                expected: "\(model.imageShape)", found: "\(data.train.shape)")
        }
        guard data.train.count >= Self.batch else {
            throw VAEError(
                .invalidData, data.source, "has too few images", expected: "\(Self.batch) or more",
                found: "\(data.train.count)")
        }
        images = data.train
        source = data.source
        flopPerImage = try Topology(model).trainingFlop
        reference = try ReferenceModel(model)
        parameterCount = try VariationalAutoencoder(model).parameterCount
    }

    /// The first batch as the reference takes it.
    func firstBatch() throws(VAEError) -> ReferenceBatch { try ReferenceBatch(self, images: 0..<Self.batch) }
}

/// Images, and the noise that the trainer with seed 0 gives them in its first epoch.
struct ReferenceBatch {
    let count: Int
    /// Values in [0, 1], unrounded.
    let pixels: [Double]
    let noise: [Float]

    init(_ workload: Workload, images: Range<Int>) throws(VAEError) {
        count = images.count
        let set = workload.images.slice(images)
        pixels = try set.pixels.map { Double($0) / 255 }
        let latent = workload.model.latentSize
        var noise: [Float] = []
        for image in images {
            var stream = RandomStream(seed: 0, purpose: .trainingNoise, epoch: 1, item: image)
            var values: [Float] = []
            while values.count < latent {
                let pair = stream.normalPair()
                values += [pair.x, pair.y]
            }
            noise += values.prefix(latent)
        }
        self.noise = noise
    }
}
