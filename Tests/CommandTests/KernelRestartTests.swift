import Foundation
import Kernels
import Testing
import VAE

/// The tools on machines where OpenBLAS chooses old kernels, or has wrong ones: they begin again with others.
@Suite(.enabled(if: Preload.isOfUse, "needs a C compiler and OpenBLAS for many x86-64 processors"))
struct KernelRestartTests {
    let vae = Tool("vae")
    let scratch = try! Scratch()
    let best = Preload.candidates[0]

    func environment(_ variables: [String: String]) throws -> [String: String] {
        try Preload.environment(scratch, variables)
    }

    /// What `vae doctor --json` says of the kernels; the proofs hold.
    func kernels(_ variables: [String: String]) throws -> (choice: [String: Any], errors: String) {
        let outcome = try vae("doctor", "--json", environment: try environment(variables))
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        let installation = try #require(try outcome.json()["installation"] as? [String: Any])
        let choice = try #require(installation["kernel_choice"] as? [String: Any])
        #expect(installation["blas_kernels"] as? String == choice["in_use"] as? String)
        #expect(installation["lapack_kernels"] as? String == choice["in_use"] as? String)
        return (choice, outcome.errors)
    }

    @Test func olderKernelsMakeWay() throws {
        let (choice, errors) = try kernels(["SHIM_OWN_CHOICE": "Prescott"])
        #expect(choice["own_choice"] as? String == "Prescott" && choice["chosen_by"] as? String == "program")
        #expect(choice["in_use"] as? String == best && choice["older_than_processor"] as? Bool == false)
        #expect(errors.isEmpty && choice["warning"] == nil && choice["right_coretype"] == nil)

        let outcome = try vae("doctor", environment: try environment(["SHIM_OWN_CHOICE": "Prescott"]))
        #expect(outcome.output.contains("kernels   \(best) ("), "\(outcome.output)")
        #expect(
            outcome.output.contains("chosen by this program: OpenBLAS's own choice, Prescott (SSE), is older")
        )
        #expect(!outcome.output.contains("OPENBLAS_CORETYPE"))
    }

    @Test func trainingSaysAndRecordsIt() throws {
        let outcome = try Tool("vae-train").run(
            ["--epochs", "1", "--no-figures", "--out", scratch.file("run")] + scratch.digits(),
            environment: try environment(["SHIM_OWN_CHOICE": "Prescott"]))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let header = try #require(outcome.errors.split(separator: "\n").first { $0.hasPrefix("BLAS ") })
        #expect(header.contains("kernels: \(best) (") && header.contains("chosen by this program"))
        let record =
            try JSONSerialization.jsonObject(with: scratch.bytes("run/config.json")) as? [String: Any]
        let recorded = try #require(record?["environment"] as? [String: Any])
        #expect(recorded["blasKernels"] as? String == best)
        #expect(recorded["blasKernelsChosenBy"] as? String == "program")
        #expect(try vae("info", scratch.file("run")).output.contains("\(best) kernels, chosen by vae-train"))
    }

    @Test func theBenchmarkSaysIt() throws {
        let outcome = try Tool("vae-bench").run(
            [
                "--only", "sgemm", "--images", "128", "--repeats", "1", "--threads", "1", "--json",
                scratch.file("b.json"),
            ],
            environment: try environment(["SHIM_OWN_CHOICE": "Prescott"]))
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(
            outcome.output.contains("kernels \(best) (") && outcome.output.contains("chosen by this program"))
        let report = try JSONSerialization.jsonObject(with: scratch.bytes("b.json")) as? [String: Any]
        let blas = try #require(report?["blas"] as? [String: Any])
        #expect(blas["core"] as? String == best && blas["core_chosen_by"] as? String == "program")
        #expect(
            blas["own_choice"] as? String == "Prescott" && blas["is_older_than_processor"] as? Bool == false)
        #expect((blas["environment"] as? [String: String])?["OPENBLAS_CORETYPE"] == nil)
    }

    /// What is wrong is left for the next, whether the program chose it or OpenBLAS; what is wrong everywhere is said.
    @Test func wrongKernelsMakeWay() throws {
        let next = Preload.candidates.dropFirst().first ?? "Prescott"
        let (choice, _) = try kernels(["SHIM_OWN_CHOICE": "Prescott", "SHIM_WRONG": best])
        #expect(choice["in_use"] as? String == next && choice["rejected"] as? [String] == [best])

        let (own, _) = try kernels(["SHIM_OWN_CHOICE": best, "SHIM_WRONG": best])
        #expect(own["in_use"] as? String == next && own["chosen_by"] as? String == "program")
        #expect(own["own_choice"] as? String == best && own["rejected"] as? [String] == [best])

        let all = try environment([
            "SHIM_OWN_CHOICE": "Prescott",
            "SHIM_WRONG": "Prescott," + Preload.candidates.joined(separator: ","),
        ])
        let outcome = try vae("doctor", environment: all)
        #expect(outcome.status == 70 && outcome.errors.contains("multiplies wrongly with all of its kernels"))
    }

    /// A build that lacks the kernels, and says so by taking the old ones again: one start for each that was asked for, and one that was
    /// not.
    @Test func itEnds() throws {
        let (choice, errors) = try kernels([
            "SHIM_OWN_CHOICE": "Prescott", "SHIM_DEAF": "1", "SHIM_STARTS": scratch.file("starts"),
        ])
        #expect(choice["in_use"] as? String == "Prescott" && choice["chosen_by"] as? String == "openblas")
        #expect(choice["rejected"] as? [String] == Preload.candidates)
        #expect(try scratch.bytes("starts").count == Preload.candidates.count + 2)
        #expect(errors.contains("missing or multiply wrongly"), "\(errors)")
    }

    @Test func itGoesOnWhereItCannotBeginAgain() throws {
        let (choice, errors) = try kernels([
            "SHIM_OWN_CHOICE": "Prescott", "SHIM_NO_EXEC": "1", "SHIM_STATE": scratch.file("state"),
        ])
        #expect(choice["in_use"] as? String == "Prescott" && choice["right_coretype"] as? String == best)
        #expect(errors.split(separator: "\n").count == 1, "\(errors)")
        #expect(errors.contains("could not begin again") && errors.contains("set OPENBLAS_CORETYPE=\(best)"))
        #expect(try !scratch.text("state").contains("OPENBLAS"))
    }

    /// Arguments that are no UTF-8, ignored signals, closed streams, exit statuses, the process's name and its environment are those of a
    /// program that did not begin again.
    @Test(arguments: ["", " <&-", " >&-", " 2>&-", " <&- >&- 2>&-"])
    func nothingElseChanges(streams: String) throws {
        let script = #"trap "" INT HUP; exec "$0" info "$(printf 'no\377where')""# + streams
        var outcomes: [(Tool.Outcome, String)] = []
        for own in ["Prescott", best] {
            let outcome = try Tool(path: "/bin/sh").run(
                ["-c", script, vae.path],
                environment: try environment([
                    "SHIM_OWN_CHOICE": own, "SHIM_STATE": scratch.file(own),
                    "SHIM_STARTS": scratch.file("\(own)-starts"),
                ]))
            outcomes.append((outcome, try scratch.text(own)))
        }
        #expect(try scratch.bytes("Prescott-starts").count == scratch.bytes("\(best)-starts").count + 1)
        let (first, second) = (outcomes[0], outcomes[1])
        #expect(first.0.status == second.0.status && first.0.status != 0)
        #expect(first.0.output == second.0.output && first.0.errors == second.0.errors)
        #expect(first.1 == second.1 && first.1.contains("Name:\tvae\n"), "\(first.1)\n\(second.1)")
        #expect(first.1.contains("6e6fff7768657265"))
    }

    /// A variable that another program left is not taken for one's own.
    @Test func anInheritedAttemptIsNone() throws {
        let (choice, _) = try kernels([
            "SHIM_OWN_CHOICE": "Prescott", "VAE_OPENBLAS_ATTEMPT": "1\nKatmai\n\nother",
        ])
        #expect(choice["in_use"] as? String == best && choice["own_choice"] as? String == "Prescott")
    }

    // MARK: What the user set

    /// It is left alone, and warned of once.
    @Test func anOlderSettingIsWarnedOf() throws {
        let environment = ["OPENBLAS_CORETYPE": "Prescott"]
        let outcome = try vae("doctor", "--json", environment: environment)
        let installation = try #require(try outcome.json()["installation"] as? [String: Any])
        let choice = try #require(installation["kernel_choice"] as? [String: Any])
        #expect(outcome.status == 0 && choice["chosen_by"] as? String == "user")
        #expect(choice["in_use"] as? String == "Prescott" && choice["older_than_processor"] as? Bool == true)
        #expect(choice["right_coretype"] as? String == best && choice["own_choice"] == nil)
        #expect(choice["warning"] as? String == outcome.errors.trimmingCharacters(in: .newlines))
        #expect(
            outcome.errors.split(separator: "\n").count == 1
                && outcome.errors.contains("OPENBLAS_CORETYPE=Prescott")
                && outcome.errors.contains("set it to \(best)"), "\(outcome.errors)")
        #expect(try vae("doctor", "--quiet", environment: environment).errors.isEmpty)

        let bench = try Tool("vae-bench").run(
            ["--only", "sgemm", "--images", "128", "--repeats", "1", "--threads", "1"],
            environment: environment)
        #expect(bench.errors == "vae-bench: " + outcome.errors)
        #expect(bench.output.contains("set by OPENBLAS_CORETYPE=Prescott: older than this processor"))
        let train = try Tool("vae-train").run(
            ["--batch-size", "100"] + scratch.digits(train: 10), environment: environment)
        #expect(
            train.status == 64 && train.errors.components(separatedBy: outcome.errors).count == 2,
            "\(train.errors)")
    }

    @Test func aFittingSettingIsNot() throws {
        let outcome = try vae("doctor", environment: ["OPENBLAS_CORETYPE": best])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(outcome.output.contains("set by OPENBLAS_CORETYPE=\(best)\n"), "\(outcome.output)")
    }
}
