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
        for part in 0..<parts { seconds.append(ContinuousClock().measure { work(part) } / .seconds(1)) }
        jobs.append(seconds)
    }
}
