import Glibc

/// What a tool does about signals before it begins.
package enum Signals {
    /// Lets signals reach the calling thread. A parent may have left them blocked, as threads of a pool do, and a program
    /// inherits that: Ctrl-C would not end it.
    package static func unblock(_ signals: [Int32]) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in signals { sigaddset(&set, number) }
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
}
