import Foundation
import Kernels
import VAECore

/// Classes by linear discriminant analysis (Fisher 1936; Rao 1948): every class a Gaussian, all with one covariance.
///
/// The score of class c is ln πc + xᵀΣ⁻¹μc − ½ μcᵀΣ⁻¹μc, with πc its share of the training points, μc its mean and Σ the pooled
/// covariance within classes (n − classes degrees of freedom); the largest score wins, of equal ones that of the lower label.
/// Σ is factorised by Cholesky (LAPACK `dpotrf`).
///
/// Where Σ is singular, and only there, `singularShrinkage` of it is replaced by the points' variances: dimensions that do not vary
/// within classes, or that others determine, would otherwise have no inverse. `shrinkage` says so.
public struct LinearDiscriminant: Sendable {
    /// Ascending.
    public let classes: [Int]
    /// 0, or `singularShrinkage` where the covariance is singular.
    public let shrinkage: Double
    /// (classes, size): Σ⁻¹μ of each class.
    public let weights: [Double]
    /// (classes): ln π − ½ μᵀΣ⁻¹μ.
    public let offsets: [Double]
    private let size: Int
    /// The mean of all points, about which the weights are applied.
    private let centre: [Double]

    /// The share of the covariance that the points' variances take the place of, where it is singular.
    package static let singularShrinkage = 1e-6

    /// The covariance counts as singular when it has an eigenvalue up to this, in units of each dimension's standard deviation: far
    /// below what single-precision coordinates resolve (about 1e-7 of a standard deviation, 1e-14 of a variance) would be noise.
    static let singularEigenvalue = 1e-10

    /// O(points · size² + size³).
    ///
    /// - Throws: `invalidArgument` when the points have no labels, are of one class, or are no more than there are classes;
    ///   `invalidData` when they are all in one place.
    public init(fittedTo points: Points, threads: Int = Machine.physicalCores) throws(VAEError) {
        let index = ClassIndex(try points.requireLabels("a linear discriminant"))
        try index.requireSeveral("a linear discriminant")
        let (size, count, classCount) = (points.size, points.count, index.classes.count)
        guard count > classCount else {
            throw VAEError(
                .invalidArgument, "points", "are too few for a linear discriminant",
                expected: "more than the \(classCount) classes", found: "\(count)")
        }
        let pool = try makePool(threads)
        let centre = Self.means(points, ClassIndex([Int](repeating: 0, count: count)))
        let means = Self.means(points, index)
        let total = Scatter.of(points: points.coordinates, size: size, centres: centre, pool: pool)
        var within = Scatter.of(
            points: points.coordinates, size: size, centres: means, groups: index.numbers, pool: pool)

        // In units of each dimension's standard deviation; a dimension in which all points agree has none and counts for nothing.
        let deviations = (0..<size).map { (total[$0 * size + $0] / Double(count - 1)).squareRoot() }
        guard deviations.contains(where: { $0 > 0 }) else {
            throw VAEError(
                .invalidData, "points", "are all in one place", expected: "some spread",
                advice: "A model that encodes every image alike separates nothing.")
        }
        for row in 0..<size {
            for column in 0..<size {
                let scale = deviations[row] * deviations[column] * Double(count - classCount)
                within[row * size + column] =
                    scale > 0 ? within[row * size + column] / scale : row == column ? 1 : 0
            }
        }
        let eigen = try factorising("the covariance within classes") { () throws(FactorizationError) in
            try SymmetricEigen(within, size: size)
        }
        shrinkage = (eigen.values.last ?? 0) > Self.singularEigenvalue ? 0 : Self.singularShrinkage
        for row in 0..<size {
            for column in 0..<size {
                within[row * size + column] *= 1 - shrinkage
            }
            within[row * size + row] += shrinkage
        }
        let factor = try factorising("the covariance within classes") { () throws(FactorizationError) in
            try CholeskyFactor(within, size: size)
        }

        var (weights, offsets) = ([Double](), [Double]())
        for number in 0..<classCount {
            let mean = (0..<size).map { axis in
                deviations[axis] > 0
                    ? (means[number * size + axis] - centre[axis]) / deviations[axis] : 0
            }
            let solution = factor.solve(mean)
            let square = zip(mean, solution).reduce(0) { $0 + $1.0 * $1.1 }
            weights += (0..<size).map { deviations[$0] > 0 ? solution[$0] / deviations[$0] : 0 }
            offsets.append(log(Double(index.sizes[number]) / Double(count)) - 0.5 * square)
        }
        classes = index.classes
        self.size = size
        self.centre = centre
        self.weights = weights
        self.offsets = offsets
    }

    /// The class of each point. O(points · classes · size).
    /// - Throws: `invalidArgument` when the points lie in another space.
    public func predict(_ points: Points) throws(VAEError) -> [Int] {
        try points.requireSameSpace(as: size, "points")
        var centred = [Double](repeating: 0, count: size)
        return (0..<points.count).map { point in
            for axis in 0..<size {
                centred[axis] = Double(points.coordinates[point * size + axis]) - centre[axis]
            }
            var (best, winner) = (-Double.infinity, classes[0])
            for (number, label) in classes.enumerated() {
                var score = offsets[number]
                for axis in 0..<size { score += weights[number * size + axis] * centred[axis] }
                if score > best { (best, winner) = (score, label) }
            }
            return winner
        }
    }

    /// The classification of labelled points: accuracy and confusion.
    /// - Throws: `invalidArgument` when the points have no labels or lie in another space.
    public func classification(of points: Points) throws(VAEError) -> Classification {
        let actual = try points.requireLabels("an accuracy")
        return try Classification(predicted: predict(points), actual: actual)
    }

    /// The mean of each class, (classes, size).
    private static func means(_ points: Points, _ index: ClassIndex) -> [Double] {
        let size = points.size
        var means = [Double](repeating: 0, count: index.classes.count * size)
        for (point, number) in index.numbers.enumerated() {
            for axis in 0..<size {
                means[number * size + axis] += Double(points.coordinates[point * size + axis])
            }
        }
        for entry in means.indices { means[entry] /= Double(index.sizes[entry / size]) }
        return means
    }
}
