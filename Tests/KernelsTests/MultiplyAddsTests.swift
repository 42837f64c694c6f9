import Kernels
import Testing

/// The loop whose speed is the processor's multiply-add peak.
@Suite struct MultiplyAddsTests {
    /// x ← x/2 + 1/2 from n + 1 in each of twelve chains n, whose sum over all lanes comes back: after s steps 12 + 66 · 2⁻ˢ a
    /// lane, exactly.
    @Test(arguments: [0, 1, 2, 3, 4, 17])
    func doesTheStepsItSays(steps: Int) {
        let lanes = MultiplyAdds.operationsPerStep / (2 * 12)
        var excess: Float = 66
        for _ in 0..<steps { excess /= 2 }
        #expect(MultiplyAdds.run(steps: steps) == Float(lanes) * (12 + excess))
    }

    /// An operation for each lane of the widest registers that there are.
    @Test func namesItsRegisters() {
        let lanes = ["AVX-512": 16, "AVX2": 8][MultiplyAdds.instructionSet] ?? 4
        #expect(MultiplyAdds.operationsPerStep == 2 * 12 * lanes)
        switch Processor.current.widest {
        case .avx512: #expect(MultiplyAdds.instructionSet == "AVX-512")
        case .avx2: #expect(MultiplyAdds.instructionSet == "AVX2")
        case .avx, .sse: #expect(MultiplyAdds.instructionSet == "SSE")
        case nil: #expect(!["AVX-512", "AVX2", "SSE"].contains(MultiplyAdds.instructionSet))
        }
    }
}
