/// OpenBLAS's core types, the names of its sets of kernels: those of the processors they were written for.
package enum CoreType {
    /// The widest instruction set that the kernels of this name use; nil for a name that is not known, which is that of
    /// a newer processor, or of another architecture.
    package static func instructionSet(of name: String) -> InstructionSet? { sets[name.lowercased()] }

    /// The names for a processor, the fastest first.
    package static func candidates(for processor: Processor) -> [String] {
        guard let widest = fitting(processor) else { return [] }
        let all: [(name: String, isFor: Bool)] = [
            ("SkylakeX", true), ("Zen", processor.isAMD), ("Haswell", true), ("Bulldozer", processor.hasFMA4),
            ("Sandybridge", true), ("Prescott", true),
        ]
        return all.filter { candidate in
            candidate.isFor && (instructionSet(of: candidate.name).map { $0 <= widest } ?? false)
        }.map(\.name)
    }

    /// Whether the kernels were written for a processor with a narrower instruction set than this one has.
    package static func isOlder(_ name: String, than processor: Processor) -> Bool {
        guard let set = instructionSet(of: name), let fitting = fitting(processor) else { return false }
        return set < fitting
    }

    /// Whether the kernels use instructions that the processor does not have.
    package static func isTooNew(_ name: String, for processor: Processor) -> Bool {
        guard let set = instructionSet(of: name), let widest = processor.widest else { return false }
        return set > widest
    }

    /// The instruction set of OpenBLAS's best kernels for a processor. Those for the Bulldozer family are AVX, and fit all of it.
    package static func fitting(_ processor: Processor) -> InstructionSet? {
        processor.widest.map { processor.hasFMA4 ? min($0, .avx) : $0 }
    }

    private static let sets: [String: InstructionSet] = {
        let names: [(InstructionSet, String)] = [
            (
                .sse,
                "katmai coppermine northwood prescott banias atom core2 penryn dunnington nehalem athlon "
                    + "opteron opteron_sse3 barcelona nano bobcat"
            ),
            (.avx, "sandybridge bulldozer piledriver steamroller excavator"),
            (.avx2, "haswell zen"),
            (.avx512, "skylakex cooperlake sapphirerapids"),
        ]
        return Dictionary(
            uniqueKeysWithValues: names.flatMap { set, names in
                names.split(separator: " ").map { (String($0), set) }
            })
    }()
}
