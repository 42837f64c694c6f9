import Dispatch
import Glibc
import Synchronization
import VAEConsole

/// Turns SIGINT and SIGTERM into something to ask for between two steps.
///
/// The first one is answered at once, on a thread of its own, however long a step takes, and noted; a second one ends the
/// program as if nobody listened.
final class Interruption {
    /// Thrown to end a training after the step in which a signal came.
    struct Stop: Error {
        let signal: Int32
        /// What a shell expects of a program that a signal ended.
        var exitStatus: Int32 { 128 + signal }
    }

    /// The first signal that came.
    private final class Received: Sendable {
        let signal = Atomic<Int32>(0)
    }

    private static let signals = [SIGINT, SIGTERM]
    private let received = Received()
    private var sources: [any DispatchSourceSignal] = []

    /// Listens until `end`.
    /// - Parameter announcement: goes to standard error when a signal comes.
    init(announcement: String) {
        let bytes = Array(announcement.utf8)
        let listening = DispatchSemaphore(value: 0)
        Signals.unblock(Self.signals)
        for number in Self.signals {
            // The source sees the signal all the same.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(
                signal: number, queue: .global(qos: .userInteractive))
            source.setEventHandler { [received] in
                guard received.signal.exchange(number, ordering: .relaxed) == 0 else {
                    // Dispatch blocks a signal in every thread that it reached, and then the second one comes here.
                    Signals.unblock([number])
                    raise(number)
                    return
                }
                for number in Interruption.signals { signal(number, SIG_DFL) }
                _ = write(STDERR_FILENO, bytes, bytes.count)
            }
            source.setRegistrationHandler { listening.signal() }
            source.resume()
            sources.append(source)
        }
        // Until then a signal would be ignored.
        for _ in sources { listening.wait() }
    }

    /// - Throws: `Stop` when a signal has come.
    func check() throws {
        let number = received.signal.load(ordering: .relaxed)
        if number != 0 { throw Stop(signal: number) }
    }

    /// Whether a signal has come.
    var hasCome: Bool { received.signal.load(ordering: .relaxed) != 0 }

    /// Gives the signals back to the system: from now on they end the program.
    func end() {
        for number in Self.signals { signal(number, SIG_DFL) }
        for source in sources { source.cancel() }
        sources = []
    }
}
