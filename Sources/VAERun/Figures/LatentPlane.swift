import Foundation
import VAE
import VAECore
import VAEEvaluation
import VAEFigures

/// The plane of latent space that pictures show, in coordinates in which the prior is a standard normal.
///
/// A point of the plane at (x, y) is the latent `origin + x·first + y·second`. The directions are orthogonal unit vectors
/// and the origin is orthogonal to both, so that a latent's coordinates are its products with them.
package struct LatentPlane: Sendable {
    let origin: [Double]
    let first: [Double]
    /// nil with a single latent dimension.
    let second: [Double]?
    package let xLabel: String
    package let yLabel: String
    /// A remark on what the plane is where that isn't plain, as a part of a sentence.
    let remark: String?
}

extension LatentPlane {
    /// - Parameter dimensions: two different dimensions from 1, with all others at 0; nil for the plane itself, or with
    ///   more than two dimensions the one through the means' centre along their two principal axes.
    /// - Throws: `invalidData` when a mean is not finite.
    package init(of encoding: Encoding, dimensions: [Int]? = nil) throws(VAEError) {
        let size = encoding.latentSize
        let chosen = dimensions ?? (size <= 2 ? Array(1...size) : nil)
        guard let chosen else {
            self.init(try PrincipalAxes(of: encoding))
            return
        }
        func unit(_ dimension: Int) -> [Double] { (1...size).map { $0 == dimension ? 1 : 0 } }
        self.init(
            origin: [Double](repeating: 0, count: size), first: unit(chosen[0]),
            second: chosen.count > 1 ? unit(chosen[1]) : nil, xLabel: "z" + chosen[0].subscripted,
            yLabel: chosen.count > 1 ? "z" + chosen[1].subscripted : "standard deviation of q(z|x)",
            remark: size > 2 ? "other dimensions at 0" : nil)
    }

    /// The plane of the two leading axes, with its coordinates turned.
    init(_ axes: PrincipalAxes, _ alignment: Alignment = .none) {
        let (a, b) = (axes.axes[0], axes.axes[1])
        let (angle, sign) = (alignment.angle, alignment.isMirrored ? -1.0 : 1.0)
        func product(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
        let (alongA, alongB) = (product(axes.mean, a), product(axes.mean, b))
        func label(_ index: Int) -> String {
            let share = String(format: "%.0f", 100 * axes.varianceShare(along: index))
            return "principal axis \(index + 1) of \(axes.mean.count) dimensions (\(share)% of the variance)"
        }
        self.init(
            origin: a.indices.map { axes.mean[$0] - alongA * a[$0] - alongB * b[$0] },
            first: a.indices.map { cos(angle) * a[$0] + sin(angle) * sign * b[$0] },
            second: a.indices.map { -sin(angle) * a[$0] + cos(angle) * sign * b[$0] },
            xLabel: label(0), yLabel: label(1), remark: "principal axes of \(axes.mean.count) dimensions")
    }

    var isLine: Bool { second == nil }

    /// The coordinates of each mean; on a line, its standard deviation stands for the missing one.
    package func coordinates(_ encoding: Encoding) -> [SIMD2<Float>] {
        let size = encoding.latentSize
        return (0..<encoding.count).map { image in
            var (x, y) = (0.0, 0.0)
            for axis in 0..<size {
                let value = Double(encoding.mean[image * size + axis])
                x += value * first[axis]
                if let second { y += value * second[axis] }
            }
            if second == nil { y = exp(0.5 * Double(encoding.logVariance[image])) }
            return SIMD2(Float(x), Float(y))
        }
    }

    /// The latent at a point of the plane.
    func latent(_ x: Double, _ y: Double) -> [Float] {
        origin.indices.map { axis in Float(origin[axis] + x * first[axis] + y * (second?[axis] ?? 0)) }
    }

    /// The latents of a grid, row by row from the top, each row from the left; the lines are at normal quantiles, so
    /// that each stands for an equal share of the prior, or of a Gaussian with its mean and spread where it is none.
    func grid(_ size: GridSize, _ prior: PriorComponents) -> (
        latents: [Float], columns: [Double], rows: [Double]
    ) {
        let columns = quantiles(size.columns, prior)
        let rows = second.map { Array(quantiles(size.rows, along: $0, prior).reversed()) } ?? [0]
        return (rows.flatMap { y in columns.flatMap { latent($0, y) } }, columns, rows)
    }

    /// The lines of a grid along the first direction.
    func quantiles(_ count: Int, _ prior: PriorComponents) -> [Double] {
        quantiles(count, along: first, prior)
    }

    private func quantiles(_ count: Int, along direction: [Double], _ prior: PriorComponents) -> [Double] {
        let lines = ManifoldGrid.quantiles(count)
        guard !prior.isStandard else { return lines }
        let spread = prior.spread(along: direction)
        return lines.map { spread.mean + spread.deviation * $0 }
    }
}
