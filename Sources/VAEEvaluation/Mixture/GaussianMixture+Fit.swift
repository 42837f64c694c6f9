import Foundation
import Kernels
import VAECore

extension GaussianMixture {
    /// Fits `components` Gaussians to the points by expectation-maximisation.
    ///
    /// First guess: centres by greedy k-means++ (`MixtureSeeds`), each point given to the nearest, weights by their numbers, and for all
    /// components the pooled covariance within them. Then expectation (log-sum-exp, Cholesky by LAPACK) and maximisation in turn, in
    /// Double. No component becomes narrower in any direction than the floor: eigenvalues of a covariance below it, in units of the
    /// data's variances, are raised to it. That is the maximum under this constraint (Ingrassia and Rocci 2007), so that the likelihood
    /// never falls. A component without points keeps its place with weight 0.
    ///
    /// The same bits for any number of threads. O(iterations · points · components · size²); memory: points · components Doubles.
    ///
    /// - Parameters:
    ///   - points: what to fit to; labels are not looked at
    ///   - components: 1 to the number of different points
    ///   - options: when to stop, how narrow a component may be, and the seed of the first guess
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Throws: `invalidArgument` when an option is out of range or there are fewer different points than components;
    ///   `invalidData` when all points are in one place.
    public init(
        fittedTo points: Points, components: Int, options: Options = Options(),
        threads: Int = Machine.physicalCores
    ) throws(VAEError) {
        try Self.check(options, components, points.count)
        let pool = try makePool(threads)
        let scales = try MixtureScales(points, relativeFloor: options.relativeFloor)
        var state = try MixtureState(points, components: components, seed: options.seed, scales, pool)

        var history: [Double] = []
        var converged = false
        while true {
            let gaussians = try Self.gaussians(
                size: points.size, state.weights, state.means, state.covariances)
            let (logs, shares) = gaussians.expectation(of: points.coordinates, pool: pool)
            history.append(logs.reduce(0, +) / Double(points.count))
            if history.count > 1 {
                converged = history[history.count - 1] - history[history.count - 2] <= options.tolerance
            }
            guard !converged, history.count <= options.maximumIterations else { break }
            let moments = GroupMoments.of(
                points.coordinates, size: points.size, weights: shares, groups: components, pool: pool)
            try state.maximise(moments, count: points.count, scales)
        }
        try self.init(
            size: points.size, weights: state.weights, means: state.means, covariances: state.covariances,
            fit: Fit(
                history: history, converged: converged, floor: scales.floor,
                flooredComponents: state.isFloored.count { $0 }))
    }

    private static func check(_ options: Options, _ components: Int, _ count: Int) throws(VAEError) {
        try VAEError.require(
            "components", components >= 1 && components <= count,
            expected: "1 to \(count), the number of points", found: "\(components)")
        try VAEError.require(
            "tolerance", options.tolerance >= 0 && options.tolerance.isFinite,
            expected: "0 or more nats a point", found: "\(options.tolerance)")
        try VAEError.require("iterations", options.maximumIterations, in: 0...)
        // Far above rounding, so that a covariance at the floor has a Cholesky factor.
        try VAEError.require(
            "covariance floor", options.relativeFloor >= 1e-10 && options.relativeFloor < 1,
            expected: "1e-10 to below 1", found: "\(options.relativeFloor)")
    }
}

/// The spread of the data, which the floor of covariances is relative to.
struct MixtureScales {
    /// The standard deviation of each coordinate, or a millionth of the largest one where that is more.
    let deviations: [Double]
    let relativeFloor: Double

    /// - Throws: `invalidData` when all points are in one place.
    init(_ points: Points, relativeFloor: Double) throws(VAEError) {
        let size = points.size
        var means = [Double](repeating: 0, count: size)
        for (index, value) in points.coordinates.enumerated() { means[index % size] += Double(value) }
        for axis in 0..<size { means[axis] /= Double(points.count) }
        var squares = [Double](repeating: 0, count: size)
        for (index, value) in points.coordinates.enumerated() {
            let difference = Double(value) - means[index % size]
            squares[index % size] += difference * difference
        }
        let deviations = squares.map { ($0 / Double(points.count)).squareRoot() }
        let largest = deviations.max() ?? 0
        guard largest > 0 else {
            throw VAEError(
                .invalidData, "points", points.count == 1 ? "are a single one" : "are all in one place",
                expected: "some spread",
                advice: points.count == 1
                    ? "Fit to more images." : "A model that encodes every image alike has no clusters.")
        }
        self.deviations = deviations.map { max($0, 1e-6 * largest) }
        self.relativeFloor = relativeFloor
    }

    /// The least variance along each coordinate.
    var floor: [Double] { deviations.map { relativeFloor * $0 * $0 } }

    /// A covariance with its eigenvalues raised to the floor, in units of the data's variances, and whether any was below.
    func raised(_ covariance: [Double]) throws(VAEError) -> (covariance: [Double], isFloored: Bool) {
        let size = deviations.count
        var scaled = covariance
        for row in 0..<size {
            for column in 0..<size { scaled[row * size + column] /= deviations[row] * deviations[column] }
        }
        let eigen = try factorising("a component's covariance") { () throws(FactorizationError) in
            try SymmetricEigen(scaled, size: size)
        }
        guard (eigen.values.last ?? 0) < relativeFloor else { return (covariance, false) }
        var result = [Double](repeating: 0, count: size * size)
        for (value, vector) in zip(eigen.values, eigen.vectors) {
            for row in 0..<size {
                let factor = max(value, relativeFloor) * vector[row] * deviations[row]
                for column in 0..<size {
                    result[row * size + column] += factor * vector[column] * deviations[column]
                }
            }
        }
        return (result, true)
    }
}

/// The parameters of a mixture between two steps.
struct MixtureState {
    var weights: [Double]
    var means: [[Double]]
    var covariances: [[Double]]
    /// Whether the component's covariance was raised to the floor.
    var isFloored: [Bool]

    /// The first guess.
    /// - Throws: `invalidArgument` when there are fewer different points than components.
    init(
        _ points: Points, components: Int, seed: UInt64, _ scales: MixtureScales, _ pool: WorkerPool
    ) throws(VAEError) {
        let seeds = try MixtureSeeds(points, count: components, deviations: scales.deviations, seed: seed)
        var shares = [Double](repeating: 0, count: components * points.count)
        for (point, group) in seeds.nearest.enumerated() { shares[group * points.count + point] = 1 }
        let moments = GroupMoments.of(
            points.coordinates, size: points.size, weights: shares, groups: components, pool: pool
        ).compactMap(\.self)
        // Pooled: a group of one point, as an outlier makes, would begin as a needle and remain one.
        var pooled = [Double](repeating: 0, count: points.size * points.size)
        for group in moments {
            for (index, entry) in group.covariance.enumerated() {
                pooled[index] += entry * group.weight / Double(points.count)
            }
        }
        let raised = try scales.raised(pooled)
        weights = moments.map { $0.weight / Double(points.count) }
        means = moments.map(\.mean)
        covariances = moments.map { _ in raised.covariance }
        isFloored = moments.map { _ in raised.isFloored }
    }

    /// The maximisation step.
    mutating func maximise(
        _ moments: [GroupMoments?], count: Int, _ scales: MixtureScales
    ) throws(VAEError) {
        let total = moments.reduce(0) { $0 + ($1?.weight ?? 0) }
        for (component, group) in moments.enumerated() {
            weights[component] = (group?.weight ?? 0) / total
            guard let group else { continue }
            means[component] = group.mean
            (covariances[component], isFloored[component]) = try scales.raised(group.covariance)
        }
    }
}
