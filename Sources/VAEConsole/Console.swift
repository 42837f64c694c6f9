import Foundation
import VAECore

/// The output that a person sees: results on standard output, everything else on standard error.
///
/// On a terminal one status line is rewritten in place; off it there is none. Failures to write are ignored: a run must
/// not end because nobody reads it.
package final class Console {
    /// The program, as errors name it.
    private let name: String
    private let quiet: Bool
    /// Whether only errors are printed.
    package var isQuiet: Bool { quiet }
    private let colour: Bool
    /// Whether standard error is a terminal that a line can be rewritten on.
    package let isInteractive: Bool
    /// Why the last mirror asked did not help.
    var mirrorFailure: String?
    private var hasStatus = false
    private var lastStatus = ContinuousClock.now - .seconds(1)

    package init(_ name: String, quiet: Bool, colour: Bool) {
        Console.occupyStandardStreams()
        self.name = name
        let environment = ProcessInfo.processInfo.environment
        let dumb = environment["TERM"] == "dumb"
        self.quiet = quiet
        isInteractive = !quiet && !dumb && isatty(STDERR_FILENO) == 1
        let refused = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        self.colour = colour && !dumb && !refused && isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    }

    /// A stream that was closed before the program began (`>&-`) would lend its number to the next file that is opened, and what
    /// is printed would go into that file.
    private static func occupyStandardStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// A line of the output proper.
    package func result(_ line: String) {
        guard !quiet else { return }
        clearStatus()
        put(line + "\n", STDOUT_FILENO)
    }

    /// A line about the run.
    package func note(_ line: String) {
        guard !quiet else { return }
        clearStatus()
        put(styled(line, "2") + "\n", STDERR_FILENO)
    }

    /// A line that should not be overlooked.
    package func warn(_ line: String) {
        guard !quiet else { return }
        clearStatus()
        put(styled(line, "33") + "\n", STDERR_FILENO)
    }

    /// The reason why the program ends, also when quiet.
    package func fail(_ error: VAEError) {
        clearStatus()
        put(styled("\(name): error: ", "1;31") + error.description + "\n", STDERR_FILENO)
    }

    /// The line at the bottom of a terminal, at most ten times a second unless `force`d. `line` is given the width.
    package func status(force: Bool = false, _ line: (_ columns: Int) -> String) {
        guard isInteractive else { return }
        let now = ContinuousClock.now
        guard force || now - lastStatus > .milliseconds(100) else { return }
        lastStatus = now
        hasStatus = true
        put("\r" + line(columns).prefix(columns - 1) + "\u{1B}[K", STDERR_FILENO)
    }

    package func clearStatus() {
        guard hasStatus else { return }
        hasStatus = false
        put("\r\u{1B}[K", STDERR_FILENO)
    }

    package func bold(_ text: String) -> String { styled(text, "1") }

    private var columns: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
        return Int(size.ws_col)
    }

    private func styled(_ text: String, _ code: String) -> String {
        colour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private func put(_ text: String, _ descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}
