import VAE
import VAECore
import VAEData
import VAEEvaluation

extension RunSession {
    /// Training images that the pixelwise mean is taken of: a pass over a data set larger than memory would take as long as an epoch.
    private static let mostImages = 10_000
    /// Images by which the use of latent dimensions is judged: their mean divergence is known to a few hundredths of its size.
    private static let mostEncoded = 2_000

    /// What is to be said of the trained model where something went wrong that nobody sees by a number alone: its loss is no better than that of the
    /// pixelwise mean, or half of its latent dimensions or more carry nothing; with the causes of which there are signs, and what
    /// helps. nil where neither is so.
    /// - Throws: what reading the images throws, where they are not in memory.
    func remarkOnModel(_ data: Dataset) throws(VAEError) -> String? {
        guard let last = trainer.history.last else { return nil }
        let measured = data.test ?? data.train
        let mean = try Evaluation.Baselines.pixelwiseMean(
            of: data.train.spread(Self.mostImages), on: measured.spread(Self.mostImages),
            trainer.modelConfiguration.likelihood)
        let losses = last.test ?? last.train
        // What codes cost under a uniform prior says nothing of how well they are used.
        let isQuantized = trainer.modelConfiguration.isQuantized
        let loss = losses.reconstruction + (isQuantized ? 0 : losses.kl)
        let items: Words.Items = data.columns.isEmpty ? .images : .rows
        let signs = try TrainingSigns(
            trainer.model, history: trainer.history, training: trainer.configuration)
        var used: Int?
        if !isQuantized {
            used = PosteriorCollapse.usedUnits(
                of: try trainer.model.encode(measured.spread(Self.mostEncoded), threads: threads))
        }
        let facts = Cause.Facts(
            squaredError: mean.squaredError.mean, loss: loss, standardError: nil,
            trainingLoss: last.test == nil
                ? nil : last.train.reconstruction + (isQuantized ? 0 : last.train.kl),
            kl: losses.kl, usedUnits: used,
            latentSize: trainer.modelConfiguration.latentSize)
        guard loss >= mean.reconstruction.nats else {
            // A larger weight of the divergence was asked for, and with it fewer dimensions.
            let isAsked = signs.klWeight > 1 && losses.kl >= 0.1
            return isAsked || isQuantized ? nil : Cause.unusedLatents(signs, facts, items)?.words
        }
        return
            ([
                "the loss, \(Words.number(loss)), is no better than that of the pixelwise mean, one \(items.one) for all: "
                    + "\(Words.number(mean.reconstruction.nats)) nats."
            ] + Cause.all(signs, facts, items).map(\.words)).joined(separator: " ")
    }
}

extension ImageSet {
    /// So many images spread evenly over all, or all where there are no more.
    fileprivate func spread(_ most: Int) -> ImageSet {
        count <= most ? self : selecting((0..<most).map { $0 * count / most })
    }
}
