import Foundation
import Kernels
import Synchronization

/// Ranks that are threads of one process, whose messages are copies: what is tested of several ranks without MPI.
package final class ThreadRanks: Communicator, @unchecked Sendable {
    package let rank: Int
    package let count: Int
    private let post: Post

    private init(rank: Int, count: Int, post: Post) {
        (self.rank, self.count, self.post) = (rank, count, post)
    }

    /// Letters on their way, in the order in which they were sent.
    private final class Post: @unchecked Sendable {
        private let lock = NSCondition()
        private var floats: [[Int]: [[Float]]] = [:]
        private var bytes: [[Int]: [[UInt8]]] = [:]

        func put(_ values: [Float], _ way: [Int]) {
            lock.withLock {
                floats[way, default: []].append(values)
                lock.broadcast()
            }
        }

        func put(_ values: [UInt8], _ way: [Int]) {
            lock.withLock {
                bytes[way, default: []].append(values)
                lock.broadcast()
            }
        }

        func takeFloats(_ way: [Int]) -> [Float] {
            lock.withLock {
                while floats[way]?.isEmpty != false { lock.wait() }
                return floats[way]!.removeFirst()
            }
        }

        func takeBytes(_ way: [Int]) -> [UInt8] {
            lock.withLock {
                while bytes[way]?.isEmpty != false { lock.wait() }
                return bytes[way]!.removeFirst()
            }
        }
    }

    package func exchange(_ messages: [RankMessage]) {
        for message in messages where message.isSent {
            post.put(message.region.array(), [rank, message.peer])
        }
        for message in messages where !message.isSent {
            message.region.copy(from: post.takeFloats([message.peer, rank]).span)
        }
    }

    package func send(_ bytes: [UInt8], to rank: Int) { post.put(bytes, [self.rank, rank]) }

    package func receive(from rank: Int) -> [UInt8] { post.takeBytes([rank, self.rank]) }

    /// A rank that did not come to its end.
    package struct Stuck: Error {}

    /// What each of some ranks returns of `body`, or the error that it throws.
    package static func run<Result: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (ThreadRanks) throws -> Result
    ) -> [Swift.Result<Result, any Error>] {
        let post = Post()
        let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
        let done = DispatchGroup()
        for rank in 0..<count {
            done.enter()
            let thread = Thread {
                let ranks = ThreadRanks(rank: rank, count: count, post: post)
                let result = Swift.Result { try body(ranks) }
                results.withLock { $0[rank] = result }
                done.leave()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        // Ranks that wait for each other for ever are left behind.
        _ = done.wait(timeout: .now() + .seconds(30))
        return results.withLock { results in (0..<count).map { results[$0] ?? .failure(Stuck()) } }
    }
}

/// Runs what blocks on a thread of its own: the tests' pool has few.
package func waitingFor<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}

/// The additions of `PairwiseSum.addRows`, in words.
package func treeOfAdditions(_ leaves: [String]) -> String {
    var rows = leaves
    var distance = 1
    while distance < rows.count {
        for row in stride(from: 0, to: rows.count - distance, by: 2 * distance) {
            rows[row] = "(\(rows[row])+\(rows[row + distance]))"
        }
        distance *= 2
    }
    return rows[0]
}
