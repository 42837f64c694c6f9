import Foundation
import VAECore
import VAEData
import VAERun

/// The runs that are shown, as their folders are when somebody asks.
package actor WatchedRuns {
    /// Run folders, and folders of run folders.
    private let paths: [String]
    /// The one of them that need not be there yet; nil where there is none.
    private let mayBeMade: String?
    private let drawings: LiveDrawings
    /// What was read of a run, and the files it was read from.
    private var known: [String: (version: [String?], run: ComparedRun)] = [:]

    /// - Parameters:
    ///   - paths: run folders, and folders whose subfolders are runs: those too that are made later, the first as well
    ///   - toCome: the one of them that need not be there yet; nil for none
    /// - Throws: `missingInput` when one of them is no folder, or a run's whose `config.json` is lost; `invalidData` when a file of a run is
    ///   damaged.
    package init(_ paths: [String], toCome: String? = nil) throws(VAEError) {
        self.paths = paths
        mayBeMade = toCome
        drawings = LiveDrawings(nil)
        for path in paths where path != toCome || Folder.exists(path) {
            // One that is not there would be waited for without end where its name is a slip of the pen.
            guard Folder.exists(path) else {
                throw VAEError(
                    .missingInput, path, "is no folder", expected: "a run folder, or a folder of runs",
                    advice: "Check the path; an empty folder is waited for.")
            }
            let folders = RunFolder.runs(in: path)
            if folders == [path], !RunFolder.awaitsRuns(path) { _ = try ComparedRun(folder: path) }
        }
    }

    /// A run that this process trains, which may have no file yet, and whose images need not be loaded again.
    package init(training folder: String, on data: Dataset) {
        paths = [folder]
        mayBeMade = folder
        drawings = LiveDrawings(LiveDrawings.Known(folder: folder, data: data))
    }

    /// The folders that hold no run yet, as they were named.
    nonisolated package var awaited: [String] {
        paths.filter { RunFolder.awaitsRuns($0) || ($0 == mayBeMade && !Folder.exists($0)) }
    }

    /// What the page is told now.
    func overview() -> Overview {
        var runs: [ComparedRun] = []
        var missing: [String] = []
        let awaited = awaited
        for folder in paths.flatMap(RunFolder.runs) where !awaited.contains(folder) {
            do throws(VAEError) {
                runs.append(try read(folder))
            } catch {
                missing.append(error.description)
                known[folder] = nil
            }
        }
        let comparison = RunComparison(runs)
        let states = comparison.runs.map(RunFolderState.state)
        drawings.wish(zip(comparison.runs, states).filter { $1 == .training }.map(\.0.path))
        return Overview(comparison, isLive: true, missing: missing, awaited: awaited) { index in
            let (folder, state) = (comparison.runs[index].path, states[index])
            let address = "runs/\(Self.identifier(folder))/"
            let pictures = PictureName.allCases.compactMap { name -> Overview.Picture? in
                let drawn = state == .training ? drawings.version(name, of: folder) : nil
                guard let version = drawn ?? ServedFile.version(name.fileName, of: folder) else { return nil }
                return Overview.Picture(
                    name: name.rawValue, source: "\(address)\(name.fileName)?v=\(version)")
            }
            let page = ServedFile.version(RunReport.fileName, of: folder)
            return (state, pictures, page.map { "\(address)\(RunReport.fileName)?v=\($0)" })
        }
    }

    /// The run folder of an identifier that the page was given; nil for any other.
    func folder(_ identifier: String) -> String? {
        paths.flatMap(RunFolder.runs).first { Self.identifier($0) == identifier }
    }

    /// A picture of a run: of one that trains as it was drawn here, else as it lies in its folder.
    func picture(_ name: PictureName, of identifier: String, limit: Int) -> [UInt8]? {
        guard let folder = folder(identifier) else { return nil }
        return drawings.picture(name, of: folder)
            ?? ServedFile.picture(name.fileName, of: folder, limit: limit)
    }

    /// A name for a run's folder in addresses, which says nothing of where it lies.
    private static func identifier(_ folder: String) -> String {
        String(SHA256.digest(of: Array(folder.utf8)).description.prefix(16))
    }

    private func read(_ folder: String) throws(VAEError) -> ComparedRun {
        let names = [
            RunFolder.configuration, RunFolder.metrics, RunFolder.model, EvaluationRecord.fileName,
        ]
        let version = names.map { ServedFile.version($0, of: folder) }
        if let found = known[folder], found.version == version { return found.run }
        let run = try ComparedRun(folder: folder)
        known[folder] = (version, run)
        return run
    }
}
