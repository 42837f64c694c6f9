import Kernels
import Testing

@Suite("Philox 4×32-10")
struct PhiloxTests {
    /// The authors' vectors: `kat_vectors` of Random123 1.14, lines "philox4x32 10".
    @Test(
        arguments: [
            (
                SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
                SIMD4<UInt32>(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)
            ),
            (
                SIMD4<UInt32>(repeating: .max), SIMD2<UInt32>(repeating: .max),
                SIMD4<UInt32>(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)
            ),
            (
                SIMD4<UInt32>(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
                SIMD2<UInt32>(0xA409_3822, 0x299F_31D0),
                SIMD4<UInt32>(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)
            ),
        ])
    func publishedVectors(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, expected: SIMD4<UInt32>) {
        #expect(Philox4x32(key: key).block(at: counter) == expected)
    }

    /// A bijection: no two counters share a block.
    @Test func blocksDiffer() {
        let generator = Philox4x32(key: SIMD2(1, 2))
        let blocks = (0..<4096 as Range<UInt32>).flatMap { n in
            (0..<4).map { word -> SIMD4<UInt32> in
                var counter = SIMD4<UInt32>()
                counter[word] = n + 1
                return generator.block(at: counter)
            }
        }
        #expect(Set(blocks).count == blocks.count)
    }
}
