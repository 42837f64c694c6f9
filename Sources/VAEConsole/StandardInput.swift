import Foundation
import VAECore

/// The input that other programs hand on.
package enum StandardInput {
    /// All of it.
    /// - Throws: `invalidData` when it is longer than `limit` bytes; `inputOutput` when it can't be read.
    package static func read(limit: Int) throws(VAEError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let piece: Data?
            do {
                piece = try FileHandle.standardInput.read(upToCount: 1 << 20)
            } catch {
                throw VAEError(.inputOutput, "standard input", "can't be read: \(error.localizedDescription)")
            }
            guard let piece, !piece.isEmpty else { return bytes }
            bytes += piece
            guard bytes.count <= limit else {
                throw VAEError(
                    .invalidData, "standard input", "is too long", expected: "at most \(limit) bytes",
                    found: "more")
            }
        }
    }
}
