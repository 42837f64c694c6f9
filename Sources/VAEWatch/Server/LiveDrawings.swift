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
/// It works on one thread of the lowest priority, which takes what a training leaves.
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

    init(_ known: Known?) { self.known = known }

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
            defer { state.isWorking = state.isWorking || isDue }
            return isDue && !state.isWorking
        }
        if begins { Thread.detachNewThread { self.work() } }
    }

    private static func modelVersion(_ folder: String) -> String? {
        ServedFile.version(RunFolder.model, of: folder)
    }

    private func work() {
        // Linux takes process 0 as this thread alone, and those that it makes.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
        while let (folder, version) = next() {
            let pictures = (try? draw(folder)) ?? [:]
            state.withLock { $0.drawn[folder] = Drawing(version: version, pictures: pictures) }
        }
    }

    /// The run to draw, whose pictures are out of date; nil when there is none.
    private func next() -> (folder: String, version: String)? {
        state.withLock { state in
            for folder in state.wishes {
                if let version = Self.modelVersion(folder), state.drawn[folder]?.version != version {
                    return (folder, version)
                }
            }
            state.isWorking = false
            return nil
        }
    }

    private func draw(_ folder: String) throws(VAEError) -> [PictureName: [UInt8]] {
        let run = try SavedRun(folder: folder)
        guard let data = try data(of: run, folder) else { return [:] }
        let figures = try RunFigures(
            model: run.model, data: data, history: run.history(), threads: 1)
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
