/// The seconds of every part of the jobs of a pool of one worker, in the order that the parts are dealt out: what a schedule for more workers
/// is made from. It allocates as it grows.
package final class PartTimes: @unchecked Sendable {
    private var jobs: [[Double]] = []

    package init() {}

    /// The jobs since the last call.
    package func take() -> [[Double]] {
        defer { jobs = [] }
        return jobs
    }

    func time(parts: Int, _ work: (_ part: Int) -> Void) {
        var seconds: [Double] = []
        seconds.reserveCapacity(parts)
        // One look at the clock a part: what looking takes is in the parts, and not between the jobs.
        var last = ContinuousClock.now
        for part in 0..<parts {
            work(part)
            let now = ContinuousClock.now
            seconds.append((now - last) / .seconds(1))
            last = now
        }
        jobs.append(seconds)
    }
}
