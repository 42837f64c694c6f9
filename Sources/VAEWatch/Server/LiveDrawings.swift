import Foundation
import Glibc
import Synchronization
import VAE
import VAECore
import VAEData
import VAEFigures
import VAERun

/// Draws pictures of runs that train, whose folders have none yet, when their model has changed and somebody looks.
///
/// It works on one thread of the lowest priority, which takes what a training leaves, and rests after each run's pictures: where there are no
/// more cores than the training has threads, all of them wait for the one whose core is drawn on.
final class LiveDrawings: Sendable {
    /// The images of a run that this process trains.
    struct Known: Sendable {
        let folder: String
        let data: Dataset
    }

    private struct Drawing {
        /// Of the model's file.
        let version: String
        let pictures: [PictureName: [UInt8]]
    }

    private struct State {
        /// Run folders whose pictures somebody looks at.
        var wishes: [String] = []
        var drawn: [String: Drawing] = [:]
        /// The images of those runs, where they were loaded.
        var loaded: [String: Dataset] = [:]
        var isWorking = false
        /// When the next pictures may be drawn.
        var rested = ContinuousClock.now
    }

    private let state = Mutex(State())
    private let known: Known?

    /// The pictures that are drawn, those first that take least.
    private static let names: [(picture: PictureName, figure: FigureName)] = [
        (.samples, .samples), (.latentSpace, .latentSpace), (.reconstructions, .reconstructions),
        (.manifold, .manifold), (.codes, .codes),
    ]
    /// Values of the training images of a run whose data is loaded for pictures: more would take memory and time that the training wants.
    private static let mostValues = 256 << 20

    /// Test images that are drawn: of more the plane of the latents looks the same, and they take longer to encode.
    private static let mostTestImages = 2_000
    private let restFactor: Double

    /// - Parameters:
    ///   - known: the run that this process trains, if it does
    ///   - restFactor: the time from the beginning of one drawing to that of the next, in processor times of the first
    init(_ known: Known?, restFactor: Double = 150) {
        self.known = known
        self.restFactor = restFactor
    }

    /// What changes when the pictures of a run are drawn anew; nil where there is none.
    func version(_ name: PictureName, of folder: String) -> String? {
        state.withLock { state in
            state.drawn[folder].flatMap { $0.pictures[name] == nil ? nil : $0.version }
        }
    }

    func picture(_ name: PictureName, of folder: String) -> [UInt8]? {
        state.withLock { $0.drawn[folder]?.pictures[name] }
    }

    /// Has the pictures of these runs drawn, where their models are others than those that were drawn last.
    func wish(_ folders: [String]) {
        let begins = state.withLock { state in
            state.wishes = folders
            for folder in state.drawn.keys where !folders.contains(folder) {
                state.drawn[folder] = nil
                state.loaded[folder] = nil
            }
            let isDue = folders.contains { Self.modelVersion($0) != state.drawn[$0]?.version }
            let begins = isDue && !state.isWorking && state.rested <= .now
            if begins { state.isWorking = true }
            return begins
        }
        if begins { Thread.detachNewThread { self.work() } }
    }

    private static func modelVersion(_ folder: String) -> String? {
        ServedFile.version(RunFolder.model, of: folder)
    }

    private func work() {
        // Linux takes process 0 as this thread alone, and those that it makes.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
        let (start, before) = (ContinuousClock.now, Self.threadTime())
        for (folder, version) in due() {
            let pictures = (try? draw(folder)) ?? [:]
            state.withLock { $0.drawn[folder] = Drawing(version: version, pictures: pictures) }
        }
        state.withLock { state in
            state.rested = start + (Self.threadTime() - before) * restFactor
            state.isWorking = false
        }
    }

    /// The runs whose pictures are out of date.
    private func due() -> [(folder: String, version: String)] {
        state.withLock { state in
            state.wishes.compactMap { folder in
                guard let version = Self.modelVersion(folder), state.drawn[folder]?.version != version else {
                    return nil
                }
                return (folder, version)
            }
        }
    }

    /// The processor time of this thread.
    private static func threadTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private func draw(_ folder: String) throws(VAEError) -> [PictureName: [UInt8]] {
        let run = try SavedRun(folder: folder)
        guard let data = try data(of: run, folder) else { return [:] }
        let figures = try RunFigures(
            model: run.model, data: shown(data), history: run.history(), threads: 1)
        let drawn = FigureName.drawn(
            ofTable: run.model.standardization != nil, ofCodes: run.configuration.isQuantized)
        var pictures: [PictureName: [UInt8]] = [:]
        for (picture, name) in Self.names where drawn.contains(name) {
            // Draws of codes take a prior that is fitted to all training images.
            if run.configuration.isQuantized && name == .samples { continue }
            pictures[picture] = try? figures.figure(name).png(scale: name.scale)
        }
        return pictures
    }

    /// Data with no more test images than are drawn.
    private func shown(_ data: Dataset) throws(VAEError) -> Dataset {
        guard let test = data.test, test.count > Self.mostTestImages else { return data }
        return try data.replacing(test: test.slice(0..<Self.mostTestImages))
    }

    private func data(of run: SavedRun, _ folder: String) throws(VAEError) -> Dataset? {
        if let known, known.folder == folder {
            return try known.data.asTested(by: run.record?.training)
        }
        if let loaded = state.withLock({ $0.loaded[folder] }) { return loaded }
        guard let record = run.record,
            record.data.trainImages <= Self.mostValues / max(1, record.model.imageShape.count)
        else { return nil }
        let data = try run.data().asTested(by: record.training)
        state.withLock { $0.loaded[folder] = data }
        return data
    }
}
