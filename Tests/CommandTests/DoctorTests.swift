import Foundation
import Kernels
import Testing
import VAE
import VAECore
import VAERun

@testable import vae

/// `vae doctor`: the proofs hold here, and each fails when what it proves is broken.
@Suite struct DoctorTests {
    let tool = Tool("vae")

    static let names =
        ["Philox", "sgemm", "LAPACK", "gradients", "threads"]
        + (Products.instructionSet == nil ? [] : ["bits"])

    @Test func allProofsHold() throws {
        let outcome = try tool("doctor", "--json")
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.output)\(outcome.errors)")
        let json = try outcome.json()
        let proofs = try #require(json["proofs"] as? [[String: Any]])
        #expect(proofs.compactMap { $0["name"] as? String } == Self.names)
        for proof in proofs {
            let (measured, bound) = (proof["measured"] as? Double, proof["bound"] as? Double)
            #expect(try #require(measured) <= #require(bound) && proof["holds"] as? Bool == true)
        }
        #expect(json["all_hold"] as? Bool == true)
        let installation = try #require(json["installation"] as? [String: Any])
        let blas = try #require(installation["blas"] as? [String: Any])
        #expect((blas["version"] as? String)?.contains("OpenBLAS") == true)
        let library = try #require(blas["path"] as? String)
        #expect(FileManager.default.fileExists(atPath: library) && library.contains("openblas"))
        #expect(installation["lapack_is_openblas"] is Bool)
        let choice = try #require(installation["kernel_choice"] as? [String: Any])
        #expect(installation["blas_kernels"] as? String == choice["in_use"] as? String)
        #expect(try ["openblas", "program", "user"].contains(#require(choice["chosen_by"] as? String)))
    }

    /// What can't be proved here is said, in both forms.
    @Test func bitsOfOtherProcessorsAreNotCompared() throws {
        let none = ["VAE_TEST_TILES": "none"]
        let text = try tool("doctor", environment: none)
        #expect(text.status == 0 && text.output.contains("bits       not compared: "), "\(text.output)")
        let json = try tool("doctor", "--json", environment: none)
        let reasons = try #require(try json.json()["not_proved"] as? [String: String])
        #expect(json.status == 0 && reasons["bits"]?.contains("this processor has none") == true)
    }

    @Test func aLineForEachProof() throws {
        let outcome = try tool("doctor", "--threads", "1")
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        for name in Self.names { #expect(outcome.output.contains("holds \(name) "), "\(outcome.output)") }
        #expect(
            outcome.output.contains("all \(Self.names.count) proofs hold")
                && outcome.output.contains("LAPACK    3."))
        #expect(try tool("doctor", "--threads", "0").status == 64)
    }

    /// A BLAS and a LAPACK that answer wrongly, put before the right ones as a broken installation would.
    @Test(.enabled(if: Compiler.isThere, "needs a C compiler"))
    func aBrokenBLASIsFound() throws {
        let scratch = try Scratch()
        let cases = [
            // The right shape, and one element too few in every sum.
            (
                """
                #define _GNU_SOURCE
                #include <dlfcn.h>
                void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
                                 const float *b, int ldb, float beta, float *c, int ldc) {
                    void (*real)(int, int, int, int, int, int, float, const float *, int, const float *, int, float,
                                 float *, int) = dlsym(RTLD_NEXT, "cblas_sgemm");
                    real(order, ta, tb, m, n, k > 8 ? k - 1 : k, alpha, a, lda, b, ldb, beta, c, ldc);
                }
                """, ["sgemm", "gradients"]
            ),
            (
                """
                int LAPACKE_dsyevd(int layout, char job, char part, int n, double *a, int lda, double *w) {
                    for (int i = 0; i < n; i++) w[i] = i;
                    return 0;
                }
                """, ["LAPACK"]
            ),
        ]
        for (index, (source, broken)) in cases.enumerated() {
            try scratch.write(Array(source.utf8), to: "\(index).c")
            let library = scratch.file("\(index).so")
            try #require(
                Compiler.run("-shared", "-fPIC", "-O1", "-o", library, scratch.file("\(index).c"), "-ldl")
                    == 0)
            let outcome = try tool("doctor", environment: ["LD_PRELOAD": library])
            #expect(outcome.status == 70, "\(outcome.output)\(outcome.errors)")
            for name in Self.names {
                #expect(
                    outcome.output.contains((broken.contains(name) ? "FAILS " : "holds ") + name),
                    "\(outcome.output)")
            }
            #expect(
                outcome.errors.contains(broken.joined(separator: ", "))
                    && !outcome.output.contains("proofs hold"))
            let json = try tool("doctor", "--json", environment: ["LD_PRELOAD": library])
            #expect(try json.status == 70 && json.json()["all_hold"] as? Bool == false)
        }
    }

    /// Each of the smallest mistakes is enough.
    @Test func aSlightMistakeFailsItsProof() throws {
        #expect(!SelfCheck.philox { Philox4x32(key: $0).block(at: $1) &+ SIMD4(0, 0, 0, 1) }.holds)
        // The last of a sum's terms left out.
        let shortened = SelfCheck.products { a, b, m, n, k, transposed in
            var b = b
            if k > 1 {
                for column in 0..<n { b[transposed.b ? column * k + k - 1 : (k - 1) * n + column] = 0 }
            }
            return SelfCheck.engineProduct(a, b, m, n, k, transposed)
        }
        #expect(!shortened.holds)
        // One element of 10⁻⁶ of its size off.
        let nudged = SelfCheck.products { a, b, m, n, k, transposed in
            var result = SelfCheck.engineProduct(a, b, m, n, k, transposed)
            result[0] *= 1 + 1e-6
            return result
        }
        #expect(!nudged.holds)
        #expect(!SelfCheck.products { _, _, m, n, _, _ in [Float](repeating: .nan, count: m * n) }.holds)
        // One element that is no number, with right ones after it.
        let torn = SelfCheck.products { a, b, m, n, k, transposed in
            var result = SelfCheck.engineProduct(a, b, m, n, k, transposed)
            result[result.count / 2] = .nan
            return result
        }
        #expect(!torn.holds)
        let eigen = SelfCheck.eigenvectors { matrix, size in
            let found = try SymmetricEigen(matrix, size: size)
            var vectors = found.vectors
            vectors[3][5] += 1e-12
            return (found.values, vectors)
        }
        #expect(!eigen.holds && SelfCheck.eigenvectors().holds)
        let tornEigen = SelfCheck.eigenvectors { matrix, size in
            let found = try SymmetricEigen(matrix, size: size)
            var vectors = found.vectors
            vectors[3][5] = .nan
            return (found.values, vectors)
        }
        #expect(!tornEigen.holds)
        #expect(!SelfCheck.eigenvectors { _, _ in throw CocoaError(.featureUnsupported) }.holds)
        let threads = try SelfCheck.threads { _, threads in [1, threads == 3 ? 1.0000001 : 1] }
        #expect(!threads.holds && threads.measured == 1)
    }

    /// A single element of a single tensor that is off by a thousandth of the tensor's gradient.
    @Test func aWrongGradientFails() throws {
        let sound = try SelfCheck.gradients(threads: 2)
        #expect(sound.holds)
        // A third of the bound at most: it was not drawn around what came out.
        #expect(try #require(sound.measured) < 1e-4)
        for tensor in [0, 7, 10, 17] {
            let proof = try SelfCheck.gradients(threads: 2) { model, images, threads, products in
                var (weights, gradient) = try SelfCheck.engineGradient(model, images, threads, products)
                // Of one of the two engines alone.
                guard products == .blas else { return (weights, gradient) }
                let norm = gradient[tensor].reduce(0) { $0 + $1 * $1 }.squareRoot()
                gradient[tensor][0] += 0.001 * norm
                return (weights, gradient)
            }
            #expect(!proof.holds, "\(tensor): \(String(describing: proof.measured))")
        }
    }

    /// One bit of the model is enough.
    @Test(.enabled(if: Products.instructionSet != nil, "this processor has no tiles"))
    func otherBitsAreFound() throws {
        let other = try #require(
            try SelfCheck.publishedBits(threads: 1) {
                try PublishedTraining.run(threads: $0, products: .blas)
            })
        #expect(!other.holds && other.measured == 1)
    }

    @Test func noNumberProvesNothing() {
        #expect(!SelfCheck("x", "", measured: .nan, bound: 1).holds)
        #expect(
            !SelfCheck("x", "", measured: .infinity, bound: 1).holds
                && SelfCheck("x", "", measured: 1, bound: 1).holds)
    }
}

/// The C compiler of the machine, if there is one.
enum Compiler {
    static let isThere = (try? run("--version")) == 0

    static func run(_ arguments: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["cc"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
