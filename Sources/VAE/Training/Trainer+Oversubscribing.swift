extension Trainer {
    /// Gives trainers made in `body` as many threads as they ask for, on machines with fewer processors, too: they are
    /// slower, and their bits are what is looked at.
    package static func oversubscribing<Result>(_ body: () throws -> Result) rethrows -> Result {
        try Engine.$mayOversubscribe.withValue(true, operation: body)
    }

    /// Gives trainers made in `body` rows of gradients for so many threads, of which they may have fewer: what is computed together is then what so
    /// many threads would compute.
    package static func planning<Result>(for threads: Int, _ body: () throws -> Result) rethrows -> Result {
        try GradientWaves.$plannedThreads.withValue(threads, operation: body)
    }
}
