import VAE
import VAECore
import VAEData
import VAEEvaluation

extension RunSession {
    /// Training images that the pixelwise mean is taken of: a pass over a data set larger than memory would take as long as an epoch.
    private static let mostImages = 10_000

    /// What is to be said of a model whose loss is no better than that of the pixelwise mean, which knows no image from another; nil where it
    /// is better.
    /// - Throws: what reading the images throws, where they are not in memory.
    func remarkOnMean(_ data: Dataset) throws(VAEError) -> String? {
        guard let last = trainer.history.last else { return nil }
        let measured = data.test ?? data.train
        let mean = try Evaluation.Baselines.pixelwiseMean(
            of: data.train.spread(Self.mostImages), on: measured.spread(Self.mostImages),
            trainer.modelConfiguration.likelihood)
        let losses = last.test ?? last.train
        // What codes cost under a uniform prior says nothing of how well they are used.
        let isQuantized = trainer.modelConfiguration.isQuantized
        let loss = losses.reconstruction + (isQuantized ? 0 : losses.kl)
        guard loss >= mean.reconstruction.nats else { return nil }
        let items: Words.Items = data.columns.isEmpty ? .images : .rows
        let signs = try TrainingSigns(
            trainer.model, history: trainer.history, training: trainer.configuration)
        let causes = Cause.all(
            signs,
            Cause.Facts(
                squaredError: mean.squaredError.mean, loss: loss, standardError: nil,
                trainingLoss: last.test == nil
                    ? nil : last.train.reconstruction + (isQuantized ? 0 : last.train.kl),
                kl: losses.kl,
                activeUnits: nil, latentSize: trainer.modelConfiguration.latentSize), items)
        return
            ([
                "the loss, \(Words.number(loss)), is no better than that of the pixelwise mean, one \(items.one) for all: "
                    + "\(Words.number(mean.reconstruction.nats)) nats."
            ] + causes.map(\.words)).joined(separator: " ")
    }
}

extension ImageSet {
    /// So many images spread evenly over all, or all where there are no more.
    fileprivate func spread(_ most: Int) -> ImageSet {
        count <= most ? self : selecting((0..<most).map { $0 * count / most })
    }
}
