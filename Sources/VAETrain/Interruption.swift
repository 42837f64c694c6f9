import Dispatch
import Glibc
import Synchronization
import VAEConsole

/// Turns signals that ask for an end, or warn of one, into something to ask for between two steps.
///
/// People send SIGINT and SIGTERM. A terminal that closes sends SIGHUP; batch systems warn of the end of a job's time by SIGUSR1,
/// SIGUSR2 or SIGXCPU. The first signal is answered at once, on a thread of its own, however long a step takes, and noted. A second
/// SIGINT or SIGTERM ends the program as if nobody listened; of the others any number may come, and often does: the
/// kernel repeats SIGXCPU every second, a shell passes SIGHUP on.
final class Interruption {
    /// Thrown to end a training after the step in which a signal came.
    struct Stop: Error {
        let signal: Int32
        /// The exit status that a shell expects of a program that a signal ended.
        var exitStatus: Int32 { 128 + signal }
    }

    private final class Received: Sendable {
        /// The first signal that came.
        let first = Atomic<Int32>(0)
        /// A bit for each that has come.
        let all = Atomic<UInt64>(0)
    }

    static let requests = [SIGINT, SIGTERM]
    static let warnings = [
        (SIGHUP, "SIGHUP"), (SIGUSR1, "SIGUSR1"), (SIGUSR2, "SIGUSR2"), (SIGXCPU, "SIGXCPU"),
    ]
    private let received = Received()
    private var sources: [any DispatchSourceSignal] = []
    private var signals: [Int32] = []

    /// Listens until `end`. A warning that was ignored when the program began, as `nohup` does with SIGHUP, stays ignored,
    /// and so does SIGINT, which shells keep from jobs in the background.
    /// - Parameter announces: whether to say on standard error that a signal has come.
    init(announces: Bool) {
        let listening = DispatchSemaphore(value: 0)
        let notice = ": a checkpoint follows this step"
        let messages =
            Self.requests.filter { $0 != SIGINT || !Signals.isIgnored($0) }.map {
                ($0, "interrupted\(notice); once more ends at once\n")
            }
            + Self.warnings.filter { !Signals.isIgnored($0.0) }.map {
                ($0, "interrupted by \($1)\(notice)\n")
            }
        signals = messages.map(\.0)
        Signals.unblock(signals)
        let newLine = isatty(STDERR_FILENO) == 1 ? "\n" : ""
        for (number, message) in messages {
            // The source sees the signal all the same.
            signal(number, SIG_IGN)
            let bytes = announces ? Array((newLine + message).utf8) : []
            let source = DispatchSource.makeSignalSource(
                signal: number, queue: .global(qos: .userInteractive))
            source.setEventHandler { [received] in
                let bit: UInt64 = 1 << UInt64(number)
                let before = received.all.bitwiseOr(bit, ordering: .relaxed).oldValue
                if Self.requests.contains(number) {
                    signal(number, SIG_DFL)
                    if before & bit != 0 {
                        // Dispatch blocks a signal in every thread that it reached, and then the second one comes here.
                        Signals.unblock([number])
                        raise(number)
                    }
                }
                guard before == 0 else { return }
                received.first.store(number, ordering: .relaxed)
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
        let number = received.first.load(ordering: .relaxed)
        if number != 0 { throw Stop(signal: number) }
    }

    /// Gives the signals back to the system: from now on they end the program.
    func end() {
        for number in signals { signal(number, SIG_DFL) }
        for source in sources { source.cancel() }
        sources = []
        signals = []
    }
}
