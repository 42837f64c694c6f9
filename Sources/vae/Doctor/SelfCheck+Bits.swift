import VAE
import VAERun

extension SelfCheck {
    static let bitsNotCompared =
        "not compared: the published bits are those of tiles, and this processor has none"

    /// A training of seconds whose model is published: whether this machine gives the same bits as all others.
    ///
    /// nil where the processor has no tiles, for the reason of `bitsNotCompared`.
    static func publishedBits(
        threads: Int, _ train: (_ threads: Int) throws -> String = { try PublishedTraining.run(threads: $0) }
    ) throws -> SelfCheck? {
        guard Products.instructionSet != nil else { return nil }
        let isPublished = try train(threads) == PublishedTraining.sha256
        return SelfCheck(
            "bits", "of 1 published trainings with another model, \(PublishedTraining.sha256.prefix(16))…",
            measured: isPublished ? 0 : 1, bound: 0)
    }
}
