import VAECore
import VAEFigures

/// The options of a run's pictures.
package struct FigureOptions: Sendable {
    /// Rows and columns of the decoded plane.
    package var grid = 20
    /// Draws from the prior.
    package var samples = 100
    /// Names the draws.
    package var seed: UInt64 = 0
    /// The number each of the best, of the median and of the worst reconstructions.
    package var images = 4
    /// Pairs of images to interpolate between.
    package var pairs = 8
    /// Points of each line, its ends included.
    package var steps = 11
    /// The two latent dimensions of the plane to look at, from 1; nil for the plane itself, or the leading principal
    /// axes where there are more.
    package var dimensions: [Int]?
    /// Files of each picture; nil for its usual ones.
    package var formats: [FigureFormat]?
    /// Pixels of a PNG per pixel of the figure; nil for each picture's usual number.
    package var scale: Double?

    package init() {}

    /// - Parameter latentSize: the model's number of latent dimensions.
    /// - Throws: `invalidArgument` naming the option, its range and its value.
    package func validate(latentSize: Int) throws(VAEError) {
        func demand(_ value: Int, _ name: String, _ range: ClosedRange<Int>) throws(VAEError) {
            guard range.contains(value) else {
                throw VAEError(
                    .invalidArgument, name, "is out of range",
                    expected: "\(range.lowerBound) to \(range.upperBound)", found: "\(value)")
            }
        }
        try demand(grid, "grid", 2...100)
        try demand(samples, "samples", 1...10_000)
        try demand(images, "images", 1...20)
        try demand(pairs, "pairs", 1...50)
        try demand(steps, "steps", 2...50)
        if let scale, !(0.1...10).contains(scale) {
            throw VAEError(
                .invalidArgument, "scale", "is out of range", expected: "0.1 to 10", found: "\(scale)")
        }
        guard let dimensions else { return }
        guard dimensions.count == 2, Set(dimensions).count == 2,
            dimensions.allSatisfy((1...max(1, latentSize)).contains)
        else {
            throw VAEError(
                .invalidArgument, "dimensions", "are not two dimensions of this model",
                expected: latentSize < 2
                    ? "a model of 2 latent dimensions or more"
                    : "two different numbers from 1 to \(latentSize)",
                found: dimensions.map(String.init).joined(separator: ","))
        }
    }
}
