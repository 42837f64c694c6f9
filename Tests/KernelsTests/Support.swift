import Glibc
import Kernels
import ReferenceKernels

/// A region between two guards that no kernel may write to. Guards are NaN, so that reading them shows as well.
///
/// A region does not keep its storage alive: bind the `Guarded` to a name and ask `isIntact` after its last use.
final class Guarded {
    let region: FloatRegion
    private let storage: FloatStorage
    private static let guardCount = 37

    /// A copy of `values`, at an address that is aligned to nothing but a float.
    init(_ values: [Float]) throws {
        storage = try FloatStorage(count: values.count + 2 * Self.guardCount)
        storage.region.fill(with: .nan)
        region = storage.region[Self.guardCount..<Self.guardCount + values.count]
        region.copy(from: values.span)
    }

    /// `count` floats that a kernel has to overwrite: one that is left shows.
    convenience init(untouched count: Int) throws {
        try self.init([Float](repeating: .nan, count: count))
    }

    var values: [Float] { region.array() }

    /// Whether all guards are as they were, to the bit.
    var isIntact: Bool {
        let all = storage.region.array()
        return (all.prefix(Self.guardCount) + all.suffix(Self.guardCount))
            .allSatisfy { $0.bitPattern == Float.nan.bitPattern }
    }
}

func areIntact(_ regions: [Guarded]) -> Bool { regions.allSatisfy(\.isIntact) }

/// Half a unit in the last place of 1: the largest relative error of one rounding to Float.
let unitRoundoff = 0x1p-24

/// The largest |found − expected| in multiples of its element's bound; infinite for NaN or another count.
///
/// Use: `#expect(excess(...) <= 1)`.
func excess(_ found: [Float], _ expected: [Double], bounds: [Double]) -> Double {
    guard found.count == expected.count, found.count == bounds.count else { return .infinity }
    var largest = 0.0
    for index in found.indices {
        let error = abs(Double(found[index]) - expected[index])
        guard error.isFinite else { return .infinity }
        // A bound of 0 asks for equality.
        if error > 0 { largest = max(largest, error / bounds[index]) }
    }
    return largest
}

/// Bounds for sums of `terms` products in any order: (terms + 2) · u · Σ|a·b|, where `magnitudes` holds the sums
/// Σ|a·b| (Higham 2002, section 3.1: γₙ, plus a bias or an earlier value and the last rounding).
func bounds(_ magnitudes: [Double], terms: Int) -> [Double] {
    magnitudes.map { Double(terms + 2) * unitRoundoff * $0 }
}

extension Activation {
    /// What the activation adds to the error of a sum, which none of them enlarges: tanh is within 3 units in the last
    /// position, each at most u below 1; the others are exact.
    var error: Double { self == .tanh ? 3 * unitRoundoff : 0 }

    /// How far gradients may be off behind the activation, given those before it: y², 1 − y² and the product are rounded.
    func gradientBounds(_ incoming: [Float]) -> [Double] {
        incoming.map { self == .tanh ? 3 * unitRoundoff * abs(Double($0)) : 0 }
    }
}

/// A small generator with a seed (Steele, Lea and Flood 2014), so that a failure repeats.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// Uniform on [-1, 1).
    mutating func signed() -> Float { Float(next() >> 40) * 0x1p-23 - 1 }

    mutating func values(_ count: Int) -> [Float] { (0..<count).map { _ in signed() } }

    mutating func pick<T>(_ choices: [T]) -> T { choices[Int(next() % UInt64(choices.count))] }
}

extension [Float] {
    var doubles: [Double] { map(Double.init) }
    var magnitudes: [Double] { map { abs(Double($0)) } }
}

/// Whether two arrays are equal. Where `#expect(a == b)` fails it looks for the shortest list of differences, for
/// minutes if the arrays are long.
func identical<Value: Equatable>(_ a: [Value], _ b: [Value]) -> Bool { a == b }

/// Whether the address or the thread sanitizer is part of this process.
let isSanitized = isBuilt(with: "__asan_init") || isBuilt(with: "__tsan_init")

/// Whether the sanitizer with that symbol is part of this process.
func isBuilt(with symbol: String) -> Bool { dlsym(nil, symbol) != nil }
