import VAECore

/// The interval between checkpoints within an epoch; after each epoch one is always written.
public enum CheckpointInterval: Hashable, Sendable {
    /// Every minute, and on a slow disk so seldom that writing takes 1% of the time at most.
    case automatic
    /// After every so many optimiser steps, counted from the beginning of the training; 1 or more.
    case steps(Int)
    /// After the first step that ends so many seconds after the checkpoint before, or later.
    case seconds(Double)

    /// "200" for steps, "60s" for seconds; nil for anything else, 0 and less included.
    package init?(_ text: String) {
        if text.hasSuffix("s"), let seconds = NumberText.double(text.dropLast()), seconds > 0,
            seconds.isFinite
        {
            self = .seconds(seconds)
        } else if let steps = NumberText.count(text), steps > 0 {
            self = .steps(steps)
        } else {
            return nil
        }
    }

    /// Whether it is time.
    /// - Parameters:
    ///   - steps: since the beginning of the training
    ///   - seconds: since the last checkpoint
    ///   - cost: seconds that the last one took
    package func isDue(steps: Int, seconds: Double, cost: Double) -> Bool {
        switch self {
        case .automatic: seconds >= max(60, 100 * cost)
        case .steps(let interval): steps.isMultiple(of: interval)
        case .seconds(let interval): seconds >= interval
        }
    }
}
