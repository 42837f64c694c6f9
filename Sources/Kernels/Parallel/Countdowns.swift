import Synchronization

/// Counters of work that several threads do, of which the one that has done the last goes on with what waits for all.
package final class Countdowns: @unchecked Sendable {
    private let starts: [Int]
    private let left: UnsafeMutablePointer<Atomic<Int>>

    /// - Parameter starts: how often each is counted down
    package init(_ starts: [Int]) {
        self.starts = starts
        left = .allocate(capacity: max(1, starts.count))
        for (index, start) in starts.enumerated() { (left + index).initialize(to: Atomic(start)) }
    }

    deinit {
        left.deinitialize(count: starts.count)
        left.deallocate()
    }

    /// One less to do. What threads wrote before they counted is seen by the one that counts last; then the counter begins anew.
    /// - Returns: whether it was the last
    package func countDown(_ index: Int) -> Bool {
        precondition(starts.indices.contains(index), "counter \(index) of \(starts.count)")
        guard left[index].subtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return false }
        left[index].store(starts[index], ordering: .relaxed)
        return true
    }
}
