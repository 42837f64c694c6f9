import Foundation
import Glibc
import VAECore

/// Results on standard output; errors and, on a terminal, progress on standard error.
enum Console {
    /// Writes `text` at once, so that a reader sees the head while the measurements run.
    static func print(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            // A reader that went away (`| head`) has what it wanted.
            if written < 0 && errno == EPIPE { return }
            guard written > 0 else {
                error("error: standard output: could not be written: \(String(cString: strerror(errno)))")
                exit(VAEError.Kind.inputOutput.exitStatus)
            }
            rest = rest.dropFirst(written)
        }
    }

    static func error(_ text: String) { write("vae-bench: \(text)\n") }

    /// Replaces the line of progress. Nothing off a terminal.
    static func progress(_ text: String) {
        if isTerminal { write("\r\u{1B}[K\(text)") }
    }

    static func endProgress() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private static let isTerminal = isatty(STDERR_FILENO) == 1

    private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
