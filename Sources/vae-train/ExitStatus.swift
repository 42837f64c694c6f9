import VAECore

extension VAEError.Kind {
    /// The status of sysexits.h that fits.
    var exitStatus: Int32 {
        switch self {
        case .invalidArgument: 64
        case .invalidData: 65
        case .missingInput: 66
        case .unavailable: 69
        case .diverged: 70
        case .cannotCreate: 73
        case .inputOutput: 74
        }
    }
}

extension VAEError {
    /// The same error about the flag that sets its subject, where there is one.
    func naming(_ flags: [String: String]) -> VAEError {
        VAEError(
            kind, flags[subject] ?? subject, problem, expected: expected, found: found,
            advice: advice ?? (flags[subject] == nil ? nil : "See vae-train --help."))
    }
}
