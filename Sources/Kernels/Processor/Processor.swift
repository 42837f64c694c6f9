import CTiles

/// Instruction sets of x86-64 that matrix products are written for, each with all those before it.
package enum InstructionSet: Int, Comparable, CaseIterable, Sendable {
    case sse, avx
    /// With FMA.
    case avx2
    case avx512

    /// The instruction set's name for people, such as "AVX2".
    package var name: String {
        switch self {
        case .sse: "SSE"
        case .avx: "AVX"
        case .avx2: "AVX2"
        case .avx512: "AVX-512"
        }
    }

    package static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rawValue < b.rawValue }
}

/// The features of a processor that matter for matrix products.
package struct Processor: Equatable, Sendable {
    /// The widest set that the processor has and the system lets programs use; nil on other architectures than x86-64.
    package let widest: InstructionSet?
    package let isAMD: Bool
    /// Four-operand multiply-adds: AMD's Bulldozer family, whose units are 128 bits wide.
    package let hasFMA4: Bool

    package init(widest: InstructionSet?, isAMD: Bool = false, hasFMA4: Bool = false) {
        self.widest = widest
        self.isAMD = isAMD
        self.hasFMA4 = hasFMA4
    }

    /// The processor of this machine.
    package static let current: Processor = {
        let found = vae_this_processor()
        guard found.is_x86_64 else { return Processor(widest: nil) }
        let widest: InstructionSet =
            found.avx512 && found.avx2 ? .avx512 : found.avx2 ? .avx2 : found.avx ? .avx : .sse
        return Processor(widest: widest, isAMD: found.is_amd, hasFMA4: found.fma4)
    }()
}
