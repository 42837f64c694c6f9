import Kernels

/// Which kernels multiply matrices, who chose them, and whether they fit the processor, as `vae doctor` says it.
struct KernelReport: Encodable {
    let inUse: String
    /// The widest instruction set that they use, and that the processor has; nil where it is not known.
    let instructionSet: String?
    let processorInstructionSet: String?
    /// OpenBLAS's own choice; nil where `OPENBLAS_CORETYPE` was set.
    let ownChoice: String?
    /// `openblas`, `program` or `user`.
    let chosenBy: String
    /// Names whose kernels are missing or gave wrong products.
    let rejected: [String]
    let olderThanProcessor: Bool
    /// The `OPENBLAS_CORETYPE` that would be right, where what is in use is not.
    let rightCoretype: String?
    let warning: String?
    /// For people.
    let text: String

    init(_ choice: KernelChoice) {
        inUse = choice.kernels
        instructionSet = CoreType.instructionSet(of: choice.kernels)?.name
        processorInstructionSet = choice.processor.widest?.name
        ownChoice = choice.ownChoice
        chosenBy = choice.chooser.rawValue
        rejected = choice.rejected
        olderThanProcessor = choice.isOlder
        rightCoretype = choice.rightCoreType
        warning = choice.warning
        text = choice.phrase
    }

    private enum CodingKeys: CodingKey {
        case inUse, instructionSet, processorInstructionSet, ownChoice, chosenBy, rejected, olderThanProcessor
        case rightCoretype, warning
    }
}
