/// Exponential, logarithm, sine and cosine in Double, with the same bits on every processor.
///
/// The C library's choose their code by the processor (with or without fused multiply-add), and round differently. These are
/// additions and multiplications in a fixed order, none of them fused: reductions of the argument by exact steps, then Taylor
/// polynomials of a short range (Muller, "Elementary Functions", 2016, chapters 3 and 11; the logarithm's arrangement is that of
/// Ng's `log` in fdlibm). Bounds are in units in the last place (ulp) of the result.
package enum Elementary {
    /// e^x, within 1 ulp. ∞ above 709.79, 0 below −745.14, NaN kept.
    package static func exp(_ x: Double) -> Double {
        guard x < 709.79 else { return x.isNaN ? x : .infinity }
        guard x > -745.14 else { return 0 }
        // e^x = 2ⁿ·eʳ with |r| ≤ ½ ln 2; n · ln2High is exact.
        let n = nearest(x * 1.442_695_040_888_963_4)
        let r = (x - n * ln2High) - n * ln2Low
        let value = 1 + (r + r * r * exponentialTail(r))
        // In two halves, since 2ⁿ alone may be no normal number.
        let half = Int(n) / 2
        return value * powerOfTwo(half) * powerOfTwo(Int(n) - half)
    }

    /// e^x − 1, within 3 ulp also near 0, where the difference would lose its digits.
    package static func expm1(_ x: Double) -> Double {
        guard abs(x) < 1 else { return exp(x) - 1 }
        return x + x * x * exponentialTail(x)
    }

    /// ln x, within 1 ulp. −∞ for 0, NaN below.
    package static func log(_ x: Double) -> Double {
        guard x > 0, x < .infinity else { return x == 0 ? -.infinity : x < 0 ? .nan : x }
        // x = 2ᵏ·(1 + f) with 1 + f from √½ to √2.
        let isNormal = x >= .leastNormalMagnitude
        let bits = (isNormal ? x : x * 0x1p54).bitPattern
        var exponent = Int(bits >> 52) - (isNormal ? 1023 : 1023 + 54)
        var significand = Double(bitPattern: bits & (1 << 52 - 1) | 1023 << 52)
        if significand > 1.414_213_562_373_095_1 {
            significand *= 0.5
            exponent += 1
        }
        let (f, k) = (significand - 1, Double(exponent))
        // ln(1 + f) = 2 artanh s = f − (f²/2 − s·(f²/2 + R)) with s = f / (2 + f), s² ≤ 0.0295; R is the series without its first
        // term, over s.
        let s = f / (2 + f)
        let z = s * s
        var tail = 2 / 23.0
        tail = tail * z + 2 / 21.0
        tail = tail * z + 2 / 19.0
        tail = tail * z + 2 / 17.0
        tail = tail * z + 2 / 15.0
        tail = tail * z + 2 / 13.0
        tail = tail * z + 2 / 11.0
        tail = tail * z + 2 / 9.0
        tail = tail * z + 2 / 7.0
        tail = tail * z + 2 / 5.0
        tail = tail * z + 2 / 3.0
        let half = 0.5 * f * f
        return k * ln2High - ((half - (s * (half + tail * z) + k * ln2Low)) - f)
    }

    /// sin 2πt and cos 2πt, within 2 ulp for |t| below 2⁴⁰. Whole turns are taken off exactly.
    package static func sineAndCosine(turns t: Double) -> (sine: Double, cosine: Double) {
        let quarter = nearest(4 * t)
        let angle = 6.283_185_307_179_586 * (t - 0.25 * quarter)
        let z = angle * angle
        // θ − θ³/3! + … + θ¹⁷/17! and 1 − θ²/2 + … − θ¹⁸/18!, for |θ| ≤ π/4.
        var sine = 1 / 355687428096000.0
        sine = sine * z - 1 / 1307674368000.0
        sine = sine * z + 1 / 6227020800.0
        sine = sine * z - 1 / 39916800.0
        sine = sine * z + 1 / 362880.0
        sine = sine * z - 1 / 5040.0
        sine = sine * z + 1 / 120.0
        sine = sine * z - 1 / 6.0
        var cosine = -1 / 6402373705728000.0
        cosine = cosine * z + 1 / 20922789888000.0
        cosine = cosine * z - 1 / 87178291200.0
        cosine = cosine * z + 1 / 479001600.0
        cosine = cosine * z - 1 / 3628800.0
        cosine = cosine * z + 1 / 40320.0
        cosine = cosine * z - 1 / 720.0
        cosine = cosine * z + 1 / 24.0
        sine = angle + angle * z * sine
        let half = 0.5 * z
        let head = 1 - half
        cosine = head + ((1 - head - half) + z * z * cosine)
        return switch Int(quarter) & 3 {
        case 0: (sine, cosine)
        case 1: (cosine, -sine)
        case 2: (-sine, -cosine)
        default: (-cosine, sine)
        }
    }

    /// base^exponent by repeated squaring, for an exponent of 0 or more; within `exponent` ulp.
    package static func power(_ base: Double, _ exponent: Int) -> Double {
        precondition(exponent >= 0, "an exponent of \(exponent)")
        var (result, square, left) = (1.0, base, exponent)
        while left > 0 {
            if left & 1 == 1 { result *= square }
            square *= square
            left >>= 1
        }
        return result
    }

    /// ½ + x/3! + … + x¹⁸/20!, for |x| ≤ 1: what e^x has beyond 1 + x, over x². The remainder is below 2⁻⁶⁵.
    @inline(__always)
    private static func exponentialTail(_ x: Double) -> Double {
        var sum = 1 / 2432902008176640000.0
        sum = sum * x + 1 / 121645100408832000.0
        sum = sum * x + 1 / 6402373705728000.0
        sum = sum * x + 1 / 355687428096000.0
        sum = sum * x + 1 / 20922789888000.0
        sum = sum * x + 1 / 1307674368000.0
        sum = sum * x + 1 / 87178291200.0
        sum = sum * x + 1 / 6227020800.0
        sum = sum * x + 1 / 479001600.0
        sum = sum * x + 1 / 39916800.0
        sum = sum * x + 1 / 3628800.0
        sum = sum * x + 1 / 362880.0
        sum = sum * x + 1 / 40320.0
        sum = sum * x + 1 / 5040.0
        sum = sum * x + 1 / 720.0
        sum = sum * x + 1 / 120.0
        sum = sum * x + 1 / 24.0
        sum = sum * x + 1 / 6.0
        sum = sum * x + 1 / 2.0
        return sum
    }

    /// The nearest integer, ties to even: adding 1.5·2⁵² leaves no place for a fraction.
    @inline(__always)
    private static func nearest(_ x: Double) -> Double { (x + 0x1.8p52) - 0x1.8p52 }

    /// 2ⁿ for n from −1022 to 1023.
    private static func powerOfTwo(_ n: Int) -> Double { Double(bitPattern: UInt64(n + 1023) << 52) }

    /// ln 2 in two parts; the first has 37 bits, so that its product with an exponent is exact.
    private static let ln2High = 0x1.62e42fefap-1
    private static let ln2Low = 0x1.cf79abc9e3b3ap-40
}
