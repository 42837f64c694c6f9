import VAECore

extension VAEError {
    /// The same error about the flag that sets its subject, where there is one.
    func naming(_ flags: [String: String]) -> VAEError {
        VAEError(
            kind, flags[subject] ?? subject, problem, expected: expected, found: found,
            advice: advice ?? (flags[subject] == nil ? nil : "See vae-train --help."))
    }
}
