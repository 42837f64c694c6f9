import Foundation
import VAECore
import VAEData
import VAERun

/// The runs that are shown, as their folders are when somebody asks.
package actor WatchedRuns {
    /// Run folders, and folders of run folders.
    private let paths: [String]
    private let drawings: LiveDrawings
    /// What was read of a run, and the files it was read from.
    private var known: [String: (version: [String?], run: ComparedRun)] = [:]

    /// - Parameter paths: run folders, and folders whose subfolders are runs: those too that are made later
    /// - Throws: `missingInput` when one of them is no such folder; `invalidData` when a file of a run is damaged.
    package init(_ paths: [String]) throws(VAEError) {
        self.paths = paths
        drawings = LiveDrawings(nil)
        for path in paths {
            guard Folder.exists(path) else {
                throw VAEError(
                    .missingInput, path, "is no folder", expected: "a run folder, or a folder of runs",
                    advice: "Check the path.")
            }
            let folders = RunFolder.runs(in: path)
            if folders == [path] { _ = try ComparedRun(folder: path) }
        }
    }

    /// A run that this process trains, which may have no file yet, and whose images need not be loaded again.
    package init(training folder: String, on data: Dataset) {
        paths = [folder]
        drawings = LiveDrawings(LiveDrawings.Known(folder: folder, data: data))
    }

    /// What the page is told now.
    func overview() -> Overview {
        var runs: [ComparedRun] = []
        var missing: [String] = []
        for folder in paths.flatMap(RunFolder.runs) {
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
        return Overview(comparison, isLive: true, missing: missing) { index in
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
