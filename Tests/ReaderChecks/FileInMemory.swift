import Glibc
import VAECore

/// A regular file that is on no disk: readers open its path as they open any other.
package final class FileInMemory: Sendable {
    private let descriptor: Int32
    package let path: String

    package init() {
        var template = Array("/dev/shm/vae-input-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        precondition(descriptor >= 0, "mkstemp: \(errno)")
        // It lives as long as it is open.
        unlink(template)
        path = "/proc/self/fd/\(descriptor)"
    }

    deinit { close(descriptor) }

    /// Replaces what the file holds.
    package func hold(_ bytes: [UInt8]) {
        precondition(ftruncate(descriptor, 0) == 0)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress! + done, bytes.count - done, off_t(done))
            }
            precondition(count > 0, "pwrite: \(errno)")
            done += count
        }
    }
}
