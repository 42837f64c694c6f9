import Foundation
import VAECore

/// A folder of a test's own, removed with it.
final class Scratch {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "vae-export-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func bytes(_ name: String) throws -> [UInt8] { try DurableFile.read(file(name)) }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}

/// Random numbers, the same for the same seed: SplitMix64 (Steele, Lea and Flood 2014).
struct Deviates {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func uniform(_ low: Float = 0, _ high: Float = 1) -> Float {
        low + (high - low) * Float(next() >> 40) * 0x1p-24
    }

    /// A number below `count`.
    mutating func index(_ count: Int) -> Int { Int(next() >> 33) % count }

    mutating func normal() -> Float {
        let (u, v) = (Double(next() >> 11) * 0x1p-53, Double(next() >> 11) * 0x1p-53)
        return Float((-2 * log(1 - u)).squareRoot() * cos(2 * .pi * v))
    }
}
