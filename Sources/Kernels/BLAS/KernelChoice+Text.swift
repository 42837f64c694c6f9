import Glibc

extension KernelChoice {
    /// The kernels and who chose them, as a phrase: "Haswell (AVX2), chosen by OpenBLAS".
    package var phrase: String {
        let used = Self.named(kernels)
        switch chooser {
        case .openBLAS: return "\(used), chosen by OpenBLAS" + (isOlder ? ": \(Self.older(processor))" : "")
        case .user:
            let remark = fault.map { ": \($0)" } ?? ""
            return isSettingUsed
                ? "\(used), set by OPENBLAS_CORETYPE=\(setting ?? "")" + remark
                : "\(used), chosen by OpenBLAS, which does not use OPENBLAS_CORETYPE=\(setting ?? "")"
                    + remark
        case .program:
            let own = ownChoice ?? ""
            let why = rejected.contains(own) ? "multiplies wrongly" : "is \(Self.older(processor))"
            return "\(used), chosen by this program: OpenBLAS's own choice, \(Self.named(own)), \(why)"
        }
    }

    /// The warning about the kernels in use, in one line; nil where they are right.
    package var warning: String? {
        let used = Self.named(kernels)
        let advice = rightCoreType.map { "unset it, or set it to \($0)" } ?? "unset it"
        if chooser == .user {
            guard let fault else { return nil }
            let found =
                isSettingUsed
                ? "OPENBLAS_CORETYPE=\(setting ?? "") makes OpenBLAS use its kernels for \(used)"
                : "OpenBLAS does not use OPENBLAS_CORETYPE=\(setting ?? ""), but its kernels for \(used)"
            return "\(found), \(fault): \(advice)"
        }
        if let failure {
            let fault = rejected.contains(kernels) ? "which multiply wrongly" : Self.older(processor)
            return "OpenBLAS uses its kernels for \(used), \(fault), and the program could not begin again "
                + "with others (\(String(cString: strerror(failure))))"
                + (rightCoreType.map { ": set OPENBLAS_CORETYPE=\($0)" } ?? "")
        }
        let tried = rejected.joined(separator: ", ")
        if rejected.contains(kernels) {
            return "OpenBLAS multiplies wrongly with all of its kernels that were tried (\(tried)): "
                + "do not trust results of this machine, and see vae doctor"
        }
        guard isOlder else { return nil }
        return "OpenBLAS uses its kernels for \(used), \(Self.older(processor)), "
            + (isDynamic
                ? "and others are missing or multiply wrongly (\(tried))"
                : "and this build of it has no others")
            + ": another build would be faster"
    }

    /// The fault of kernels that the user set, as a phrase; nil for none.
    private var fault: String? {
        if rejected.contains(kernels) { return "which multiply wrongly" }
        return isOlder ? Self.older(processor) : isTooNew ? Self.tooNew(processor) : nil
    }

    /// Builds ignore names of kernels that they don't have.
    private var isSettingUsed: Bool { setting?.lowercased() == kernels.lowercased() }

    private static func named(_ kernels: String) -> String {
        CoreType.instructionSet(of: kernels).map { "\(kernels) (\($0.name))" } ?? kernels
    }

    private static func older(_ processor: Processor) -> String {
        "older than this processor" + (CoreType.fitting(processor).map { " (\($0.name))" } ?? "")
    }

    private static func tooNew(_ processor: Processor) -> String {
        "which this processor" + (processor.widest.map { " (\($0.name))" } ?? "") + " can't run"
    }
}
