import VAECore

/// The results of simpler models on the same images, so that one sees what a variational autoencoder bought.
public struct Baselines: Sendable, Hashable, Codable {
    /// Principal components, as many as the model has latent dimensions.
    public let principalComponents: Linear
    /// One image for all: the pixelwise mean of the training images.
    public let pixelwiseMean: ReconstructionErrors
    /// The bound that no model of independent pixels can go below, in nats an image: `GreyEntropy`.
    public let greyEntropy: Estimate

    /// Principal component analysis of the pixels.
    public struct Linear: Sendable, Hashable, Codable {
        /// Axes of the linear code.
        public let components: Int
        /// The share of the training images' variance that the components hold, 0 to 1.
        public let varianceShare: Double
        /// The number of training images that the components come from.
        public let imagesUsed: Int
        /// On the test images.
        public let errors: ReconstructionErrors
        /// The classification of the test images' codes by those of the training images; nil without labels of two or more classes,
        /// and where there are fewer training images than neighbours.
        public let nearestNeighbours: Classification?
        /// The same by a linear discriminant; nil without more images than classes, or where all codes are in one place.
        public let linear: Classification?
    }

    /// Fits the baselines to the training images and measures them on the test images. O(train · pixels² + train · test · components).
    ///
    /// - Parameters:
    ///   - train: what the baselines are fitted to
    ///   - test: what they are measured on; with labels in both sets, as classifiers too
    ///   - components: the model's latent dimensions
    ///   - neighbours: voters of `NearestNeighbours`
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Throws: `invalidArgument` when there are no images, shapes differ, or `components` is out of range;
    ///   `unavailable` without memory enough.
    public init(
        train: ImageSet, test: ImageSet, components: Int,
        neighbours: Int = NearestNeighbours.defaultNeighbours, threads: Int = Machine.physicalCores
    ) throws(VAEError) {
        let space = try PrincipalComponents(fittedTo: train, components: components, threads: threads)
        let codes = try space.encode(test, threads: threads)
        let errors = try ReconstructionErrors(on: test) { (part) throws(VAEError) in
            try space.decode(space.encode(part, threads: threads), threads: threads)
        }
        var (nearest, linear): (Classification?, Classification?)
        // What classes ask for, such as as many images as neighbours, the components do not.
        func attempt(_ classify: () throws(VAEError) -> Classification) throws(VAEError) -> Classification? {
            do throws(VAEError) { return try classify() } catch {
                if error.kind == .unavailable { throw error }
                return nil
            }
        }
        if let labels = train.labels, test.labels != nil, Set(labels).count > 1 {
            let known = try space.encode(train, threads: threads)
            nearest = try attempt { () throws(VAEError) in
                try NearestNeighbours(fittedTo: known, neighbours: neighbours)
                    .classification(of: codes, threads: threads)
            }
            linear = try attempt { () throws(VAEError) in
                try LinearDiscriminant(fittedTo: known, threads: threads).classification(of: codes)
            }
        }
        principalComponents = Linear(
            components: components, varianceShare: space.varianceShare, imagesUsed: space.imagesUsed,
            errors: errors, nearestNeighbours: nearest, linear: linear)
        pixelwiseMean = try PixelwiseMean(fittedTo: train).errors(on: test)
        greyEntropy = try GreyEntropy.of(test)
    }
}
