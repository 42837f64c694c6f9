import Foundation
import Kernels
import Testing
import VAE
import VAECore

/// The tables of `vae-bench`: layers, and what a speed depends on.
@Suite("Tables of vae-bench")
struct BenchTableTests {
    private let bench = Tool("vae-bench")

    @Test(arguments: Products.allCases)
    func layersAddUpToTheStep(method: Products) throws {
        let scratch = try Scratch()
        let run = try bench(
            "--only", "layers", "--quick", "--images", "128", "--products", method.rawValue,
            "--json", scratch.file("bench.json"))
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("decoder.transposed_convolution.1 backward"))
        #expect(run.output.contains("\neverything else"))
        let report = try Bench.object(Data(scratch.bytes("bench.json")))
        let rows = try report.rows("layers")
        let step = try report.number("layer_step", "seconds")
        let peak = try report.number("layer_step", "peak_gflops")
        let multiplyAddPeak = try report.number("layer_step", "multiply_add_peak_gflops")

        // Two rows for each node, with the product that its layer asks for, and those of what is around the nodes.
        let plan = try Topology(ModelConfiguration()).plan
        let found = rows.map { "\($0["name"] ?? "") \($0["direction"] ?? "")" }
        #expect(
            found == plan.nodes.flatMap { ["\($0.name) forward", "\($0.name) backward"] } + [
                "pixels, noise step", "objective step", "sum of gradients, Adam step", "packed kernels step",
                "everything else step",
            ])
        var flop = 0.0
        for row in rows {
            let node = plan.nodes.first { $0.name == row["name"] as? String }
            guard let node, let product = node.layer.product else {
                #expect(row["m"] == nil && row["gflops"] == nil && row["fraction_of_peak"] == nil)
                continue
            }
            let sizes = try ["m", "n", "k"].map { try Bench.number(row, $0) }
            #expect(sizes.reduce(2, *) == Double(product.flop), "\(row)")
            let (seconds, gflops) = (try Bench.number(row, "seconds"), try Bench.number(row, "gflops"))
            flop += seconds * gflops * 1e9
            try methodAndError(row, method, gflops)
            #expect(try Bench.number(row, "median_seconds") >= seconds)
            #expect(try abs(Bench.number(row, "fraction_of_peak") * peak / gflops - 1) < 1e-9)
            #expect(
                try abs(
                    Bench.number(row, "fraction_of_multiply_add_peak") * multiplyAddPeak / gflops - 1) < 1e-9)
        }
        #expect(abs(flop / Double(128 * 39_852_672) - 1) < 1e-9)
        #expect(try rows.dropLast().allSatisfy { try Bench.number($0, "seconds") > 0 })
        #expect(abs(try rows.reduce(0) { try $0 + Bench.number($1, "seconds") } / step - 1) < 1e-9)
        #expect(abs(try rows.reduce(0) { try $0 + Bench.number($1, "share") } - 1) < 1e-9)
        #expect(report.value["train"] == nil)
    }

    /// Of what the products are made, and how far off they are: single precision, a few hundred terms.
    private func methodAndError(_ row: [String: Any], _ products: Products, _ gflops: Double) throws {
        let (found, name) = (try #require(row["method"] as? String), row["name"] as? String ?? "")
        let computed = try Bench.number(row, "computed_gflops")
        let isStrided = name.contains("convolution.1") || name == "decoder.transposed_convolution.0"
        switch (products, Products.instructionSet) {
        case (.filtered, _?):
            #expect(found == (isStrided ? "filtered" : "tiles"), "\(name)")
            if isStrided { #expect(computed < 0.8 * gflops) }
        case (.tiles, _?): #expect(found == "tiles")
        default:
            // Of the strided layers the one on a large, even grid is lowered with differences.
            let isFiltered = name == "decoder.transposed_convolution.1"
            #expect(found == (isFiltered ? "filtered sgemm" : "sgemm"), "\(name)")
            #expect(isFiltered ? computed < 0.8 * gflops : abs(computed / gflops - 1) < 1e-9, "\(name)")
        }
        let error = try Bench.number(row, "error")
        #expect(error > 0 && error < 1e-5, "\(name): \(error)")
    }

    @Test func filterChoosesPieces() throws {
        let run = try bench(
            "--only", "layers", "--quick", "--images", "128", "--filter", "decoder.output", "--json", "-")
        #expect(run.status == 0, "\(run.errors)")
        let rows = try Bench.object(Data(run.output.utf8)).rows("layers")
        #expect(rows.count == 3)
        #expect(rows.filter { $0["m"] != nil }.allSatisfy { $0["name"] as? String == "decoder.output" })
        let none = try bench("--only", "layers", "--quick", "--images", "128", "--filter", "attention")
        #expect(
            none.status == 64 && none.errors.contains("--filter") && none.errors.contains("decoder.output"))
    }

    @Test func scalingVariesOneThingAtATime() throws {
        let run = try bench(
            "--only", "scaling", "--quick", "--threads", "2", "--images", "128", "--json", "-")
        #expect(run.status == 0, "\(run.errors)")
        let report = try Bench.object(Data(run.output.utf8))
        let rows = try report.rows("scaling")
        func values(_ key: String, by axis: String) throws -> [Double] {
            try rows.filter { $0["axis"] as? String == axis }.map { try Bench.number($0, key) }
        }
        let teams = try values("threads", by: "threads")
        #expect(teams.first == 1)
        #expect(teams.last == Double(2 * Machine.physicalCores))
        #expect(zip(teams, teams.dropFirst()).allSatisfy { $0 < $1 && $1 <= 2 * $0 })
        #expect(try values("batch", by: "batch") == [32, 128, 512])
        #expect(try values("image_size", by: "image_size") == [28, 56, 112])
        #expect(try values("latent_size", by: "latent_size") == [2, 16, 64])
        #expect(try values("threads", by: "batch") == [2, 2, 2])
        #expect(rows.count == teams.count + 9)
        for row in rows {
            let (size, latent) = (try Bench.number(row, "image_size"), try Bench.number(row, "latent_size"))
            let model = ModelConfiguration(
                imageShape: ImageShape(height: Int(size), width: Int(size)), latentSize: Int(latent))
            let flop = Double(try Topology(model).trainingFlop)
            #expect(try Bench.number(row, "flop_per_image") == flop)
            let speed = try Bench.number(row, "images_per_second")
            #expect(try speed > 0 && speed >= Bench.number(row, "median_images_per_second"))
            #expect(try abs(Bench.number(row, "gflops") / (speed * flop / 1e9) - 1) < 1e-9)
            #expect(try Bench.number(row, "seconds_to_first_step") > 0)
            #expect(try Bench.number(row, "steps") >= 1)
            #expect(try Bench.number(row, "workers") <= Bench.number(row, "threads"))
        }

        // What the schedule allows, of steps that are cut as for so many cores and timed one after the other: no bound holds between them.
        let (schedule, steps) = try (report.rows("schedule"), report.rows("schedule_steps"))
        #expect(steps.count == 1 && schedule.count == 9)
        #expect(try schedule.map { try Bench.number($0, "cores") } == [1, 2, 4, 8, 12, 16, 32, 64, 128])
        let alone = try Bench.number(steps[0], "seconds")
        for row in schedule {
            let (cores, gain) = try (Bench.number(row, "cores"), Bench.number(row, "speed_up"))
            #expect(try Bench.number(row, "shards") == 16)
            #expect(try abs(Bench.number(row, "seconds") * gain / alone - 1) < 1e-9)
            #expect(gain > 0, "\(row)")
            let balance = try Bench.number(row, "balance")
            #expect(balance > 0 && balance <= 1 + 1e-9 && (cores > 1 || balance > 1 - 1e-9), "\(row)")
        }
        #expect(try (0..<1).contains(Bench.number(steps[0], "serial_fraction")))
        if Machine.processors > 1 {
            #expect(try Bench.number(steps[0], "measured_speed_up") > 0)
            #expect(try Bench.number(steps[0], "predicted_speed_up") > 0)
            #expect(try report.number("barrier", "median_seconds") >= report.number("barrier", "seconds"))
        }

        // By hand, as above: the encoder's three kinds of layer and the decoder's two, forward only.
        let encode = 2 * (14 * 14 * 9 * 32 + 7 * 7 * (9 * 32) * 64 + 3136 * 16 + 2 * 16 * 2)
        let decode = 2 * (2 * 3136 + 7 * 7 * 64 * (9 * 64) + 14 * 14 * 64 * (9 * 32) + 28 * 28 * 32 * 9)
        let inference = try report.rows("inference")
        #expect(
            inference.map { $0["task"] as? String } == [
                "encode", "decode", "weigh", "encode", "decode", "weigh",
            ])
        #expect(try inference.map { try Bench.number($0, "threads") } == [1, 1, 1, 2, 2, 2])
        for (row, flop) in zip(inference, [encode, decode, decode, encode, decode, decode]) {
            #expect(try Bench.number(row, "flop_per_image") == Double(flop))
            #expect(try Bench.number(row, "images_per_second") > 0)
            #expect(try Bench.number(row, "images") == 256)
        }
    }
}
