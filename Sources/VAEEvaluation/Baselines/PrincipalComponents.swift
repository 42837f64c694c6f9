import Kernels
import VAECore

/// Principal component analysis of images' pixels: the linear baseline of a variational autoencoder with as many dimensions.
///
/// Codes are coordinates along the orthonormal axes of largest variance about the training images' mean; of all linear codes with so many
/// numbers they have the least squared error on the training images (Pearson 1901; Eckart and Young 1936).
public struct PrincipalComponents: Sendable {
    /// Height, width and channels of the images it was fitted to.
    public let shape: ImageShape
    /// The training images' mean, (shape.count), values in [0, 1].
    public let mean: [Float]
    /// (components, shape.count): unit vectors, the one of largest variance first, each with its largest entry positive, so that signs do
    /// not depend on the LAPACK in use. One along which the training images do not vary may be zero.
    public let axes: [Float]
    /// The training images' variance along each axis (n − 1 degrees of freedom), in squared pixel values.
    public let variances: [Double]
    /// The training images' variance along all axes there are.
    public let totalVariance: Double
    /// The number of training images that the axes come from: all of them, but where that is stated at `init`.
    public let imagesUsed: Int

    /// The number of axes.
    public var components: Int { variances.count }

    /// The share of the variance that the axes hold, 0 to 1.
    public var varianceShare: Double {
        totalVariance > 0 ? min(variances.reduce(0, +) / totalVariance, 1) : 1
    }

    /// Images with more pixel values than this are analysed by their inner products.
    package static let pixelLimit = 4096
    /// The most images whose inner products are taken.
    package static let gramLimit = 2048
    /// Values of images that are not in memory, of which evenly spaced ones are read.
    private static let valuesAtOnce = 1 << 26

    /// Finds the axes by LAPACK's `dsyevd`.
    ///
    /// - With up to `pixelLimit` pixel values, and no fewer images than values: from the covariance, in Double; O(n · d² + d³).
    /// - Else from the inner products of all pairs of images, of `gramLimit` evenly spaced ones if there are more (`imagesUsed` says so); O(n² · d + n³).
    /// - Of images that are not in memory as many evenly spaced ones are read as make 64 MiB of bytes.
    ///
    /// The same bits for any number of threads.
    ///
    /// - Parameters:
    ///   - images: what to fit to
    ///   - components: 1 to the number of pixel values, and below the number of images
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Throws: `invalidArgument` when `components` is out of range; `unavailable` without memory enough.
    public init(
        fittedTo images: ImageSet, components: Int, threads: Int = Machine.physicalCores
    ) throws(VAEError) {
        let size = images.shape.count
        let byPixels = size <= Self.pixelLimit && size <= images.count
        let most =
            images.isInMemory ? Int.max : max(Self.gramLimit, Self.valuesAtOnce / size)
        let images = images.evenlySpaced(byPixels ? most : Self.gramLimit)
        guard components >= 1, components <= min(size, images.count - 1) else {
            throw VAEError(
                .invalidArgument, "principal components", "are out of range",
                expected: images.count > 1
                    ? "1 to \(min(size, images.count - 1)), for \(images.count) images of \(size) values"
                    : "two training images or more",
                found: "\(components)")
        }
        let pool = try makePool(threads)
        let values = try images.values
        let mean = try PixelwiseMean.sums(images).map { $0 / Double(images.count) }
        var scatter =
            byPixels ? values.scatter(about: mean, pool) : values.gram(about: mean, pool)
        for index in scatter.indices { scatter[index] /= Double(images.count - 1) }
        let order = byPixels ? size : images.count
        totalVariance = (0..<order).reduce(0) { $0 + scatter[$1 * order + $1] }
        let eigen = try factorising("the images' covariance") { () throws(FactorizationError) in
            try SymmetricEigen(scatter, size: order)
        }
        shape = images.shape
        imagesUsed = images.count
        variances = eigen.values.prefix(components).map { max($0, 0) }
        let vectors = Array(eigen.vectors.prefix(components))
        let floats = mean.map(Float.init)
        axes = Self.signed(
            byPixels ? vectors : try Self.lift(vectors, eigen.values, images, floats, pool), size: size)
        self.mean = floats
    }

    /// The axes of the pixels from those of the images: Σᵢ uᵢ (xᵢ − mean), made a unit vector.
    private static func lift(
        _ vectors: [[Double]], _ values: [Double], _ images: ImageSet, _ mean: [Float], _ pool: WorkerPool
    ) throws(VAEError) -> [[Double]] {
        let (size, count) = (mean.count, vectors.count)
        let failure: FirstError
        let axes: [[Double]]
        (axes, failure) = try allocating { () throws(OutOfMemory) in
            let blocks = try PixelBlocks(images, mean, workers: 1)
            let left = try FloatStorage(count: count * blocks.imagesAtOnce)
            let result = try FloatStorage(count: count * size)
            for part in 0..<blocks.parts {
                let (block, range) = blocks.load(part, worker: 0)
                for (row, image) in range.enumerated() {
                    for axis in 0..<count { left.region[row * count + axis] = Float(vectors[axis][image]) }
                }
                multiply(
                    Matrix(left.region, rows: range.count, columns: count).transposed,
                    Matrix(block, rows: range.count, columns: size),
                    into: Matrix(result.region, rows: count, columns: size), accumulating: true)
            }
            let sums = result.region.array()
            let axes = withExtendedLifetime((left, result)) {
                (0..<count).map { axis -> [Double] in
                    let row = sums[axis * size..<(axis + 1) * size].map(Double.init)
                    // A direction without variance is rounding, which would be blown up to a unit vector.
                    let isEmpty = values[axis] <= values[0] * 1e-12
                    let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
                    return row.map { isEmpty || length == 0 ? 0 : $0 / length }
                }
            }
            return (axes, blocks.failure)
        }
        try failure.rethrow()
        return axes
    }

    private static func signed(_ vectors: [[Double]], size: Int) -> [Float] {
        vectors.flatMap { vector in
            let largest = vector.max { abs($0) < abs($1) } ?? 0
            return vector.map { Float(largest < 0 ? -$0 : $0) }
        }
    }
}
