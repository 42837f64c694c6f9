import VAECore

extension VAEError {
    /// The same error about the flag that sets its subject, where there is one.
    /// - Parameter help: the command that says more.
    package func naming(_ flags: [String: String], help: String) -> VAEError {
        VAEError(
            kind, flags[subject] ?? subject, problem, expected: expected, found: found,
            advice: advice ?? (flags[subject] == nil ? nil : "See \(help)."))
    }

    /// The same error with other advice.
    package func advising(_ advice: String) -> VAEError {
        VAEError(kind, subject, problem, expected: expected, found: found, advice: advice)
    }
}
