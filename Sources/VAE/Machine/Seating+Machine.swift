import Glibc
import Kernels
import VAECore

/// Whether workers are bound to cores: the environment variable `VAE_PIN`.
package enum Pinning: String, CaseIterable, Sendable {
    /// Where it can matter: on a machine with several memories, of which every core has one near, and a process that nobody else has
    /// bound to a part of it.
    case auto
    /// Wherever the rest allows it.
    case on
    case off

    package static let variable = "VAE_PIN"

    /// What the environment asks for.
    /// - Throws: `invalidArgument` for another word than these.
    package init(environment value: String?) throws(VAEError) {
        guard let value, !value.isEmpty else {
            self = .auto
            return
        }
        guard let known = Pinning(rawValue: value) else {
            throw VAEError(
                .invalidArgument, Self.variable, "is not known",
                expected: Pinning.allCases.map(\.rawValue).joined(separator: ", "), found: value,
                advice: "Leave it out of the environment for auto.")
        }
        self = known
    }
}

extension Seating {
    /// How `workers` threads wait for each other in this process, and where they run.
    /// - Throws: `invalidArgument` when the environment asks for a way of binding that there is not.
    package static func here(workers: Int) throws(VAEError) -> Seating {
        Seating(
            workers: workers, allowed: Affinity.current, quota: quota,
            try Pinning(environment: getenv(Pinning.variable).map { String(cString: $0) }))
    }

    /// - Parameters:
    ///   - allowed: processors that the calling thread may use: its threads inherit them
    ///   - quota: processors' worth of time; nil for all of it
    ///   - root: of a test's own files under `/sys`
    package init(workers: Int, allowed: [Int], quota: Double?, _ pinning: Pinning, root: String = "") {
        let isWithinQuota = Double(workers) <= quota ?? .infinity
        self.init(patience: isWithinQuota && workers <= allowed.count ? Self.usualPatience : 0)
        guard workers > 1, isWithinQuota else { return }
        switch pinning {
        case .off: return
        case .on: break
        case .auto:
            // A narrower mask than the machine is another program's: it has its own plan for who runs where.
            guard ProcessorTopology.hasSeveralNodes(root: root),
                Set(allowed) == Set(ProcessorTopology.online(root: root))
            else { return }
        }
        let topology = ProcessorTopology(allowed: allowed, root: root)
        // Fewer workers than cores: the system moves them away from where others are at work.
        guard topology.cores.count == workers, pinning == .on || topology.nodeCount > 1 else { return }
        processors = topology.cores.map(\.processors)
    }

    /// Read once: it takes a few files, and models are put to work thousands of times.
    private static let quota = Machine.processorQuota
}
