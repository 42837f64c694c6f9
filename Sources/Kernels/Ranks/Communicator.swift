/// A group of processes, the ranks, that work on one job, as one of them sees it: MPI's model of messages, without its reductions, whose
/// order of additions is the library's own.
///
/// Messages from one rank to another arrive in the order in which they were sent. One thread of a process talks at a time.
package protocol Communicator: AnyObject, Sendable {
    /// The number of this process, from 0.
    var rank: Int { get }
    /// All processes.
    var count: Int { get }

    /// Sends and receives floats, and returns when all of it has arrived and what was sent may be overwritten. Allocates nothing.
    func exchange(_ messages: [RankMessage])

    /// Sends bytes of any number, to be taken by ``receive(from:)``.
    func send(_ bytes: [UInt8], to rank: Int)

    /// The next bytes of a rank, waited for without taking much of a processor.
    func receive(from rank: Int) -> [UInt8]
}

/// Floats that go to another rank, or the place where some of its floats go.
package struct RankMessage: Sendable {
    /// The other rank.
    package let peer: Int
    package let region: FloatRegion
    package let isSent: Bool

    package static func send(_ region: FloatRegion, to peer: Int) -> RankMessage {
        RankMessage(peer: peer, region: region, isSent: true)
    }

    package static func receive(_ region: FloatRegion, from peer: Int) -> RankMessage {
        RankMessage(peer: peer, region: region, isSent: false)
    }
}
