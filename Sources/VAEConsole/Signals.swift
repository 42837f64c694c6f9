import Glibc

/// The preparations of a tool for signals.
package enum Signals {
    /// Lets signals reach the calling thread. A parent may have left them blocked, as threads of a pool do, and a program
    /// inherits that: Ctrl-C would not end it.
    package static func unblock(_ signals: [Int32]) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in signals { sigaddset(&set, number) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    /// Lets writing fail rather than end the program: where a reader has gone away (SIGPIPE), and where a file would be longer than
    /// it may be (SIGXFSZ, `ulimit -f`).
    package static func ignoreFailedWrites() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Whether the program's parent has made it ignore a signal, as `nohup` does with SIGHUP, or the program itself has.
    package static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(signal, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
