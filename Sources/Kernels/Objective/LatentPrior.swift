/// p(z), the distribution that draws of q(z|x) are held against.
package protocol LatentPrior: Sendable {
    /// Numbers that describe it, made of the parameters once a step: 0 for a prior that is always the same.
    var componentCount: Int { get }
    /// Parts of the gradient by those numbers that share none; none where there are no numbers.
    var gradientParts: Int { get }

    /// ln p(z) of each row, in nats: computed in Double and rounded once.
    ///
    /// - Parameters:
    ///   - z: (rows, size)
    ///   - components: the numbers that describe it
    ///   - densities: receives one value a row
    func logDensity(_ z: FloatRegion, components: FloatRegion, rows: Int, into densities: FloatRegion)

    /// The gradient of Σ scale · weight · −ln p(z) over the rows, added to what is there: by z, by the numbers that describe the prior, or by both.
    ///
    /// - Parameters:
    ///   - densities: ln p(z) of each row
    ///   - weights: of each row; nil for 1
    ///   - part: one of the `gradientParts` that alone is added to; nil for all
    ///   - zGradient: (rows, size); nil where it is not asked for
    ///   - gradient: by the numbers that describe it, of their shape; nil where it is not asked for
    func addGradient(
        _ z: FloatRegion, components: FloatRegion, densities: FloatRegion, rows: Int, weights: FloatRegion?,
        scale: Float, part: Int?, zGradient: FloatRegion?, gradient: FloatRegion?)
}

/// N(0, I).
package struct StandardNormal: LatentPrior {
    package init() {}

    package var componentCount: Int { 0 }
    package var gradientParts: Int { 0 }

    package func logDensity(
        _ z: FloatRegion, components: FloatRegion, rows: Int, into densities: FloatRegion
    ) {
        let size = z.count / max(rows, 1)
        precondition(z.count == rows * size && densities.count >= rows, "\(rows) rows of \(z.count) latents")
        for row in 0..<rows {
            var squares = 0.0
            for index in row * size..<(row + 1) * size {
                squares += Double(z.base[index]) * Double(z.base[index])
            }
            densities.base[row] = Float(-0.5 * (squares + Double(size) * GaussianLatent.logTwoPi))
        }
    }

    package func addGradient(
        _ z: FloatRegion, components: FloatRegion, densities: FloatRegion, rows: Int, weights: FloatRegion?,
        scale: Float, part: Int? = nil, zGradient: FloatRegion?, gradient: FloatRegion?
    ) {
        guard let zGradient else { return }
        let size = z.count / max(rows, 1)
        precondition(
            z.count == rows * size && zGradient.count == z.count, "\(rows) rows of \(z.count) latents")
        for row in 0..<rows {
            let factor = scale * (weights.map { $0[row] } ?? 1)
            for index in row * size..<(row + 1) * size { zGradient.base[index] += factor * z.base[index] }
        }
    }
}
