import Kernels
import VAE
import VAECore

/// Where the time of a training step goes, on one thread.
///
/// The engine is not instrumented: a step is timed as it is, and between steps the pieces that it is made of, each by itself
/// with its data in the caches. What the pieces do not add up to is a row of its own.
struct LayerSpeed {
    struct Row {
        let name: String
        let direction: Piece.Direction
        let product: Piece.Product?
        /// Seconds of a step, in the best round and in the median one.
        var seconds: Double
        var median: Double
    }

    private(set) var rows: [Row] = []
    /// Steps per second.
    private(set) var steps = Rounds()
    /// On one thread.
    private(set) var limits = Limits()
    /// Seconds of a step that the layers' own calls take, in which a piece finds what the one before left in the caches.
    private(set) var layerCalls = 0.0

    /// Operations of a step's products.
    var flop: Int { rows.reduce(0) { $0 + ($1.product?.flop ?? 0) } }
    var pieces: Double { rows.reduce(0) { $0 + $1.seconds } }
    /// What the pieces leave of the step; negative if they are slower by themselves.
    var rest: Double { 1 / steps.best - pieces }

    private static let warmUp = 2

    init(_ workload: Workload, filter: String?, rounds: Int, progress: (String) -> Void) throws {
        // A batch is a whole number of micro-batches.
        let microBatches = Workload.batch / Trainer.microBatch
        let work = try workload.model.work(products: workload.products)
        let (layers, others) = try Self.allocate { () throws(OutOfMemory) in
            var layers: [LayerPieces] = []
            for layer in work { layers.append(try LayerPieces(layer, microBatches: microBatches)) }
            return (layers, try StepPieces(workload, microBatches: microBatches))
        }
        // A layer's pieces go by its name as well as by their own.
        func isWanted(_ names: String...) -> Bool {
            filter.map { filter in names.contains { $0.contains(filter) } } ?? true
        }
        let wantedPieces = layers.flatMap { layer in layer.pieces.filter { isWanted(layer.name, $0.name) } }
        var timers = (wantedPieces + others.pieces.filter { isWanted($0.name) }).map(PieceTimer.init)
        var whole = layers.filter { isWanted($0.name) }.flatMap(\.whole).map(PieceTimer.init)
        guard !timers.isEmpty else {
            throw VAEError(
                .invalidArgument, "--filter", "matches no layer and no other part of a step",
                expected: (layers.map(\.name) + others.pieces.map(\.name)).joined(separator: ", "),
                found: filter ?? "")
        }
        let peak = try ProductPeak(threads: 1)

        let wanted = rounds + Self.warmUp
        let perEpoch = min(wanted, workload.images.count / Workload.batch)
        let trainer = try Trainer(
            workload.model,
            TrainingConfiguration(epochs: (wanted + perEpoch - 1) / perEpoch, batchSize: Workload.batch),
            threads: 1, products: workload.products)
        var (steps, limits) = (Rounds(), Limits())
        var done = 0
        var start = ContinuousClock.now
        try trainer.fit(workload.images.slice(0..<perEpoch * Workload.batch)) { _ in
            let taken = (ContinuousClock.now - start) / .seconds(1)
            done += 1
            if done > Self.warmUp {
                progress("layers: round \(done - Self.warmUp) of \(rounds)")
                steps.append(1 / taken)
                for index in timers.indices { timers[index].measure() }
                for index in whole.indices { whole[index].measure() }
                if (done - Self.warmUp) % 4 == 1 { limits.append(peak) }
            }
            start = .now
        }
        self.steps = steps
        self.limits = limits
        layerCalls = whole.reduce(0) { $0 + 1 / $1.rounds.best }
        for timer in timers { add(timer) }
        // The layers' regions are theirs, and a region does not keep its storage alive.
        withExtendedLifetime((layers, others)) {}
    }

    /// Products have a row each and come first; the rest is added up over the layers.
    private mutating func add(_ timer: PieceTimer) {
        let (seconds, median) = (1 / timer.rounds.best, 1 / timer.rounds.median)
        let piece = timer.piece
        if piece.product == nil,
            let row = rows.firstIndex(where: { $0.name == piece.name && $0.direction == piece.direction })
        {
            rows[row].seconds += seconds
            rows[row].median += median
            return
        }
        let row = Row(
            name: piece.name, direction: piece.direction, product: piece.product, seconds: seconds,
            median: median)
        let place = piece.product == nil ? rows.count : rows.firstIndex { $0.product == nil } ?? rows.count
        rows.insert(row, at: place)
    }

    private static func allocate<T>(_ make: () throws(OutOfMemory) -> T) throws(VAEError) -> T {
        do throws(OutOfMemory) {
            return try make()
        } catch {
            throw VAEError(.unavailable, "memory", "could not be had", expected: "\(error.bytes) bytes")
        }
    }
}
