extension Trainer {
    /// Gives trainers made in `body` as many threads as they ask for, on machines with fewer processors, too: they are
    /// slower, and their bits are what is looked at.
    package static func oversubscribing<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Engine.$mayOversubscribe.withValue(true, operation: body)
    }
}
