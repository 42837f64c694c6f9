import VAECore

/// Images of MNIST's training set: the epoch that seconds are given for.
let imagesPerEpoch = 60_000.0

/// The results of all measurements; nil for what was left out.
struct Measurements {
    var engine: EngineSpeed?
    /// The same by im2col and `sgemm`.
    var engineOnBLAS: EngineSpeed?
    /// On one thread, when `engine` ran on more.
    var engineOneThread: EngineSpeed?
    var naive: NaiveSpeed?
    /// Rounds of plain products and of multiply-adds, and on how many threads.
    var limits: (rounds: Limits, threads: Int)?
    var residual: Residual?
    var layers: LayerSpeed?
    var scaling: ScalingSpeed?
    var schedule: ScheduleSpeed?
    var machines: MachineSpeed?
    var inference: InferenceSpeed?
    var checkpoints: CheckpointCost?
}

extension Report {
    init(_ measured: Measurements, _ workload: Workload, threads: Int, repeats: Int, quick: Bool) {
        let flop = Double(workload.flopPerImage)
        machine = MachineKeys()
        blas = BLASKeys()
        build = BuildKeys()
        let likelihood = workload.model.likelihood
        model = ModelKeys(
            parameters: workload.parameterCount, flopPerImage: workload.flopPerImage,
            likelihood: likelihood == .bernoulli ? nil : likelihood.rawValue)
        run = RunKeys(
            threads: threads, batch: Workload.batch, images: workload.images.count, repeats: repeats,
            quick: quick, data: workload.source)
        train = measured.engine.map { TrainKeys($0, flop: flop) }
        trainBlas = measured.engineOnBLAS.map { TrainKeys($0, flop: flop) }
        trainOneThread = measured.engineOneThread.map { TrainKeys($0, flop: flop) }
        naive = measured.naive.map { naive in
            let best = naive.training.best
            let oneThread = measured.engineOneThread ?? measured.engine.flatMap { $0.threads == 1 ? $0 : nil }
            return NaiveKeys(
                imagesPerSecond: best, medianImagesPerSecond: naive.training.median,
                secondsPerEpoch: imagesPerEpoch / best, gflops: best * flop / 1e9, batches: naive.batches,
                ratio: measured.engine.map { $0.training.best / best },
                ratioOneThread: oneThread.map { $0.training.best / best }, rounds: naive.training.speeds)
        }
        sgemm = measured.limits.map { limits, threads in
            let rounds = limits.products
            return ProductKeys(
                threads: threads, size: ProductPeak.size, peakGflops: rounds.best / 1e9,
                medianGflops: rounds.median / 1e9,
                fractionOfMultiplyAddPeak: rounds.best / limits.multiplyAdds.best,
                rounds: rounds.speeds.map { $0 / 1e9 })
        }
        multiplyAdd = measured.limits.map { MultiplyAddKeys($0.multiplyAdds, threads: $1) }
        residual = measured.residual.map {
            ResidualKeys(
                images: $0.images, loss: $0.loss, gradient: $0.gradient, worstTensor: $0.worst.tensor,
                worstTensorError: $0.worst.error, limit: Residual.limit, isSmall: $0.isSmall)
        }
        layers = measured.layers.map { $0.keys }
        layerStep = measured.layers.map { LayerStepKeys($0) }
        scaling = measured.scaling.map { $0.points.map(ScalingKeys.init) }
        schedule = measured.schedule?.keys
        scheduleSteps = measured.schedule?.stepKeys
        barrier = measured.schedule?.barrierKeys
        machines = measured.machines?.keys
        inference = measured.inference.map { $0.points.map(InferenceKeys.init) }
        checkpoint = measured.checkpoints.map(CheckpointKeys.init)
        memory = MemoryKeys()
    }
}

extension Report.TrainKeys {
    fileprivate init(_ engine: EngineSpeed, flop: Double) {
        let best = engine.training.best
        products = engine.method.rawValue
        threads = engine.threads
        workers = engine.workers
        imagesPerSecond = best
        medianImagesPerSecond = engine.training.median
        slowestImagesPerSecond = engine.training.slowest
        secondsPerEpoch = imagesPerEpoch / best
        gflops = best * flop / 1e9
        (fractionOfPeak, fractionOfMultiplyAddPeak) = engine.limits.fractions(of: best * flop)
        rounds = engine.training.speeds
    }
}
