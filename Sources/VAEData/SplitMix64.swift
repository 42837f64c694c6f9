/// SplitMix64 (Steele, Lea and Flood 2014, "Fast Splittable Pseudorandom Number Generators").
///
/// Everything is made of integer operations and of `+`, `-`, `*`, which IEEE 754 defines to the last bit,
/// so that the same numbers come out on every machine.
struct SplitMix64 {
    private var state: UInt64

    /// The sequence of the published algorithm for one seed.
    init(state: UInt64) { self.state = state }

    /// A sequence of its own for each triple.
    init(seed: UInt64, stream: UInt64, index: UInt64) {
        let key = Self.mix(seed &+ Self.step &* (stream &+ 1))
        state = Self.mix(key ^ Self.mix(index &+ Self.step))
    }

    mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.mix(state)
    }

    /// Uniform in [0, 1), a multiple of 2⁻²⁴.
    mutating func uniform() -> Float {
        Float(next() >> 40) * 0x1p-24
    }

    /// Uniform in [low, high).
    mutating func uniform(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * uniform()
    }

    /// Close to a normal distribution, but never further than 3.46 deviations from the mean: the sum of
    /// four uniforms of 16 bits, for which one number suffices and no logarithm is needed.
    mutating func normal(_ mean: Float, _ deviation: Float) -> Float {
        let bits = next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        // The sum of four has mean 2 and variance 4/12.
        return mean + deviation * (Float(sum) * 0x1p-16 - 2) * 1.7320508
    }

    /// True with the given probability.
    mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

    /// Uniform in 0..<bound, for a small bound: the bias is bound / 2³².
    mutating func below(_ bound: UInt64) -> Int {
        Int(((next() >> 32) &* bound) >> 32)
    }

    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}

/// Sine of an angle in turns (1 is a full circle), to about 1e-6. The C library's sine differs between
/// systems in its last bit, which a rounded pixel may show.
func sineOfTurns(_ turns: Float) -> Float {
    var t = turns - (turns + 0.5).rounded(.down)  // −½ … ½
    if t > 0.25 { t = 0.5 - t }
    if t < -0.25 { t = -0.5 - t }
    let x = t * 6.2831855
    let s = x * x
    return x * (1 + s * (-0.16666667 + s * (0.008333333 + s * (-0.00019841270 + s * 2.7557319e-06))))
}

func cosineOfTurns(_ turns: Float) -> Float { sineOfTurns(turns + 0.25) }
