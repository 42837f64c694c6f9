import VAECore

/// Where each class lies in latent space: the mean of its latent means, and the directions from class to class, along which an image's
/// class is edited.
///
/// z' = z + a · (mean of the class to become − mean of the class it is): a = 0 leaves z, a = 1 moves it by the whole way between the
/// means. Whatever else z says (slant, weight) stays in the other directions, as far as the model has it there.
///
/// Source: Larsen, Sønderby, Larochelle and Winther, "Autoencoding beyond pixels using a learned similarity metric", 2016, section 4.2
/// (attribute vectors); White, "Sampling Generative Networks", 2016.
public struct ClassMeans: Sendable, Hashable {
    /// Coordinates of a point.
    public let size: Int
    /// The labels that occur, ascending.
    public let classes: [Int]
    /// Points of each class.
    public let counts: [Int]
    /// (classes, size): the mean of the points of each class, of sums in double precision.
    public let means: [[Double]]

    /// O(points · size).
    /// - Parameter points: with labels, such as `Points(model.encode(images), labels: images.labels)`
    /// - Throws: `invalidArgument` when labels are missing.
    public init(of points: Points) throws(VAEError) {
        let index = ClassIndex(try points.requireLabels("their means"))
        size = points.size
        classes = index.classes
        counts = index.sizes
        var sums = [[Double]](repeating: [Double](repeating: 0, count: points.size), count: classes.count)
        for (point, number) in index.numbers.enumerated() {
            for axis in 0..<points.size {
                sums[number][axis] += Double(points.coordinates[point * points.size + axis])
            }
        }
        means = zip(sums, index.sizes).map { sums, count in sums.map { $0 / Double(count) } }
    }

    /// The way from the mean of one class to that of another.
    /// - Returns: (size)
    /// - Throws: `invalidArgument` for a label that does not occur.
    public func direction(from: Int, to: Int) throws(VAEError) -> [Double] {
        let (start, end) = (try place(of: from), try place(of: to))
        return zip(means[start], means[end]).map { $1 - $0 }
    }

    /// Latents moved along the way from one class to another: z + amount · direction, a point for each amount.
    /// - Parameters:
    ///   - latents: (n, size)
    ///   - from: the label of the class they have
    ///   - to: that of the class they are to have
    ///   - amounts: shares of the way; 0 is where they are, below 0 away from the other class, above 1 beyond it
    /// - Returns: (n, amounts.count, size), rounded once
    /// - Throws: `invalidArgument` for a label that does not occur, and latents that are not a whole number of points.
    public func edited(
        _ latents: [Float], from: Int, to: Int, amounts: [Double]
    ) throws(VAEError) -> [Float] {
        guard latents.count.isMultiple(of: size) else {
            throw VAEError(
                .invalidArgument, "latents", "are not a whole number of points",
                expected: "a multiple of \(size)", found: "\(latents.count)")
        }
        let direction = try direction(from: from, to: to)
        return stride(from: 0, to: latents.count, by: size).flatMap { start in
            amounts.flatMap { amount in
                (0..<size).map { Float(Double(latents[start + $0]) + amount * direction[$0]) }
            }
        }
    }

    private func place(of label: Int) throws(VAEError) -> Int {
        guard let place = classes.firstIndex(of: label) else {
            throw VAEError(
                .invalidArgument, "class", "does not occur",
                expected: classes.map(String.init).joined(separator: ", "), found: "\(label)")
        }
        return place
    }
}
