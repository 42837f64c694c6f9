import VAE
import VAEConsole
import VAECore
import VAEData
import VAERun

extension TrainCommand {
    /// The model and the training of a data set: what flags say, and where none does what suits the data. Says what was chosen, and why.
    /// - Throws: `invalidArgument` for flags that don't go together, or are for images where there is a table.
    func configuration(
        of data: Dataset, _ training: TrainingConfiguration, _ console: Console
    ) throws(VAEError) -> (ModelConfiguration, TrainingConfiguration) {
        let flags = self.training
        let defaults = try DataDefaults(data)
        if defaults.kind == .table { try refuseFlagsForImages() }
        var model = try self.model.configuration(defaults: defaults)
        if training.binarization != nil, self.model.likelihood == nil { model.likelihood = .bernoulli }
        model.imageShape = data.train.shape
        if model.isQuantized {
            model = try self.model.withCodes(model)
            try refuseFlagsForGaussians()
        }
        if self.model.conditional { model.classes = try classes(of: data) }
        var training = training
        if flags.batchSize == nil { training.batchSize = defaults.batchSize }
        if optimizer.schedule == nil { training.schedule.decay = defaults.schedule.decay }
        try fit(&training, to: data, console)
        if flags.epochs == nil { training.epochs = defaults.epochs(batchSize: training.batchSize) }
        try training.validate()
        console.show(introduction: data)
        let reasons = reasons(for: model, training, defaults)
        for (index, reason) in reasons.enumerated() {
            console.note((index == 0 ? "chosen    " : "          ") + reason)
        }
        return (model, training)
    }

    /// The classes that a conditional model is to know: those of the training images.
    private func classes(of data: Dataset) throws(VAEError) -> [Int] {
        guard let labels = data.train.labels else {
            throw VAEError(
                .invalidArgument, "--conditional", "tells the model classes, and the data has no labels",
                expected: "subfolders as classes, labels beside images, or --label-column of a table")
        }
        return Array(Set(labels)).sorted()
    }

    /// What follows from the data and not from flags, each with its reason; nothing for drawings, which get what the help says.
    private func reasons(
        for model: ModelConfiguration, _ training: TrainingConfiguration, _ defaults: DataDefaults
    ) -> [String] {
        guard defaults.kind != .drawings else { return [] }
        let (flags, options) = (self.training, self.model)
        var reasons: [String] = []
        if options.leavesFilters {
            reasons.append(
                model.encoderFilters.isEmpty
                    ? "no filters, for columns have no neighbours"
                    : "filters \(SizeList(model.encoderFilters)), in the decoder \(SizeList(model.decoderFilters)): "
                        + defaults.halvings)
        }
        if options.leavesHidden, model.layers == nil, !model.isQuantized {
            reasons.append(
                model.encoderUnits.isEmpty
                    ? "no hidden units, which would let fewer numbers pass than there are latents"
                    : "hidden units \(SizeList(model.encoderUnits))")
        }
        if options.latentDim == nil, options.file == nil, !model.isQuantized {
            let number = "\(model.latentSize) latent \(model.latentSize == 1 ? "dimension" : "dimensions")"
            reasons.append(
                number
                    + (defaults.kind == .table
                        ? ", a third of the columns" : ", for pictures differ in more than two ways"))
        }
        if options.likelihood == nil, training.binarization == nil, options.file == nil {
            reasons.append("\(model.likelihood.name) likelihood, for \(defaults.likelihoodReason)")
        }
        if flags.batchSize == nil { reasons.append("batches of \(training.batchSize)") }
        if flags.epochs == nil {
            let steps = (defaults.trainingImages + training.batchSize - 1) / training.batchSize
            reasons.append(
                "\(counted(training.epochs, "epoch")), which are \(counted(steps * training.epochs, "step"))")
        }
        if optimizer.schedule == nil, training.schedule.decay == .cosine {
            reasons.append("a learning rate that falls along a cosine, for small batches are noisy")
        }
        return reasons
    }

    /// No more images a batch than there are.
    private func fit(
        _ training: inout TrainingConfiguration, to data: Dataset, _ console: Console
    ) throws(VAEError) {
        let noun = data.columns.isEmpty ? "images" : "rows"
        guard training.batchSize > data.train.count else { return }
        guard self.training.batchSize == nil else {
            throw VAEError(
                .invalidArgument, "batch size", "is larger than the training set",
                expected: "at most \(data.train.count), the number of its \(noun)",
                found: "\(training.batchSize)",
                advice: "Leave --batch-size out for batches of \(data.train.count).")
        }
        console.note(
            "batches of \(data.train.count), not \(training.batchSize): there are no more training \(noun)")
        training.batchSize = data.train.count
    }

    private func refuseFlagsForGaussians() throws(VAEError) {
        guard film else { return }
        throw VAEError(
            .invalidArgument, "--film", "shows a Gaussian latent space, and codes have none",
            advice: "Leave it out.")
    }

    private func refuseFlagsForImages() throws(VAEError) {
        for (flag, isGiven) in [
            ("--augment", training.augment != nil), ("--binarize", training.binarize != nil),
            ("--film", film),
        ] where isGiven {
            throw VAEError(
                .invalidArgument, flag, "is for images", found: "a table", advice: "Leave it out.")
        }
    }
}

extension Console {
    /// What the rows of a table are, and what was done to them; nothing of images.
    fileprivate func show(introduction data: Dataset) {
        guard !data.columns.isEmpty else { return }
        let rows = data.train.count + (data.test?.count ?? 0)
        note(
            "table     \(grouped(Double(rows))) rows × \(grouped(Double(data.columns.count))) columns, each column brought to mean 0 and standard deviation 1"
        )
        let shown = data.columns.prefix(8).map { String($0.prefix(40)) }.joined(separator: ", ")
        let more = data.columns.count > 8 ? " and \(data.columns.count - 8) more" : ""
        note(
            "          by the \(grouped(Double(data.train.count))) training rows: "
                + (shown + more).escapingControlCharacters())
    }
}
