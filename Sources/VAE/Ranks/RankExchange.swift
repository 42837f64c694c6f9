import Kernels
import VAECore

/// What ranks tell each other in a training: whether they go on, and what each has of state that belongs to all.
///
/// Each rank takes the optimiser's step on a part of the parameters, and sends these to all others. What the step keeps beside them, moments and
/// averages, stays with it until somebody needs the whole: a checkpoint, or the test images. Every rank that is asked whether it goes on can so
/// be asked for that first, and all have everything when a training ends, in whatever way.
final class RankExchange: @unchecked Sendable {
    let communicator: any Communicator
    var rank: Int { communicator.rank }
    var ranks: Int { communicator.count }

    /// Whether it is over, for all ranks alike: nobody waits for a word.
    private var hasEnded = true
    /// Why it is over, where this rank heard of it when it asked for something else.
    private var ending: VAEError?
    /// A word to each rank, and one of each.
    private let words: FloatStorage
    private let askWords: [RankMessage]
    /// By the parts' numbers; nil for what there is none of.
    private var state: [SharedState?] = Part.allCases.map { _ in nil }

    /// Kinds of state that are brought together at different times.
    enum Part: Int, CaseIterable {
        case moments, averages
    }

    /// State of which a rank has what it owns.
    private struct SharedState {
        let messages: [RankMessage]
        /// Whether every rank has all of it.
        var isWhole = true
    }

    private enum Word: Float {
        case goOn, collect, stop, failed
    }

    /// - Throws: `unavailable` without memory enough.
    init(_ communicator: any Communicator) throws(VAEError) {
        self.communicator = communicator
        let (rank, ranks) = (communicator.rank, communicator.count)
        words = try Engine.allocate { () throws(OutOfMemory) in try FloatStorage(count: 2 * ranks) }
        let (mine, theirs) = (words.region[0..<1], words.region[ranks..<2 * ranks])
        askWords = (0..<ranks).filter { $0 != rank }.flatMap {
            [RankMessage.send(mine, to: $0), .receive(theirs[$0..<$0 + 1], from: $0)]
        }
    }

    // MARK: - Going on

    /// Begins a training, or goes on with one: from now on all wait for each other.
    func begin() { (hasEnded, ending) = (false, nil) }

    /// Ends a training that is done, on all ranks without a word.
    func finish() {
        bringTogether()
        hasEnded = true
    }

    /// Asks all ranks whether they go on, as before every exchange, and gives what is asked for in return. Allocates nothing where all do.
    /// - Parameter failure: why this one can't
    /// - Throws: what a rank failed of, the same error on all; `unavailable` where a rank wants to end.
    func agree(_ failure: VAEError? = nil) throws(VAEError) {
        if let ending { throw ending }
        while try !say(failure == nil ? .goOn : .failed, failure) {}
    }

    /// Tells all ranks that this one ends, unless they have ended together. They hear of it in their next step.
    /// - Parameter failure: why; nil where somebody wants it to
    func leave(_ failure: VAEError? = nil) {
        guard !hasEnded else { return }
        _ = try? say(failure == nil ? .stop : .failed, failure)
    }

    /// - Returns: whether all go on
    private func say(_ word: Word, _ failure: VAEError? = nil) throws(VAEError) -> Bool {
        words.region[0] = word.rawValue
        communicator.exchange(askWords)
        words.region[ranks + rank] = word.rawValue
        func firstThatSays(_ word: Word) -> Int? {
            (0..<ranks).first { words.region[ranks + $0] == word.rawValue }
        }
        if (0..<ranks).allSatisfy({ words.region[ranks + $0] == Word.goOn.rawValue }) { return true }
        bringTogether()
        if let first = firstThatSays(.failed) {
            hasEnded = true
            throw share(failure, of: first)
        }
        if let first = firstThatSays(.stop) {
            hasEnded = true
            throw VAEError(.unavailable, "rank \(first)", "has ended the training")
        }
        return false
    }

    /// The first failed rank's error, on all ranks.
    private func share(_ failure: VAEError?, of first: Int) -> VAEError {
        guard first == rank, let failure else {
            let text = communicator.receive(from: first)
            return VAEError(rankText: text) ?? VAEError(.unavailable, "rank \(first)", "has failed")
        }
        for other in 0..<ranks where other != rank { communicator.send(failure.rankText(rank), to: other) }
        return VAEError(rankText: failure.rankText(rank)) ?? failure
    }

    // MARK: - State

    /// Has a part of the state shared: `messages` bring it together.
    func share(_ part: Part, _ messages: [RankMessage]) {
        state[part.rawValue] = SharedState(messages: messages)
    }

    /// After a step every rank has its own of the state, and no more.
    func scatter() { for index in state.indices { state[index]?.isWhole = false } }

    /// Brings together what is not, when all ranks do.
    func bringTogether(_ parts: [Part] = Part.allCases) {
        for part in parts {
            guard let shared = state[part.rawValue], !shared.isWhole else { continue }
            communicator.exchange(shared.messages)
            state[part.rawValue]?.isWhole = true
        }
    }

    /// Asks all ranks for a part of the state that is not whole, and waits until they have come to where they ask whether they go on: a step at most,
    /// which they compute meanwhile, or their share of the test images.
    ///
    /// What ends the training then is thrown by the next ``agree(_:)``.
    func collect(_ part: Part) {
        guard !hasEnded, state[part.rawValue]?.isWhole == false else { return }
        do throws(VAEError) { _ = try say(.collect) } catch { ending = error }
    }
}
