import ArgumentParser
import Foundation
import VAEConsole
import VAECore

/// `vae doctor`: whether the engine is well on this machine.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Show the libraries in use and prove in seconds that the engine computes rightly here.",
        discussion: """
            Says which BLAS and LAPACK serve, from which files, and on which of OpenBLAS's kernels: those it chose by itself, \
            others that this program chose because they were older than the processor or wrong, or the user's \
            (OPENBLAS_CORETYPE). Proves with numbers: random numbers against published vectors, sgemm against sums in Double, \
            LAPACK's eigenvectors, all gradients of the default model against finite differences, the same bits on 1, 2 and 3 \
            threads, and a training of seconds whose bits are published (where the processor has tiles). Ends with status \
            70 unless all hold.

            EXAMPLES
              vae doctor
              vae doctor --json
              OPENBLAS_CORETYPE=Haswell vae doctor          with other kernels of OpenBLAS
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        var failed: [String] = []
        try common.run("vae doctor") { (console, threads) throws(VAEError) in
            let installation = Installation(threads: threads)
            if !common.json {
                try console.emit(lines: installation.lines.map { $0.padded(to: 10) + $1 } + [""])
            }
            let start = ContinuousClock.now
            let proofs = try prove(threads: threads, console)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            failed = proofs.filter { !$0.holds }.map(\.name)
            if common.json {
                try console.emit(
                    json: Document(
                        installation: installation, proofs: proofs,
                        notProved: proofs.contains { $0.name == "bits" }
                            ? nil : ["bits": SelfCheck.bitsNotCompared],
                        allHold: failed.isEmpty, seconds: seconds)
                )
            } else if failed.isEmpty {
                try console.emit(lines: [
                    "all \(proofs.count) proofs hold (\(String(format: "%.1f", seconds)) s)"
                ])
            }
            guard failed.isEmpty else {
                throw VAEError(
                    .diverged, failed.joined(separator: ", "),
                    failed.count == 1 ? "does not hold" : "do not hold",
                    advice: advice(for: failed, installation))
            }
        }
    }

    /// The advice where proofs fail: only some of them go through OpenBLAS.
    private func advice(for failed: [String], _ installation: Installation) -> String {
        let goesThroughBLAS = ["sgemm", "LAPACK", "gradients"]
        return "Do not trust results of this machine; "
            + (failed.contains(where: goesThroughBLAS.contains) || installation.tiles == nil
                ? "another build of OpenBLAS may help (\(installation.blas.path ?? "it is part of this program"))."
                : "OpenBLAS has no part in it. make test-tiles shows whether the engine's own tiles are right: "
                    + "please report its output with the processor and the compiler.")
    }

    /// The proofs one after the other, each told as it is made.
    private func prove(threads: Int, _ console: Console) throws(VAEError) -> [SelfCheck] {
        let all: [() throws -> SelfCheck?] = [
            { SelfCheck.philox() }, { SelfCheck.products() }, { SelfCheck.eigenvectors() },
            { try SelfCheck.gradients(threads: threads) }, { try SelfCheck.threads() },
            { try SelfCheck.publishedBits(threads: threads) },
        ]
        var proofs: [SelfCheck] = []
        for make in all {
            console.status(force: true) { _ in "proving" }
            let made: SelfCheck?
            do { made = try make() } catch let error as VAEError { throw error } catch {
                throw VAEError(.diverged, "proof", "could not be made")
            }
            guard let proof = made else {
                if !common.json {
                    try console.emit(lines: ["       bits       \(SelfCheck.bitsNotCompared)"])
                }
                continue
            }
            proofs.append(proof)
            if !common.json { try console.emit(lines: [proof.line(console)]) }
        }
        return proofs
    }

    /// The document that `--json` prints.
    private struct Document: Encodable {
        let installation: Installation
        let proofs: [SelfCheck]
        /// Proofs that could not be made here, and why.
        let notProved: [String: String]?
        let allHold: Bool
        let seconds: Double
    }
}

extension SelfCheck {
    /// The proof as people read it.
    fileprivate func line(_ console: Console) -> String {
        let number = measured.map {
            $0 == $0.rounded() && $0 < 1e6 ? "\(Int($0))" : String(format: "%.2g", $0)
        }
        return (holds ? "holds " : console.bold("FAILS ")) + name.padded(to: 11)
            + (number ?? "no number").padded(to: 9)
            + what + ", at most " + (bound == 0 ? "0" : String(format: "%.2g", bound))
    }
}

extension String {
    /// The text with blanks behind it up to a width.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
