import VAE
import VAECore

/// Whoever watches a run: it is told what happens, and may end the run after any step.
///
/// Both have a default: to show nothing, and never to end the run.
public protocol RunObserver {
    /// Takes note of what has just happened, on the thread that called ``RunSession/run(figures:film:tensorBoard:checkpoints:observer:)``, which goes
    /// on afterwards: after an optimiser step that takes milliseconds, it should not take long.
    func observe(_ event: RunSession.Event)

    /// Decides whether training goes on; asked after every optimiser step, several times a second while test images are
    /// measured, and after every epoch.
    /// - Throws: any error to end the training. The run then writes a checkpoint and throws the same error.
    func checkInterruption() throws
}

extension RunObserver {
    /// Takes no note.
    public func observe(_ event: RunSession.Event) {}

    /// Lets the training go on.
    /// - Throws: nothing.
    public func checkInterruption() throws {}
}

extension RunSession {
    /// An event of a run, as its observer is told.
    public enum Event: Sendable {
        /// Words for a person: something is lost or in doubt, and the run goes on.
        case warning(String)
        /// There was nothing left to train: the run had this many epochs.
        case finishedBefore(epochs: Int)
        /// An epoch, counted from 1, begins or goes on; this many of its images were trained on before.
        case epochBegins(Int, imagesDone: Int)
        /// An optimiser step is done.
        case step(StepReport)
        /// An epoch is done and measured; its files are written next.
        case epoch(EpochReport)
        /// The training ended before its last epoch: the loss has not fallen since this epoch for as many as its patience.
        case stoppedEarly(best: Int)
        /// The training was ended from outside, and a checkpoint of this position was written.
        case interrupted(Position)
        /// The training failed; a checkpoint of this position is kept. Going on from it helps where the reason can be removed, as
        /// a full disk can, and a training whose loss is no longer finite can't.
        case failed(kept: Position, canGoOn: Bool)
        /// What is to be told of a codebook after the training, in lines.
        case codes([String])
        /// Nothing is left to train: the observer is no longer asked whether to go on.
        case trained
        /// Something is being drawn, which takes up to some seconds.
        case drawing(Drawing)
    }

    /// A kind of drawing of a run.
    public enum Drawing: Sendable {
        /// The animated picture of the training so far.
        case film
        /// The pictures of the trained model.
        case figures
    }

    /// The position of a training between two of its steps.
    public struct Position: Sendable, Hashable, CustomStringConvertible {
        /// Finished epochs.
        public let epochs: Int
        /// Optimiser steps of the running epoch; 0 between two epochs.
        public let steps: Int

        init(_ checkpoint: Checkpoint) {
            epochs = checkpoint.history.count
            steps = checkpoint.stepsOfEpoch
        }

        /// A phrase for people, such as "after epoch 3" or "in epoch 4, after its step 120".
        public var description: String {
            steps == 0 ? "after epoch \(epochs)" : "in epoch \(epochs + 1), after its step \(steps)"
        }
    }
}
