// Exponential, logarithms and hyperbolic tangent on eight lanes, so that the loss over every pixel and a layer's activation need no
// call a value.
// Plain arithmetic throughout: the same bits on every IEEE 754 machine.

/// |x|, NaN kept.
@inline(__always)
func magnitude(_ x: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>(bitPattern: SIMD8<UInt32>(bitPattern: x) & 0x7FFF_FFFF)
}

/// max(x, 0), NaN kept.
@inline(__always)
func positivePart(_ x: SIMD8<Float>) -> SIMD8<Float> { x.replacing(with: 0, where: x .< 0) }

/// e^−x for x ≥ 0, within 2 units in the last place; 0 from 87.3 on, where the result is no longer a normal number.
///
/// e^−x = 2ⁿ·eʳ with n the nearest integer to −x/ln 2 and |r| ≤ ½ ln 2, where eʳ is its Taylor polynomial of degree 7
/// (remainder below 2⁻²⁷). ln 2 is taken off in two parts, the first of few bits so that n times it is exact (Cody and Waite).
@inline(__always)
func exponential(ofMinus x: SIMD8<Float>) -> SIMD8<Float> {
    let limit: Float = 87.3
    let y = -x.replacing(with: limit, where: x .> limit)
    // Adding 1.5·2²³ rounds to an integer and leaves it in the low bits.
    let magic: Float = 0x1.8p23
    let shifted = y * 1.442_695_04 + magic
    let n = shifted - magic
    let r = (y - n * 0.693_359_375) - n * -2.121_944_4e-4
    var p = SIMD8<Float>(repeating: 1.0 / 5040)
    p = p * r + (1.0 / 720)
    p = p * r + (1.0 / 120)
    p = p * r + (1.0 / 24)
    p = p * r + (1.0 / 6)
    p = p * r + 0.5
    p = p * r + 1
    p = p * r + 1
    let scale = SIMD8<Float>(bitPattern: (SIMD8<UInt32>(bitPattern: shifted) &+ 127) &<< 23)
    return (p * scale).replacing(with: 0, where: x .> limit)
}

/// ln(1 + x) for x in [0, 1], within 2 units in the last place.
///
/// 2·artanh(s) with s = x / (2 + x) ≤ ⅓: the odd series up to s¹⁵, remainder below 2⁻²⁹ of the result. Its first term, 2s, is
/// x − s·x, so that x enters as it is and roundings are those of a correction of at most a third of x (as in
/// FreeBSD's msun, `log1p`).
@inline(__always)
func logarithm(ofOnePlus x: SIMD8<Float>) -> SIMD8<Float> {
    let s = x / (x + 2)
    let q = s * s
    var p = SIMD8<Float>(repeating: 2.0 / 15)
    p = p * q + (2.0 / 13)
    p = p * q + (2.0 / 11)
    p = p * q + (2.0 / 9)
    p = p * q + (2.0 / 7)
    p = p * q + (2.0 / 5)
    p = p * q + (2.0 / 3)
    return x - s * (x - p * q)
}

/// ln x for a positive normal number, within 2 units in the last place.
///
/// x = 2ᵏ·(1 + f) with 1 + f from √½ to √2, and ln(1 + f) = f − s·(f − R) as in `logarithm(ofOnePlus:)`, with s = f / (2 + f) and
/// s² ≤ 0.0295; ln 2 is added in two parts, the first of few bits so that k times it is exact.
@inline(__always)
func logarithm(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // Behind the bits of √½ the exponent's field is that of 2ᵏ, and what is left is the significand's distance from √½.
    let root: UInt32 = 0x3F35_04F3
    let shifted = SIMD8<UInt32>(bitPattern: x) &+ (0x3F80_0000 - root)
    let f = SIMD8<Float>(bitPattern: (shifted & 0x007F_FFFF) &+ root) - 1
    // An integer below 2²³ in the low bits of 2²³ is that much more than it.
    let k = SIMD8<Float>(bitPattern: (shifted &>> 23) | 0x4B00_0000) - (0x1p23 + 127)
    let s = f / (f + 2)
    let q = s * s
    var p = SIMD8<Float>(repeating: 2.0 / 11)
    p = p * q + (2.0 / 9)
    p = p * q + (2.0 / 7)
    p = p * q + (2.0 / 5)
    p = p * q + (2.0 / 3)
    return k * 0.693_359_375 + (f - (s * (f - p * q) + k * 2.121_944_4e-4))
}

/// σ(x) = 1 / (1 + e^−x), given e^−|x|: 1 / (1 + e) for x ≥ 0, e / (1 + e) below.
@inline(__always)
func sigmoid(_ x: SIMD8<Float>, _ small: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(repeating: 1).replacing(with: small, where: x .< 0) / (1 + small)
}

/// σ(x) = 1 / (1 + e^−x).
@inline(__always)
func sigmoid(_ x: SIMD8<Float>) -> SIMD8<Float> { sigmoid(x, exponential(ofMinus: magnitude(x))) }

/// tanh x, within 3 units in the last place; ±1 at the infinities, NaN kept.
///
/// 1 − 2e/(1 + e) with e = e^(−2|x|), where that is no small difference of large numbers; for |x| below 0.625 an odd polynomial
/// (Moshier's Cephes library, `tanhf`).
@inline(__always)
func hyperbolicTangent(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let size = magnitude(x)
    let e = exponential(ofMinus: size + size)
    let far = 1 - 2 * e / (1 + e)
    let q = x * x
    var p = SIMD8<Float>(repeating: -5.704_988_727_45e-3)
    p = p * q + 2.063_908_879_54e-2
    p = p * q - 5.373_971_555_31e-2
    p = p * q + 1.333_144_220_36e-1
    p = p * q - 3.333_328_194_22e-1
    let near = x + x * q * p
    // The sign comes back by its bit.
    let sign = SIMD8<UInt32>(bitPattern: x) & 0x8000_0000
    let signed = SIMD8<Float>(bitPattern: SIMD8<UInt32>(bitPattern: far) | sign)
    return signed.replacing(with: near, where: size .< 0.625)
}

extension SIMD8<Float> {
    /// Lanes reinterpreted from their bits.
    @inline(__always)
    fileprivate init(bitPattern bits: SIMD8<UInt32>) { self = unsafeBitCast(bits, to: SIMD8<Float>.self) }
}

extension SIMD8<UInt32> {
    /// The bits of the lanes.
    @inline(__always)
    fileprivate init(bitPattern lanes: SIMD8<Float>) { self = unsafeBitCast(lanes, to: SIMD8<UInt32>.self) }
}
