import Foundation
import Glibc
import VAECore
import VAERun

/// How far a run is, as its folder says to somebody who takes no lock on it: a lock, even for a moment, could keep a training out.
enum RunFolderState {
    /// Seconds after which a folder without a visible lock is taken as left.
    private static let patience = 120.0

    static func state(of run: ComparedRun) -> RunState {
        if run.history.count >= run.record.training.epochs { return .finished }
        return isLocked(run.path) ?? isFresh(run.path) ? .training : .stopped
    }

    /// Whether a program has the lock on a folder, by the kernel's list of locks; nil where there is no such list.
    private static func isLocked(_ folder: String) -> Bool? {
        var status = stat()
        guard stat(folder, &status) == 0, let bytes = try? DurableFile.read("/proc/locks", limit: 1 << 20)
        else { return nil }
        // "1: FLOCK  ADVISORY  WRITE 4711 08:02:1835009 0 EOF"
        let suffix = ":\(status.st_ino)"
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").contains { line in
            line.contains("FLOCK") && line.split(separator: " ").contains { $0.hasSuffix(suffix) }
        }
    }

    private static func isFresh(_ folder: String) -> Bool {
        let names = [RunFolder.metrics, RunFolder.configuration, CheckpointStore.newest]
        let latest = names.compactMap { name -> Int? in
            var status = stat()
            return stat(folder + "/" + name, &status) == 0 ? Int(status.st_mtim.tv_sec) : nil
        }.max()
        return latest.map { Date().timeIntervalSince1970 - Double($0) < patience } ?? false
    }
}
