import Foundation
import Testing
import VAECore
import VAEEvaluation

/// What scikit-learn, SciPy and NumPy make of data that both sides make by the same formulas: `Golden/make_statistics.py`.
enum StatisticsGolden {
    static func load() throws -> [String: [Double]] {
        let path = try #require(Bundle.module.path(forResource: "Golden/statistics", ofType: "json"))
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
        return try #require(object as? [String: Any]).mapValues {
            ($0 as? [Double]) ?? [($0 as? Double) ?? .nan]
        }
    }

    private static let centres = [[0, 0, 0], [2, 0, 0.5], [0, 2, 1], [1, 1, -2]]
    private static let widths = [[0.75, 0.5, 0.5], [0.5, 0.75, 0.75], [0.75, 0.5, 0.5], [0.5, 0.5, 1]]

    /// Four clusters in three dimensions that overlap a little; point i is of class i mod 4.
    static func blobs(_ count: Int, state: UInt64) throws -> Points {
        var random = SplitMix(state: state)
        var coordinates: [Float] = []
        for point in 0..<count {
            var noise = (0..<3).map { _ in random.signed() + random.signed() + random.signed() }
            noise[1] = 0.8 * noise[1] + 0.6 * noise[0]
            let label = point % 4
            for axis in 0..<3 {
                coordinates.append(Float(centres[label][axis] + widths[label][axis] * noise[axis]))
            }
        }
        return try Points(coordinates, size: 3, labels: (0..<count).map { Int($0 % 4) })
    }

    /// 8×8 images of three waves of random strength and a little noise.
    static func images(_ count: Int, state: UInt64) throws -> ImageSet {
        var random = SplitMix(state: state)
        var pixels: [UInt8] = []
        for _ in 0..<count {
            let strength = (0..<3).map { _ in random.signed() }
            for place in 0..<64 {
                let (x, y) = (Double(place % 8) - 3.5, Double(place / 8) - 3.5)
                var value = 90 + strength[0] * 60 * x / 3.5 + strength[1] * 50 * y / 3.5
                value += strength[2] * 40 * x * y / 12.25 + 12 * random.signed()
                if (2...5).contains(place % 8) { value += 90 }
                pixels.append(UInt8(max(0, min(255, value.rounded(.down)))))
            }
        }
        return try ImageSet(shape: ImageShape(height: 8, width: 8), pixels: pixels)
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

    /// Uniform on [-1, 1), a multiple of 2⁻²³.
    mutating func signed() -> Double { Double(next() >> 40) / 0x1p23 - 1 }

    /// A standard normal, nearly: twelve uniforms.
    mutating func normal() -> Double { (0..<12).reduce(0) { sum, _ in sum + signed() } / 2 }
}

/// The largest difference between two lists; infinite for lists of other lengths or with anything not finite.
func difference(_ found: [Double], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    return zip(found, expected).reduce(0) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isFinite ? max(largest, difference) : .infinity
    }
}

/// What `work` throws.
func failure(_ work: () throws(VAEError) -> Void) -> VAEError? {
    do throws(VAEError) {
        try work()
        return nil
    } catch { return error }
}
