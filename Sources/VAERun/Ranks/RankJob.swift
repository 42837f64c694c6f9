import Foundation
import Kernels
import VAE
import VAECore
import VAEData

/// A training by several ranks, seen from one of them: rank 0 has the run folder, prints and decides; the others do their share of the steps of
/// every training that it invites them to.
package final class RankJob {
    package let communicator: any Communicator
    package var rank: Int { communicator.rank }
    package var ranks: Int { communicator.count }

    package init(_ communicator: any Communicator) { self.communicator = communicator }

    private var others: Range<Int> { 1..<ranks }

    /// The first byte of what rank 0 says and is answered.
    private enum Word: UInt8 {
        case invite, go, cancel, end, ready, refuse
    }

    // MARK: - Rank 0

    /// Has the other ranks load a session's images and make ready, and then runs it with them.
    /// - Parameter body: runs the session
    /// - Throws: the error of the first rank that can't, which names it, and none of them trains; and what `body` throws.
    package func run(_ session: RunSession, _ body: () throws -> Void) throws {
        if !session.trainer.isFinished { try invite(session) }
        do { try body() } catch {
            // Before its first step nobody else would hear of it.
            session.trainer.leaveRanks(error as? VAEError)
            throw error
        }
    }

    private func invite(_ session: RunSession) throws(VAEError) {
        let invitation = RankInvitation(
            version: packageVersion, record: session.record, tiles: Products.instructionSet != nil)
        let text = try invitation.encoded()
        let checkpoint = try session.trainer.checkpoint().serialized()
        for other in others {
            communicator.send([Word.invite.rawValue] + text, to: other)
            communicator.send(checkpoint, to: other)
        }
        var refusal: VAEError?
        for other in others {
            let answer = communicator.receive(from: other)
            guard answer.first != Word.ready.rawValue else { continue }
            refusal =
                refusal ?? VAEError(rankText: Array(answer.dropFirst()))
                ?? VAEError(.unavailable, "rank \(other)", "has not understood")
        }
        for other in others {
            communicator.send([(refusal == nil ? Word.go : Word.cancel).rawValue], to: other)
        }
        if let refusal { throw refusal }
        session.trainer.joinRanks()
    }

    /// Lets the other ranks go.
    package func end() {
        for other in others { communicator.send([Word.end.rawValue], to: other) }
    }

    // MARK: - The others

    /// Follows rank 0 until it lets this rank go.
    /// - Parameters:
    ///   - path: where the images are on this machine; nil for where rank 0 found them
    ///   - storage: where the images are while they are used
    ///   - threads: workers of this rank
    package func serve(dataAt path: String?, storage: ImageStorage, threads: Int) {
        var known: (sha256: String, data: Dataset)?
        while true {
            let word = communicator.receive(from: 0)
            guard word.first == Word.invite.rawValue else { return }
            let checkpoint = communicator.receive(from: 0)
            do throws(VAEError) {
                let invitation = try RankInvitation(Array(word.dropFirst()))
                try invitation.check(
                    version: packageVersion, tiles: Products.instructionSet != nil, kernels: OpenBLAS.core)
                let record = invitation.record
                let data =
                    if let known, known.sha256 == record.data.sha256 { known.data } else {
                        try record.dataset(at: path, storage)
                    }
                known = (record.data.sha256, data)
                let trainer = try Trainer(
                    resuming: Checkpoint(bytes: checkpoint, source: "the checkpoint of rank 0"),
                    threads: threads,
                    ranks: communicator)
                communicator.send([Word.ready.rawValue], to: 0)
                guard communicator.receive(from: 0).first == Word.go.rawValue else { continue }
                // Rank 0 hears of an error in the step where it happens, and says it.
                _ = try? trainer.fit(data.train, test: data.test)
            } catch {
                communicator.send([Word.refuse.rawValue] + error.rankText(rank), to: 0)
                // All hear whether the training begins.
                _ = communicator.receive(from: 0)
            }
        }
    }
}
