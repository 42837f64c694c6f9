import Kernels
import VAE
import VAECore

/// Points of one space, such as the latent means of a set of images, with or without a class each.
///
/// Whatever is measured of points can rely on what is checked here: there are some, all coordinates are finite, and labels and points
/// agree in number.
public struct Points: Sendable, Equatable {
    /// Coordinates of a point.
    public let size: Int
    /// (count, size), point by point.
    public let coordinates: [Float]
    /// One class a point, or none at all.
    public let labels: [Int]?

    /// The number of points.
    public var count: Int { coordinates.count / size }

    /// - Parameters:
    ///   - coordinates: (count, size)
    ///   - size: coordinates of a point, 1 or more
    ///   - labels: a class for each point, or none at all
    ///   - name: what errors call the points, such as "test latents"
    /// - Throws: `invalidArgument` when there are no points, or coordinates and labels do not agree in number; `invalidData` when
    ///   a coordinate is infinite or not a number.
    public init(
        _ coordinates: [Float], size: Int, labels: [Int]? = nil, name: String = "points"
    ) throws(VAEError) {
        guard size > 0, !coordinates.isEmpty, coordinates.count.isMultiple(of: size) else {
            throw VAEError(
                .invalidArgument, name, "are not a whole number of points",
                expected: size > 0 ? "a positive multiple of \(size) coordinates" : "a positive size",
                found: size > 0 ? "\(coordinates.count)" : "\(size)")
        }
        if let labels, labels.count != coordinates.count / size {
            throw VAEError(
                .invalidArgument, name, "differ in number from their labels",
                expected: "\(coordinates.count / size) labels", found: "\(labels.count)")
        }
        if let index = coordinates.firstIndex(where: { !$0.isFinite }) {
            throw VAEError(
                .invalidData, name, "hold a coordinate that is not a finite number",
                found: "\(coordinates[index]) at coordinate \(index % size) of point \(index / size)",
                advice: "A model whose training diverged can't be evaluated.")
        }
        self.size = size
        self.coordinates = coordinates
        self.labels = labels
    }

    /// The means of q(z|x).
    /// - Throws: as the other initialiser.
    public init(_ encoding: Encoding, labels: [Int]? = nil, name: String = "latents") throws(VAEError) {
        try self.init(encoding.mean, size: encoding.latentSize, labels: labels, name: name)
    }
}

extension Points {
    /// - Throws: `invalidArgument` when there are none.
    func requireLabels(_ purpose: String) throws(VAEError) -> [Int] {
        guard let labels else {
            throw VAEError(
                .invalidArgument, "labels", "are missing",
                expected: "a class for every point, for \(purpose)",
                advice: "Use a data set with labels.")
        }
        return labels
    }

    /// - Throws: `invalidArgument` when `other` has another number of coordinates.
    func requireSameSpace(as size: Int, _ name: String) throws(VAEError) {
        guard self.size == size else {
            throw VAEError(
                .invalidArgument, name, "lie in another space than those that were fitted",
                expected: "\(size) coordinates a point", found: "\(self.size)")
        }
    }
}

/// The classes of a set of points, numbered from 0 in the order of their labels.
struct ClassIndex {
    /// Ascending.
    let classes: [Int]
    /// Each point's number in `classes`.
    let numbers: [Int]
    /// Points of each class.
    let sizes: [Int]

    init(_ labels: [Int]) {
        classes = Set(labels).sorted()
        let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
        numbers = labels.map { places[$0] ?? 0 }
        var sizes = [Int](repeating: 0, count: classes.count)
        for number in numbers { sizes[number] += 1 }
        self.sizes = sizes
    }

    /// - Throws: `invalidArgument` when there is only one class.
    func requireSeveral(_ purpose: String) throws(VAEError) {
        guard classes.count > 1 else {
            throw VAEError(
                .invalidArgument, "labels", "are all the same",
                expected: "two or more classes, for \(purpose)",
                found: "only class \(classes.first ?? 0)")
        }
    }
}

/// A team of threads for one calculation.
/// - Throws: `invalidArgument` when `threads` is not positive.
func makePool(_ threads: Int) throws(VAEError) -> WorkerPool {
    try VAEError.require("threads", threads, in: 1...)
    return WorkerPool(threads: threads, try Seating.here(workers: threads))
}

/// Runs `make` and turns a refusal of memory into a clear error.
func allocating<T>(_ make: () throws(OutOfMemory) -> T) throws(VAEError) -> T {
    do throws(OutOfMemory) {
        return try make()
    } catch {
        throw VAEError(
            .unavailable, "memory", "could not be had", expected: "\(error.bytes >> 20) MiB more",
            advice: "Evaluate fewer images.")
    }
}

/// Runs `make` and turns what LAPACK refuses into a clear error about `subject`.
func factorising<T>(
    _ subject: String, _ make: () throws(FactorizationError) -> T
) throws(VAEError) -> T {
    do throws(FactorizationError) {
        return try make()
    } catch {
        throw VAEError(.invalidData, subject, "can't be factorised", found: error.description)
    }
}
