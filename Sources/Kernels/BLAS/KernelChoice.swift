/// Which kernels OpenBLAS uses in this process, and who chose them.
///
/// A build for many processors chooses by the processor's number when it is loaded, and takes kernels from twenty years ago for
/// a number that it does not know. `OPENBLAS_CORETYPE` in the environment of a program that begins overrides the choice.
package struct KernelChoice: Equatable, Sendable {
    package enum Chooser: String, Sendable {
        /// OpenBLAS, by itself.
        case openBLAS = "openblas"
        /// The program, which began again with other kernels than OpenBLAS had chosen.
        case program
        /// Whoever set `OPENBLAS_CORETYPE`.
        case user
    }

    /// OpenBLAS's name of the kernels in use, such as "Haswell".
    package let kernels: String
    package let chooser: Chooser
    /// OpenBLAS's own choice of kernels; nil where it was not asked.
    package let ownChoice: String?
    /// The value of `OPENBLAS_CORETYPE` that the user set.
    package let setting: String?
    /// Names whose kernels this build lacks, or which gave wrong products.
    package let rejected: [String]
    package let processor: Processor
    /// Whether the build has kernels for more than one kind of processor.
    package let isDynamic: Bool
    /// Why the program could not begin again, where it should have: an error of the system.
    package var failure: Int32?

    /// Whether the kernels in use leave instructions of the processor unused.
    package var isOlder: Bool { CoreType.isOlder(kernels, than: processor) }

    /// Whether the kernels use instructions that the processor does not have: the first large product ends the process.
    package var isTooNew: Bool { CoreType.isTooNew(kernels, for: processor) }

    /// The `OPENBLAS_CORETYPE` that this process should have been begun with; nil where its kernels are right, or no others are known
    /// to be better.
    package var rightCoreType: String? {
        guard isOlder || isTooNew, isDynamic else { return nil }
        return CoreType.candidates(for: processor).first { name in
            !rejected.contains(name) && !CoreType.isOlder(name, than: processor)
        }
    }
}

// MARK: The decision

extension KernelChoice {
    /// The next of a program's starts, and what those before it found.
    package struct Attempt: Equatable, Sendable {
        /// OpenBLAS's own choice of kernels.
        package var ownChoice: String
        package var rejected: [String] = []
        /// The core type that the start asks for; nil when nothing better was found, and OpenBLAS is left to choose.
        package var coreType: String?

        package init(ownChoice: String, rejected: [String] = [], coreType: String? = nil) {
            self.ownChoice = ownChoice
            self.rejected = rejected
            self.coreType = coreType
        }
    }

    package enum Decision: Equatable, Sendable {
        case keep(KernelChoice)
        /// The program begins again.
        case beginAgain(Attempt)
    }

    /// The decision of a program that finds itself with kernels of this name.
    ///
    /// A setting of the user's is kept whatever it is, and so are a build's only kernels. Otherwise kernels that are older than the processor, or give wrong products,
    /// make way for the first that are not: each is tried once, so that the starts come to an end.
    /// - Parameters:
    ///   - setting: the value of `OPENBLAS_CORETYPE` that the user set; empty is not set
    ///   - attempt: what this start is, nil for the first
    ///   - multipliesRightly: whether products of the kernels in use are right; asked only where it matters
    package static func decide(
        kernels: String, isDynamic: Bool, processor: Processor, setting: String?, attempt: Attempt?,
        multipliesRightly: () -> Bool
    ) -> Decision {
        func choice(_ chooser: Chooser, _ ownChoice: String?, rejected: [String] = []) -> Decision {
            .keep(
                KernelChoice(
                    kernels: kernels, chooser: chooser, ownChoice: ownChoice,
                    setting: chooser == .user ? setting : nil, rejected: rejected, processor: processor,
                    isDynamic: isDynamic))
        }
        guard var attempt else {
            if let setting, !setting.isEmpty {
                let isWrong = !CoreType.isTooNew(kernels, for: processor) && !multipliesRightly()
                return choice(.user, nil, rejected: isWrong ? [kernels] : [])
            }
            let isOlder = isDynamic && CoreType.isOlder(kernels, than: processor)
            guard isOlder || !multipliesRightly() else { return choice(.openBLAS, kernels) }
            guard isDynamic else { return choice(.openBLAS, kernels, rejected: [kernels]) }
            var first = Attempt(ownChoice: kernels, rejected: isOlder ? [] : [kernels])
            first.coreType = first.next(for: processor)
            return first.coreType == nil
                ? choice(.openBLAS, kernels, rejected: first.rejected) : .beginAgain(first)
        }
        guard let asked = attempt.coreType else {
            if !attempt.rejected.contains(kernels), !multipliesRightly() { attempt.rejected.append(kernels) }
            return choice(.openBLAS, kernels, rejected: attempt.rejected)
        }
        if kernels.lowercased() == asked.lowercased(), multipliesRightly() {
            return choice(.program, attempt.ownChoice, rejected: attempt.rejected)
        }
        attempt.rejected.append(asked)
        attempt.coreType = attempt.next(for: processor)
        return .beginAgain(attempt)
    }
}

extension KernelChoice.Attempt {
    /// The next core type to try: better than OpenBLAS's own choice, or any other where that one is wrong.
    fileprivate func next(for processor: Processor) -> String? {
        let tried = Set(rejected.map { $0.lowercased() })
        let isOwnWrong = tried.contains(ownChoice.lowercased())
        let own = CoreType.instructionSet(of: ownChoice)
        return CoreType.candidates(for: processor).first { name in
            guard !tried.contains(name.lowercased()) else { return false }
            guard !isOwnWrong, let own else { return true }
            return CoreType.instructionSet(of: name).map { $0 > own } ?? false
        }
    }
}
