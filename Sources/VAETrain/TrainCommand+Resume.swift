import Kernels
import VAE
import VAEConsole
import VAECore
import VAEData
import VAERun

extension TrainCommand {
    /// `--resume`: the run in `path` from its last checkpoint to its end.
    func goOn(_ path: String, in series: String? = nil, _ console: Console, _ ranks: Ranks?) throws {
        let threads = try workers(ranks)
        for (flag, isGiven) in [
            ("--out", out != nil), ("--export-data", images.exportData != nil), ("--dry-run", dryRun),
            ("--repeat", repetitions != nil),
        ] where isGiven {
            throw VAEError(
                .invalidArgument, flag, "can't be combined with --resume", advice: "Leave it away.")
        }
        let run = try InterruptedRun(path)
        warnOfFormerName(console)
        try checkFlags(run)
        introduce(console, run.products)
        warnOfOtherArithmetic(
            run.record.environment, run.products,
            hasConvolutions: !run.record.model.encoderFilters.isEmpty, console)
        if let fallback = run.fallback {
            console.warn("\(fallback)")
            console.warn("going on from the checkpoint before it")
        }
        let trainer = try run.trainer(
            epochs: self.training.epochs, threads: threads, ranks: ranks?.job.communicator)
        let data = try run.data(at: images.data, storage: images.storage) { console.show($0) }
        console.clearStatus()
        try conduct(RunSession(run, trainer, data, threads: threads), in: series, console, ranks)
    }

    /// Flags that say something else than the run's record would change the result, and are refused.
    private func checkFlags(_ run: InterruptedRun) throws(VAEError) {
        func demand<Value: Equatable>(_ flag: String, _ given: Value?, _ recorded: Value?) throws(VAEError) {
            guard let given, given != recorded else { return }
            throw VAEError(
                .invalidArgument, flag, "differs from the run that is to go on",
                expected: recorded.map { "\($0)" } ?? "none", found: "\(given)",
                advice: "Leave \(flag) away, or begin a new run.")
        }
        let (model, training) = (run.record.model, run.record.training)
        let flags = self.training
        try demand("--seed", flags.seed, training.seed)
        try demand("--prior", self.model.prior?.argument, model.prior.argument)
        try demand("--conditional", self.model.conditional ? true : nil, model.isConditional)
        try demand("--batch-size", flags.batchSize, training.batchSize)
        let kinds: [DataDefaults.Kind] =
            run.record.data.options?.isTable == true ? [.table] : [.drawings, .pictures]
        for (flag, given, recorded) in try self.model.givenFlags(
            beside: model, kinds: kinds, images: run.record.data.trainImages)
        {
            try demand(flag, given, recorded)
        }
        try demand("--binarize", flags.binarize?.rawValue, training.binarization?.rawValue)
        try demand("--augment", flags.augment?.description, training.augmentation?.description ?? "none")
        try demand("--adam-epsilon", optimizer.adamEpsilon, training.epsilon)
        try demand("--learning-rate", optimizer.learningRate, training.learningRate)
        try demand("--schedule", optimizer.schedule?.rawValue, training.schedule.decay.rawValue)
        try demand("--warm-up", optimizer.warmUp, training.schedule.warmUpEpochs)
        try demand("--step-epochs", optimizer.stepEpochs, training.schedule.stepEpochs)
        try demand("--step-factor", optimizer.stepFactor, training.schedule.stepFactor)
        try demand("--patience", flags.patience, training.patience)
        try demand("--kl-weight", objective.klWeight, training.klWeight)
        try demand("--kl-warm-up", objective.klWarmUp, training.klSchedule.map { $0.warmUpEpochs ?? 0 } ?? 0)
        try demand("--kl-cycles", objective.klCycles, training.klSchedule?.cycles)
        try demand("--free-bits", objective.freeBits, training.freeBits)
        try demand("--capacity", objective.capacity, training.capacity?.nats)
        try demand("--capacity-epochs", objective.capacityEpochs, training.capacity?.epochs)
        try demand("--importance-samples", objective.importanceSamples, training.importance?.samples)
        try demand(
            "--doubly-reparameterised", objective.doublyReparameterised ? true : nil,
            training.importance?.isDoublyReparameterised == true)
        try demand("--weight-decay", optimizer.weightDecay, training.weightDecay)
        try demand("--clip-norm", optimizer.clipNorm, training.clipNorm)
        try demand("--average-weights", optimizer.averageWeights, training.averaging)
        try demand("--products", chosenProducts?.rawValue, run.products.rawValue)
        try demand("--dataset", images.dataset?.rawValue, run.record.data.name)
        try demand("--limit", images.limit, run.record.data.limit)
        let options = run.record.data.options ?? ImportOptions()
        try demand("--image-size", images.imageSize?.size, options.pictures.size)
        try demand("--grey", images.grey ? true : nil, options.pictures.isGrey)
        try demand("--table", images.table ? true : nil, options.isTable)
        let applied = images.files.applied(to: options)
        try demand("--label-column", images.files.labelColumn, options.labelColumn)
        try demand("--fit", images.files.fit?.rawValue, options.pictures.fit.rawValue)
        try demand("--background", applied.pictures.background, options.pictures.background)
        try demand("--layout", images.files.layout?.rawValue, options.layout?.rawValue)
    }

    /// The same bits need the same arithmetic: tiles anywhere, or the same kernels of OpenBLAS.
    private func warnOfOtherArithmetic(
        _ recorded: RunRecord.Environment, _ products: Products, hasConvolutions: Bool, _ console: Console
    ) {
        var differences: [String] = []
        let computedByTiles = products.areTiled && recorded.tiles != nil
        if recorded.products == nil {
            differences.append("an earlier version began it, which rounded otherwise")
        } else if computedByTiles != (products.areTiled && Products.instructionSet != nil) {
            differences.append(
                computedByTiles
                    ? "this processor has no tiles" : "this processor has tiles, and the one before had none")
        } else if !computedByTiles,
            recorded.blas != OpenBLAS.configuration || recorded.blasKernels != OpenBLAS.core
        {
            differences.append(
                "OpenBLAS is another one (\(OpenBLAS.core) kernels of \(OpenBLAS.configuration), not "
                    + "\(recorded.blasKernels) of \(recorded.blas))")
        }
        if recorded.products != nil, !computedByTiles, hasConvolutions,
            recorded.lowering != RunRecord.Environment.lowering
        {
            differences.append("an earlier version began it, whose convolutions by sgemm rounded otherwise")
        }
        guard !differences.isEmpty else { return }
        console.warn(
            "This is not the arithmetic that the run began with: \(differences.joined(separator: ", and ")). "
                .escapingControlCharacters()
                + "The result will differ in its last digits from that of an uninterrupted run.")
    }
}
