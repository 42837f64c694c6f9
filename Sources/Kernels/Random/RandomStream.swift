/// A sequence of random numbers named by what it is for.
///
/// The stream is Philox keyed by the seed, with the counter (position, item, epoch, purpose). Numbers for
/// one purpose, epoch and item (an image, a tensor) are the same whatever else was drawn, on any thread, in a
/// run that was resumed or not.
package struct RandomStream: Sendable {
    /// The purpose that numbers are drawn for. The raw values are part of a run's reproducibility: never renumber.
    package enum Purpose: UInt32, Sendable {
        case initialWeights = 1
        case shuffle = 2
        case trainingNoise = 3
        case testNoise = 4
        case priorSample = 5
        case importanceNoise = 6
        case binarization = 7
        case aggregateNoise = 8
        case pixelNoise = 9
        case augmentation = 10
        case mixtureSeeding = 16
        case mixtureSample = 17
        case completion = 18
        case pseudoInputs = 19
        case codeRestart = 24
        case codeSample = 25
        case importanceProposal = 26
    }

    private let generator: Philox4x32
    private let name: SIMD3<UInt32>
    private var position: UInt32 = 0
    private var words = SIMD4<UInt32>()
    private var used = 4

    package init(seed: UInt64, purpose: Purpose, epoch: Int = 0, item: Int = 0) {
        generator = Philox4x32(
            key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
        name = SIMD3(UInt32(truncatingIfNeeded: item), UInt32(truncatingIfNeeded: epoch), purpose.rawValue)
    }

    /// 32 random bits.
    package mutating func next() -> UInt32 {
        if used == 4 {
            words = generator.block(at: SIMD4(position, name.x, name.y, name.z))
            position &+= 1
            used = 0
        }
        defer { used += 1 }
        return words[used]
    }

    /// Uniform on [0, 1), a multiple of 2⁻²⁴.
    package mutating func uniform() -> Float { Float(next() >> 8) * 0x1p-24 }

    /// Uniform on `0..<bound`, without bias (Lemire 2019, "Fast random integer generation in an interval").
    package mutating func index(below bound: UInt32) -> UInt32 {
        precondition(bound > 0, "an index below 0")
        var product = UInt64(next()) &* UInt64(bound)
        if UInt32(truncatingIfNeeded: product) < bound {
            let threshold = (0 &- bound) % bound
            while UInt32(truncatingIfNeeded: product) < threshold {
                product = UInt64(next()) &* UInt64(bound)
            }
        }
        return UInt32(truncatingIfNeeded: product >> 32)
    }

    /// Whether something of probability grey / 255 happens; never for 0, always for 255, and neither takes a number.
    ///
    /// The chance is off by less than 2⁻³²: that of the bound to which 32 bits can be cut into 255 parts.
    package mutating func isWhite(_ grey: UInt8) -> Bool {
        if grey == 0 { return false }
        if grey == 255 { return true }
        return (UInt64(next()) &* 255) >> 32 < UInt64(grey)
    }

    /// Whether something of probability `grey` happens; never for 0, always for 1, and neither takes a number.
    package mutating func isWhite(_ grey: Float) -> Bool {
        if grey <= 0 { return false }
        if grey >= 1 { return true }
        return uniform() < grey
    }

    /// Two independent standard normals (Box and Muller 1958), computed in Double.
    package mutating func normalPair() -> SIMD2<Float> {
        // The centre of one of 2³² cells: never 0, whose logarithm is infinite.
        let u = (Double(next()) + 0.5) * 0x1p-32
        let (sine, cosine) = Elementary.sineAndCosine(turns: Double(next()) * 0x1p-32)
        let radius = (-2 * Elementary.log(u)).squareRoot()
        return SIMD2(Float(radius * cosine), Float(radius * sine))
    }

    /// Fills `region` with independent standard normals.
    package mutating func fillNormal(_ region: FloatRegion) {
        var index = 0
        while index < region.count {
            let pair = normalPair()
            region.base[index] = pair.x
            if index + 1 < region.count { region.base[index + 1] = pair.y }
            index += 2
        }
    }

    /// Fills `region` with uniform numbers on [-limit, limit).
    package mutating func fillUniform(_ region: FloatRegion, limit: Float) {
        for index in 0..<region.count { region.base[index] = (2 * uniform() - 1) * limit }
    }

    /// A random order of `0..<count` (Fisher and Yates).
    package mutating func permutation(of count: Int) -> [UInt32] {
        var order = Array(0..<UInt32(count))
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(index(below: UInt32(last + 1))))
        }
        return order
    }
}
