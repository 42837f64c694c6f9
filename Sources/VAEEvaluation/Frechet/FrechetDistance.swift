import VAECore

/// The Fréchet distance between images drawn from the prior and test images: that of Gaussians fitted to both in a space of features.
///
/// **The features** are the coordinates along the leading principal components of the training images' pixels (64 where there are so many), not
/// whitened. They depend on the data alone, never on the model: in a model's own latent space every model would be measured with
/// another rule, and draws from the prior are best where the encoder ignores the images. Unit: squared pixel values an image, pixel values in [0, 1].
/// By Gelbrich's bound (1990) it is no more than the squared 2-Wasserstein distance between the images themselves.
///
/// **Samples** should be what the images are: where those are black and white, or have a Gaussian's noise, draws of each pixel and not
/// their means, which lack the variance of single pixels. `Evaluation` takes such.
///
/// **Comparable with** the same distance of other models on the same training and test images, with as many features and images on
/// each side: a model is as good as the data by this measure when its distance reaches `floor`, that between training and test images.
/// Fewer images make all distances larger, and the floor with them.
///
/// **Not comparable with** the Fréchet Inception distance (FID; Heusel and others 2017), which uses features of a network
/// that was trained on photographs, nor with distances on other data. It sees means and covariances of large-scale
/// structure only: images that are blurred lose little by it, as blur takes away variance in components with little of it.
public struct FrechetDistance: Sendable, Hashable, Codable {
    /// Between draws from the prior and test images.
    public let samples: Double
    /// Between training and test images: what another draw of the same data has.
    public let floor: Double
    /// Dimensions of the feature space.
    public let features: Int
    /// The share of the training images' variance that the features hold, 0 to 1.
    public let varianceShare: Double
    /// Images on each side of each distance.
    public let images: Int

    /// Principal components that images are described by.
    public static let defaultFeatures = 64

    /// Both distances. The sets are brought to the number of images of the smallest: the first of the samples, evenly spaced ones of the others. O(n · pixels²).
    ///
    /// - Parameters:
    ///   - samples: (n, height, width, channels), values in [0, 1], such as `model.sample(test.count)` for grey images
    ///   - train: where the components come from, and one side of the floor
    ///   - test: the other side of both distances
    ///   - features: as many at most; fewer where images have fewer pixel values or there are fewer of them
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Throws: `invalidArgument` when `features` is not positive, shapes differ or a set has fewer than two images;
    ///   `invalidData` when a sample is not finite; `unavailable` without memory enough.
    public init(
        samples: [Float], train: ImageSet, test: ImageSet, features: Int = defaultFeatures,
        threads: Int = Machine.physicalCores
    ) throws(VAEError) {
        let size = train.shape.count
        guard samples.count.isMultiple(of: size), samples.count >= 2 * size else {
            throw VAEError(
                .invalidArgument, "samples", "are not two or more whole images",
                expected: "a multiple of \(size) values", found: "\(samples.count)")
        }
        guard features >= 1 else {
            throw VAEError(
                .invalidArgument, "features", "are out of range", expected: "1 or more", found: "\(features)")
        }
        let images = min(samples.count / size, train.count, test.count)
        let space = try PrincipalComponents(
            fittedTo: train, components: max(1, min(features, size, train.count - 1)), threads: threads)
        func moments(_ features: Points) throws(VAEError) -> GaussianMoments {
            try GaussianMoments(of: features, threads: threads)
        }
        let reference = try moments(space.encode(test.evenlySpaced(images), threads: threads))
        let drawn = try moments(space.encode(values: Array(samples.prefix(images * size)), threads: threads))
        let known = try moments(space.encode(train.evenlySpaced(images), threads: threads))
        self.samples = try drawn.frechetDistance(to: reference)
        floor = try known.frechetDistance(to: reference)
        self.features = space.components
        varianceShare = space.varianceShare
        self.images = images
    }
}
