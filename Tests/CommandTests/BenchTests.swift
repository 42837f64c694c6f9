import Foundation
import Kernels
import Testing
import VAE
import VAECore

@Suite("vae-bench")
struct BenchTests {
    private let bench = Tool("vae-bench")

    @Test func workOfTheDefaultModel() throws {
        // Layer by layer by hand: places · patch · filters, or inputs · outputs.
        let down = 14 * 14 * 9 * 32 + 7 * 7 * (9 * 32) * 64
        let middle = 3136 * 16 + 2 * 16 * 2 + 2 * 3136
        let up = 7 * 7 * 64 * (9 * 64) + 14 * 14 * 64 * (9 * 32) + 28 * 28 * 32 * 9
        let unneeded = 14 * 14 * 9 * 32
        #expect(try Topology(ModelConfiguration()).trainingFlop == 2 * (3 * (down + middle + up) - unneeded))
        #expect(try Topology(ModelConfiguration()).trainingFlop == 39_852_672)
    }

    /// Odd sizes, three channels, one level, against a count of every multiplication of the definition.
    @Test func workOfAnotherModel() throws {
        let model = ModelConfiguration(
            imageShape: ImageShape(height: 7, width: 5, channels: 3), encoderFilters: [4],
            decoderFilters: [6], kernelSize: 5, hiddenUnits: 8, latentSize: 3)
        var products = 0
        for _ in 0..<(4 * 3) { products += 5 * 5 * 3 * 4 }
        let first = products
        let flat = 4 * 3 * 4
        products += flat * 8 + 2 * 8 * 3 + 3 * flat
        products += (4 * 3) * 4 * (5 * 5 * 6) + (7 * 5) * 6 * (5 * 5 * 3)
        #expect(try Topology(model).trainingFlop == 2 * (3 * products - first))
        let plan = try Topology(model).plan
        #expect(
            plan.nodes.filter { $0.layer.product != nil }.map(\.name) == [
                "encoder.convolution.0", "encoder.dense", "encoder.mean", "encoder.log_variance",
                "decoder.dense", "decoder.transposed_convolution.0", "decoder.output",
            ])
        #expect(
            plan.nodes.map(plan.givesInputGradient) == [false] + [Bool](repeating: true, count: 7))
    }

    @Test func writesTheDocumentedKeys() throws {
        let scratch = try Scratch()
        let run = try bench(
            "--threads", "2", "--images", "256", "--repeats", "2", "--only", "train", "--only", "sgemm",
            "--only", "residual", "--json", scratch.file("bench.json"))
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.isEmpty)
        for text in [
            "machine", "134,165 parameters, 39.9 MFLOP", "engine, 2 threads", "sgemm 1024³", "Residual",
        ] {
            #expect(run.output.contains(text))
        }
        let report = try Bench.object(Data(scratch.bytes("bench.json")))
        #expect(try report.keys("train").contains("images_per_second"))
        #expect(try report.number("train", "images_per_second") > 0)
        #expect(try report.number("train", "median_images_per_second") > 0)
        // More than 1 where the tiles beat sgemm, which the environment may have told to use slower kernels.
        #expect(try (0.001...5).contains(report.number("train", "fraction_of_peak")))
        let products = try report.number("sgemm", "peak_gflops")
        let multiplyAdds = try report.number("multiply_add", "peak_gflops")
        #expect(products > 0 && multiplyAdds > 0)
        #expect(try report.number("multiply_add", "threads") == 2)
        #expect(try report.keys("multiply_add").contains("instruction_set"))
        #expect(run.output.contains("FMA (\(MultiplyAdds.instructionSet)), 2 threads"))
        let gflops = try report.number("train", "gflops")
        for (section, key, ratio) in [
            ("train", "fraction_of_peak", gflops / products),
            ("train", "fraction_of_multiply_add_peak", gflops / multiplyAdds),
            ("sgemm", "fraction_of_multiply_add_peak", products / multiplyAdds),
        ] {
            #expect(try abs(report.number(section, key) / ratio - 1) < 1e-9, "\(section).\(key)")
        }
        #expect(
            try report.keys("blas")
                == [
                    "configuration", "core", "core_chosen_by", "environment", "is_older_than_processor",
                    "own_choice",
                ].filter { $0 != "own_choice" || OpenBLAS.choice.ownChoice != nil })
        #expect(try report.number("residual", "gradient") < 1e-5)
        #expect(try report.number("model", "flop_per_image") == 39_852_672)
        #expect(try report.number("run", "threads") == 2)
        #expect(try report.number("machine", "physical_cores") >= 1)
        #expect(try report.keys("machine").contains("processor"))
        #expect(try report.keys("build").contains("swift"))
        #expect(try report.number("memory", "peak_bytes") > 1e6)
        #expect(report.value["naive"] == nil)
    }

    @Test func checkpointsAreWrittenAndRead() throws {
        let scratch = try Scratch()
        let run = try bench(
            "--only", "checkpoints", "--quick", "--images", "128", "--json", "bench.json", in: scratch.path)
        #expect(
            run.status == 0 && run.output.contains("A checkpoint of 1.6 MB"), "\(run.errors)\(run.output)")
        let report = try Bench.object(Data(scratch.bytes("bench.json")))
        #expect(try report.number("checkpoint", "bytes") > 3 * 4 * 134_165)
        let write = try report.number("checkpoint", "median_write_seconds")
        #expect(try write > 0 && write >= report.number("checkpoint", "write_seconds"))
        #expect(try report.number("checkpoint", "median_read_seconds") > 0)
        let epoch = try 60_000 / report.number("checkpoint", "median_images_per_second")
        #expect(try abs(report.number("checkpoint", "share") / (write / (write + epoch)) - 1) < 1e-9)
        // Nothing is left on the disk.
        #expect(try scratch.names() == ["bench.json"])
    }

    @Test func aFileThatCannotBeMadeIsSaidFirst() throws {
        let scratch = try Scratch()
        let outcome = try bench("--quick", "--json", scratch.file("none/bench.json"))
        #expect(outcome.status == 73 && outcome.output.isEmpty, "\(outcome.output)")
        #expect(outcome.errors.hasPrefix("vae-bench: error: ") && outcome.errors.contains("none/bench.json"))
    }

    /// The loss of another likelihood is the part of a step that is called objective, and its products are those of the wider last layer.
    @Test func anotherLikelihoodHasItsOwnParts() throws {
        func report(_ more: String...) throws -> [String: Any] {
            let run = try bench.run(["--only", "layers", "--images", "256", "--quick", "--json", "-"] + more)
            #expect(run.status == 0, "\(run.errors)")
            return try #require(
                JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        }
        let (plain, mixture) = try (report(), report("--likelihood", "logistic-mixture"))
        func model(_ report: [String: Any], _ key: String) -> Any? {
            (report["model"] as? [String: Any])?[key]
        }
        #expect(model(plain, "likelihood") == nil)
        #expect(model(mixture, "likelihood") as? String == "logistic-mixture")
        // 15 filters of 3 × 3 × 32 and a bias each, for one.
        #expect(
            model(mixture, "parameters") as? Int == (model(plain, "parameters") as? Int).map { $0 + 14 * 289 }
        )
        func objective(_ report: [String: Any]) -> Double? {
            let rows = report["layers"] as? [[String: Any]]
            return rows?.first { $0["name"] as? String == "objective" }?["share"] as? Double
        }
        // Of five components a value: some seven times the Bernoulli loss's, of a step that is less than five times as long.
        #expect(try #require(objective(mixture)) > #require(objective(plain)))
    }

    @Test func standardOutputCanBeJSONAlone() throws {
        let run = try bench("--only", "naive", "--images", "128", "--quick", "--json", "-")
        #expect(run.status == 0, "\(run.errors)")
        let report = try Bench.object(Data(run.output.utf8))
        #expect(try report.number("naive", "images_per_second") > 0)
        #expect(try report.number("naive", "batches") == 1)
        #expect(report.value["train"] == nil)
    }

    @Test(arguments: [
        (["--threads", "0"], "--threads"), (["--repeats", "0"], "--repeats"),
        (["--images", "127"], "--images"), (["--only", "speed"], "--only"),
        (["--threads", "two"], "--threads"),
        (["--likelihood", "laplace"], "--likelihood"),
        (["--only", "layers", "--likelihood", "laplace", "--compare", "x"], "--likelihood"),
        (["--json", ""], "--json"), (["--fast"], "--fast"), (["extra"], "extra"),
    ])
    func badFlagsAreUsageErrors(arguments: [String], named: String) throws {
        let run = try bench.run(arguments)
        #expect(run.status == 64)
        #expect(run.errors.contains(named))
        #expect(run.output.isEmpty)
    }

    @Test func missingDataIsNamed() throws {
        let run = try bench("--data", "/nowhere/at/all")
        #expect(run.status == 66)
        #expect(run.errors.contains("vae-bench: error: /nowhere/at/all"))
    }

    @Test func helpHasExamples() throws {
        let run = try bench("--help")
        #expect(run.status == 0)
        #expect(run.output.contains("vae-bench --quick"))
    }
}
