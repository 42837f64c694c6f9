import Glibc

/// The system calls through which this package reads and changes files, so that a test can watch them and make any of them fail.
///
/// Each wrapper asks the task's `observer` first, where there is one; otherwise it is the call itself.
package enum FileOperation: Sendable, Equatable {
    case open(String)
    case examine(String)
    case read(String)
    case write(String, Int)
    case synchronize(String)
    case close(String)
    case truncate(String, Int)
    case rename(String, String)
    case remove(String)
    case makeFolder(String)
    case synchronizeFolder(String)

    /// The fate of an operation, which an observer decides.
    package enum Fate: Sendable {
        case happens
        /// Does not happen, with this `errno`.
        case fails(Int32)
        /// A write of only so many bytes, as on a disk that is almost full.
        case isCutTo(Int)
    }

    /// Asked before every operation of the current task.
    @TaskLocal package static var observer: (@Sendable (FileOperation) -> Fate)?

    /// Runs `call` unless the observer lets it fail; then the result is −1, as that of the call, with `errno` set.
    func run<Result: SignedInteger>(_ call: () -> Result) -> Result {
        guard let observer = Self.observer, case .fails(let code) = observer(self) else { return call() }
        errno = code
        return -1
    }

    /// Runs a write, of fewer bytes where the observer says so.
    static func write(_ path: String, _ count: Int, _ call: (_ count: Int) -> Int) -> Int {
        guard let observer else { return call(count) }
        switch observer(.write(path, count)) {
        case .happens: return call(count)
        case .isCutTo(let length): return call(min(length, count))
        case .fails(let code):
            errno = code
            return -1
        }
    }
}
