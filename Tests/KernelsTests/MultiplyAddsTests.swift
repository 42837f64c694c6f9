import Kernels
import Testing

/// The loop whose speed is the processor's multiply-add peak.
@Suite struct MultiplyAddsTests {
    #if arch(x86_64)
        private let chains = 12
    #else
        private let chains = 24
    #endif

    /// x ← x/2 + 1/2 from n + 1 in each of c chains n, whose sum over all lanes comes back: after s steps c + c(c − 1)/2 · 2⁻ˢ a
    /// lane, exactly.
    @Test(arguments: [0, 1, 2, 3, 4, 17])
    func doesTheStepsItSays(steps: Int) {
        let lanes = MultiplyAdds.operationsPerStep / (2 * chains)
        var excess = Float(chains * (chains - 1) / 2)
        for _ in 0..<steps { excess /= 2 }
        #expect(MultiplyAdds.run(steps: steps) == Float(lanes) * (Float(chains) + excess))
    }

    /// An operation for each lane of the widest registers that there are.
    @Test func namesItsRegisters() {
        let lanes = ["AVX-512": 16, "AVX2": 8, "AVX": 8][MultiplyAdds.instructionSet] ?? 4
        #expect(MultiplyAdds.operationsPerStep == 2 * chains * lanes)
        switch Processor.current.widest {
        case .avx512: #expect(MultiplyAdds.instructionSet == "AVX-512")
        case .avx2: #expect(MultiplyAdds.instructionSet == "AVX2")
        case .avx: #expect(MultiplyAdds.instructionSet == "AVX")
        case .sse: #expect(MultiplyAdds.instructionSet == "SSE")
        case nil: #expect(!["AVX-512", "AVX2", "AVX", "SSE"].contains(MultiplyAdds.instructionSet))
        }
    }
}
