/// Diagonal Gaussians, laid out so that their mixture's density is quick to compute: the aggregate posterior
/// q(z) = (1/N) Σₙ q(z|xₙ) of a set of images.
package struct AggregateDensity: @unchecked Sendable {
    /// N.
    package let components: Int
    /// Dimensions of z.
    package let latentSize: Int
    private let storage: FloatStorage

    /// Components side by side: a load brings one number of each.
    private static let width = 8
    private var groups: Int { (components + Self.width - 1) / Self.width }

    /// - Parameters:
    ///   - mean: (components, latentSize), as is `logVariance`
    /// - Throws: `OutOfMemory`; it takes 2 · components · latentSize floats and some more.
    package init(mean: Span<Float>, logVariance: Span<Float>, latentSize: Int) throws(OutOfMemory) {
        precondition(
            latentSize > 0 && mean.count.isMultiple(of: latentSize) && logVariance.count == mean.count
                && mean.count > 0, "\(mean.count) means of \(latentSize) dimensions")
        components = mean.count / latentSize
        self.latentSize = latentSize
        let (width, groups) = (Self.width, (mean.count / latentSize + Self.width - 1) / Self.width)
        storage = try FloatStorage(count: groups * width * (2 * latentSize + 1))
        let base = storage.region.base
        for component in 0..<groups * width {
            let (group, lane) = component.quotientAndRemainder(dividingBy: width)
            let start = base + group * width * (2 * latentSize + 1) + lane
            // ln of the Gaussian's height. What only fills the last group has none.
            var height = component < components ? 0.0 : -Double.infinity
            for dimension in 0..<latentSize where component < components {
                let index = component * latentSize + dimension
                let half = 0.5 * Double(logVariance[index])
                start[(1 + 2 * dimension) * width] = mean[index]
                start[(2 + 2 * dimension) * width] = Float(Elementary.exp(-half))
                height -= half + Self.halfLogTwoPi
            }
            start[0] = Float(height)
        }
    }

    private static let halfLogTwoPi = 0.918938533204672742

    /// Floats of scratch that `logDensity` needs.
    package var scratchCount: Int { groups * Self.width }

    /// ln q(z) in nats, of one point: exact but for the rounding of single precision, some 1e-6 of the largest exponent met.
    ///
    /// Two passes over the components, 2 · components · latentSize multiplications and an exponential each.
    /// - Parameters:
    ///   - point: (latentSize)
    ///   - scratch: `scratchCount` floats, overwritten
    package func logDensity(_ point: FloatRegion, scratch: FloatRegion) -> Double {
        precondition(
            point.count == latentSize && scratch.count >= scratchCount, "a point of \(point.count) dimensions"
        )
        let stride = Self.width * (2 * latentSize + 1)
        let exponents = UnsafeMutableRawPointer(scratch.base)
        var most = SIMD8<Float>(repeating: -.infinity)
        for group in 0..<groups {
            var at = UnsafePointer(storage.region.base + group * stride)
            var exponent = eightFloats(at: at)
            at += Self.width
            for dimension in 0..<latentSize {
                let distance =
                    (point.base[dimension] - eightFloats(at: at)) * eightFloats(at: at + Self.width)
                exponent -= 0.5 * distance * distance
                at += 2 * Self.width
            }
            most = most.replacing(with: exponent, where: exponent .> most)
            exponents.storeBytes(of: exponent, toByteOffset: group * 32, as: SIMD8<Float>.self)
        }
        let largest = most.max()
        // Every component infinitely far away, or no number anywhere.
        guard largest > -.infinity else { return Double(largest) }
        var sum = 0.0
        var group = 0
        while group < groups {
            // Lanes of a few groups in single precision, all of them in double.
            var lanes = SIMD8<Float>()
            let end = min(group + 32, groups)
            while group < end {
                let exponent = exponents.loadUnaligned(fromByteOffset: group * 32, as: SIMD8<Float>.self)
                lanes += exponential(ofMinus: largest - exponent)
                group += 1
            }
            sum += Double(lanes.sum())
        }
        return Double(largest) + Elementary.log(sum / Double(components))
    }
}
