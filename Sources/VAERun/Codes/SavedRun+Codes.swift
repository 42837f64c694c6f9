import VAE
import VAECore
import VAEData

extension RunFolder {
    /// The prior of the last model's codes.
    package static let prior = "prior.safetensors"
    /// The numbers of the last model's codes.
    package static let codes = "codes.json"
}

extension CodePrior {
    /// The prior of the codes that training images have in the form in which they were trained on, unaugmented.
    package init(
        of model: VariationalAutoencoder, fittedTo train: ImageSet, training: TrainingConfiguration?,
        threads: Int
    ) throws(VAEError) {
        let images = try training?.measured(train) ?? train
        try self.init(
            fittedTo: model.codes(of: images, threads: threads),
            size: model.configuration.codebook?.size ?? 0)
    }
}

extension SavedRun {
    /// The prior of the model's codes: that of the run's folder where it is of this very model, else a new one.
    /// - Parameter data: gives the run's images, where they are needed
    /// - Throws: `invalidData` when the file of the run is damaged; what reading the images throws.
    package func codePrior(
        threads: Int, data: () throws(VAEError) -> Dataset
    ) throws(VAEError) -> CodePrior {
        if let folder, Folder.holdsFile(RunFolder.prior, folder),
            let known = try CodePrior(contentsOf: RunFolder.join(folder, RunFolder.prior), of: model)
        {
            return known
        }
        return try CodePrior(
            of: model, fittedTo: data().train, training: record?.training, threads: threads)
    }

    /// - Throws: `invalidArgument` where the model's z is made of codes, and what is asked for needs a Gaussian one.
    /// - Parameters:
    ///   - what: what is asked for, as messages name it
    ///   - reason: why codes have none of it
    ///   - advice: what there is instead
    package func demandGaussian(
        _ what: String, _ reason: String, advice: String
    ) throws(VAEError) {
        guard let codebook = configuration.codebook else { return }
        throw VAEError(
            .invalidArgument, what, reason, expected: "a model of Gaussian latents",
            found: "one of \(codebook.size) codes", advice: advice)
    }
}

extension RunSession {
    /// Leaves the prior of a trained model's codes, and their numbers on the test images. Nothing for Gaussian latents.
    /// - Parameter tested: the images in the form that they are measured in
    /// - Returns: the prior
    func finishCodes(_ tested: Dataset, _ observer: any RunObserver) throws(VAEError) -> CodePrior? {
        let model = self.model
        guard model.configuration.isQuantized else { return nil }
        let prior = try CodePrior(
            of: model, fittedTo: data.train, training: trainer.configuration, threads: threads)
        try prior.write(to: folder.file(RunFolder.prior), of: model.sha256)
        guard let test = tested.test else { return prior }
        let report = try CodeReport(of: model, on: test, prior: prior, threads: threads)
        try folder.write(report, to: RunFolder.codes)
        let items = data.columns.isEmpty ? "images" : "rows"
        observer.observe(.codes(report.lines(of: items)))
        return prior
    }
}
