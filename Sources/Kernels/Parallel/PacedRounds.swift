/// The number of parts of a long job that a team is given at once: enough to keep it busy, few enough that whoever waits hears of it a
/// few times a second. The parts, and so the results, are the same however they are dealt out.
package struct PacedRounds {
    private let workers: Int
    /// Parts of the next round.
    package private(set) var size: Int
    private static let most = 1 << 14

    package init(workers: Int) {
        self.workers = workers
        size = 4 * workers
    }

    /// Runs a round of `size` parts, and chooses the size of the next.
    package mutating func time(_ work: () -> Void) {
        let taken = ContinuousClock().measure(work)
        if taken < .milliseconds(100) {
            size = min(2 * size, max(Self.most, workers))
        } else if taken > .milliseconds(300) {
            size = max(size / 2, workers)
        }
    }
}
