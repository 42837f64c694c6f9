import Foundation
import VAECore

/// Results on standard output; errors and, on a terminal, progress on standard error.
enum Console {
    /// Writes `text` at once, so that a reader sees the head while the measurements run.
    static func print(_ text: String) {
        Swift.print(text, terminator: "")
        fflush(nil)
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

extension VAEError.Kind {
    /// The status of sysexits.h that fits.
    var exitStatus: Int32 {
        switch self {
        case .invalidArgument: 64
        case .invalidData: 65
        case .missingInput: 66
        case .unavailable: 69
        case .diverged: 70
        case .cannotCreate: 73
        case .inputOutput: 74
        }
    }
}
