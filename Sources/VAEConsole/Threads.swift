import Foundation
import VAECore

/// The number of workers that a tool has.
package enum Threads {
    /// The most that can be asked for.
    package static let most = 256

    /// The number asked for, or that of the physical cores for this process.
    /// - Throws: `invalidArgument` about `--threads` for a number out of range.
    package static func checked(_ given: Int?) throws(VAEError) -> Int {
        guard let given else { return min(Machine.physicalCores, most) }
        try VAEError.require(
            "--threads", given, in: 1...most, advice: "Leave it out for as many as there are cores.")
        return given
    }

    /// The quota of processor time in words; nil where there is none.
    package static var quota: String? {
        Machine.processorQuota.map { quota in
            let number = String(format: "%.3g", quota)
            return "a quota of \(number) processor\(quota == 1 ? "" : "s")"
        }
    }
}
