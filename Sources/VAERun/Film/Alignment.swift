import Foundation

/// The turn, and the mirroring where that helps, that brings points of the plane closest to where others are: the
/// orthogonal Procrustes problem in two dimensions (Schönemann 1966), which has a closed form.
struct Alignment {
    /// The angle to turn the coordinate axes by, in radians.
    let angle: Double
    /// Whether the second axis is turned round first.
    let isMirrored: Bool

    static let none = Alignment(angle: 0, isMirrored: false)

    private init(angle: Double, isMirrored: Bool) {
        self.angle = angle
        self.isMirrored = isMirrored
    }

    /// - Precondition: as many points as targets.
    init(of points: [SIMD2<Float>], to targets: [SIMD2<Float>]) {
        precondition(points.count == targets.count, "\(points.count) points, \(targets.count) targets")
        // Σ|R·p − t|² is least where Σ t·(R·p) is largest, which for a turn by θ is A cos θ + B sin θ.
        func sums(_ sign: Double) -> (Double, Double) {
            var (a, b) = (0.0, 0.0)
            for (point, target) in zip(points, targets) {
                let (px, py) = (Double(point.x), sign * Double(point.y))
                let (tx, ty) = (Double(target.x), Double(target.y))
                a += px * tx + py * ty
                b += px * ty - py * tx
            }
            return (a, b)
        }
        let (plain, mirrored) = (sums(1), sums(-1))
        isMirrored = hypot(mirrored.0, mirrored.1) > hypot(plain.0, plain.1)
        let (a, b) = isMirrored ? mirrored : plain
        // Turning the points one way is turning the axes the other way.
        angle = -atan2(b, a)
    }
}
