/// Philox 4×32-10, a counter-based generator: the n-th block of a stream is a function of key and counter.
///
/// Ten rounds of a keyed bijection on 128 bits. Nothing is carried from one block to the next, so any number can be had
/// without those before it, on any thread.
///
/// Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
package struct Philox4x32: Sendable {
    package let key: SIMD2<UInt32>

    package init(key: SIMD2<UInt32>) { self.key = key }

    /// The four words at `counter`.
    package func block(at counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
        var (c, k) = (counter, key)
        for round in 0..<10 {
            if round > 0 { k = k &+ Self.weyl }
            let p0 = UInt64(Self.multipliers.0) &* UInt64(c[0])
            let p1 = UInt64(Self.multipliers.1) &* UInt64(c[2])
            c = SIMD4(
                UInt32(truncatingIfNeeded: p1 >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: p1),
                UInt32(truncatingIfNeeded: p0 >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: p0))
        }
        return c
    }

    private static let multipliers: (UInt32, UInt32) = (0xD251_1F53, 0xCD9E_8D57)
    private static let weyl = SIMD2<UInt32>(0x9E37_79B9, 0xBB67_AE85)
}
