import Foundation
import Testing
import VAE
import VAECore
import VAEData

/// Tables from training to every command that reads a model.
@Suite struct TableCommandTests {
    let train = Tool("vae-train")
    let tool = Tool("vae")
    let scratch = try! Scratch()

    private static let names = ["flow", "pressure", "load, %", "speed"]
    /// The row in which the pressure does not follow the flow.
    private static let odd = 123

    private func write(_ text: String, to name: String) throws -> String {
        try scratch.write(Array(text.utf8), to: name)
        return scratch.file(name)
    }

    /// Rows of which three columns follow from one, and the last column does not change in training.
    private func rows(_ count: Int, odd: Int? = nil) -> [[Double]] {
        (0..<count).map { row in
            let t = Double(row * 37 % 101) / 50 - 1
            let pressure = row == odd ? -1.8 * t.sign(1) : 1.8 * t
            return [
                100 * t + Double(row % 7), pressure + Double(row % 5) / 50, 5 - t + Double(row % 3) / 20, 7,
            ]
        }
    }

    /// - Parameter order: the columns that are written, "state" among them
    private func table(_ rows: [[Double]], order: [String] = names + ["state"]) -> String {
        let lines = rows.enumerated().map { index, row in
            order.map { name in
                Self.names.firstIndex(of: name).map { "\(row[$0])" } ?? (index == Self.odd ? "ill" : "well")
            }
        }
        return ([order.map(LatentTable.field)] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
    }

    private func trained(_ flags: [String] = []) throws -> Tool.Outcome {
        let path = try write(table(rows(300, odd: Self.odd)), to: "t.csv")
        let outcome = try train.run(
            ["--data", path, "--label-column", "state", "--out", scratch.file("run")] + flags)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome
    }

    @Test func introductionAndDefaults() throws {
        let outcome = try trained(["--epochs", "1"])
        for words in [
            "table     300 rows × 4 columns", "270 training rows: flow, pressure, load, %, speed",
            "hidden units 32,16", "2 latent dimensions", "value-wise Gaussian", "batches of 32",
            "column \"speed\" never changes", "nats per row", "latent-space, losses, latent-dimensions;",
        ] { #expect(outcome.errors.contains(words), "\(words): \(outcome.errors)") }
        #expect(!outcome.errors.contains("1 epochs, for"))
        #expect(outcome.output.contains(" rows/s") && !outcome.output.contains("images"), "\(outcome.output)")
        let model = try VariationalAutoencoder(contentsOf: scratch.file("run/model.safetensors"))
        #expect(model.configuration.encoderUnits == [32, 16] && model.configuration.encoderFilters == [])
        #expect(model.configuration.likelihood == .gaussianValue && model.configuration.latentSize == 2)
        #expect(model.standardization?.columns == Self.names)
        #expect(model.standardization?.constantColumns == ["speed"])
        // Flags win.
        let other = try train.run([
            "--data", scratch.file("t.csv"), "--label-column", "state", "--out", scratch.file("other"),
            "--hidden", "5", "--latent-dim", "1", "--likelihood", "gaussian", "--batch-size", "50",
            "--epochs", "2", "--no-figures",
        ])
        #expect(other.status == 0, "\(other.errors)")
        let chosen = try VariationalAutoencoder(contentsOf: scratch.file("other/model.safetensors"))
        #expect(chosen.configuration.encoderUnits == [5] && chosen.configuration.decoderUnits == [5])
        #expect(chosen.configuration.likelihood == .gaussian && chosen.configuration.latentSize == 1)
    }

    @Test func anomaliesNameTheirColumns() throws {
        _ = try trained(["--no-figures"])
        let path = scratch.file("t.csv")
        let json = try tool("anomalies", scratch.file("run"), path, "--samples", "50", "-n", "2", "--json")
        #expect(json.status == 0, "\(json.errors)")
        struct Document: Decodable {
            struct Row: Decodable {
                struct Column: Decodable { let column: String, nats: Double, value: Double, expected: Double }
                let image: Int, label: String, reconstruction: Double, columns: [Column]
            }
            let count: Int, images: [Row]
        }
        let found = try JSONDecoder().decode(Document.self, from: Data(json.output.utf8))
        let worst = try #require(found.images.first)
        #expect(found.count == 300 && worst.image == Self.odd && worst.label == "ill")
        #expect(
            worst.columns.count == 3 && worst.columns.map(\.nats) == worst.columns.map(\.nats).sorted(by: >))
        #expect(worst.columns.prefix(2).contains { $0.column == "pressure" })
        let pressure = try #require(worst.columns.first { $0.column == "pressure" })
        // In the units of the table, rounded to single precision on the way in and out.
        #expect(abs(pressure.value - rows(300, odd: Self.odd)[Self.odd][1]) < 1e-5)

        let text = try tool("anomalies", scratch.file("run"), path, "--samples", "50", "-n", "2")
        let lines = text.output.split(separator: "\n")
        #expect(lines[0].contains("row") && lines[0].hasSuffix("columns that cost most, nats"))
        #expect(
            lines[1].contains("ill") && lines[1].contains("pressure ") && text.output.contains("300 rows"))
        let csv = try tool(
            "anomalies", scratch.file("run"), path, "--by", "reconstruction", "-n", "1", "--out",
            scratch.file("a.csv"))
        #expect(csv.status == 0, "\(csv.errors)")
        let written = try scratch.text("a.csv").split(separator: "\n")
        #expect(written[0].hasSuffix(",column1,nats1,column2,nats2,column3,nats3"))
        #expect(written[1].hasPrefix("1,\(Self.odd),ill,"))
        let picture = try tool("anomalies", scratch.file("run"), path, "--out", scratch.file("a.png"))
        #expect(picture.status == 64 && picture.errors.contains("model is of a table"), "\(picture.errors)")
    }

    /// Empty cells are filled in by the mean given the others, or by draws; the others stay.
    @Test func emptyCellsAreFilled() throws {
        _ = try trained(["--no-figures"])
        let (run, out) = (scratch.file("run"), scratch.file("filled.npy"))
        let path = try write(
            "speed,flow,pressure,\"load, %\"\n7,50,,4.5\n7,50,0.9,4.5\n7,NA,-1.6,?\n", to: "gaps.csv")
        let outcome = try tool("complete", run, path, "--out", out, "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let model = try VariationalAutoencoder(contentsOf: run + "/model.safetensors")
        let table = try #require(model.standardization)
        let read = try TableRows(contentsOf: [path], for: table, allowsGaps: true)
        #expect(
            read.gaps == [false, true] + Array(repeating: false, count: 6) + [true, false, true, false])
        let found = try [0, 2].map { row in
            try model.complete(
                read.rows, at: row, missing: Array(read.gaps[row * 4..<row * 4 + 4]), options: .init(count: 8)
            )
        }
        let whole = try read.rows.values(of: 1..<2).floats
        let means = try table.undo(found[0].mean + whole + found[1].mean)
        #expect(try NPY.read(out) == NPYArray(shape: [3, 4], values: .floats(means)))
        #expect(means[0] == 50 && abs(means[4 + 1] - 0.9) < 1e-6 && abs(means[8 + 1] + 1.6) < 1e-6)
        // The pressure is 1.8 t and the flow 100 t, each with some noise, for t from −1 to 1.
        #expect(abs(means[1] - 0.9) < 0.4 && abs(means[8] + 89) < 40, "\(means)")
        let parts = try #require(try outcome.json()["completions"] as? [[String: Any]])
        #expect(parts.map { $0["image"] as? Int } == [0, 2])

        let draws = try tool("complete", run, path, "-n", "2", "--noise", "--seed", "3")
        let lines = draws.output.split(separator: "\n")
        #expect(draws.status == 0 && lines.count == 7, "\(draws.errors)")
        #expect(lines[0] == "flow,pressure,\"load, %\",speed")
        #expect(lines[3] == lines[4] && lines[1] != lines[2] && lines[1].hasPrefix("50.0,"))

        for (arguments, words) in [
            ([run, path, "--mask", "left"], "--mask"), ([run], "needs tables"),
            ([run, scratch.file("t.csv")], "no empty cell"),
            ([run, try write("a,b,c,d\n,,,\n", to: "none.csv")], "other columns"),
            ([run, try write("flow,pressure,\"load, %\",speed\n1,1,1,1\n,,,\n", to: "empty.csv")], "row 1"),
        ] {
            let outcome = try tool.run(["complete"] + arguments)
            #expect(outcome.status != 0 && outcome.errors.contains(words), "\(outcome.errors)")
        }
        // Everything else has no use for gaps.
        let other = try tool("reconstruct", run, path)
        #expect(other.status == 65 && other.errors.contains("has a gap"), "\(other.errors)")
    }

    @Test func valuesComeBackInTheirUnits() throws {
        _ = try trained(["--no-figures"])
        let run = scratch.file("run")
        let made = try tool("reconstruct", run, scratch.file("t.csv"))
        #expect(made.status == 0, "\(made.errors)")
        let lines = made.output.split(separator: "\n")
        #expect(lines[0] == "flow,pressure,\"load, %\",speed" && lines.count == 301)
        let (expected, last) = (rows(300), lines[300].split(separator: ",").compactMap { Double($0) })
        // The column that never changes comes back to what its variance left of it, and the flow, from −100 to 106, to some noise.
        #expect(abs(last[3] - 7) < 0.2 && abs(last[0] - expected[299][0]) < 25, "\(last)")
        for (arguments, count) in [
            (["sample", run, "-n", "5"], 6), (["decode", run, "--z", "0,1"], 2),
            (["interpolate", run, "--from", "0", "--to", "1", "--steps", "4"], 5),
            (["reconstruct", run], 31),
        ] {
            let outcome = try tool.run(arguments)
            #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
            let found = outcome.output.split(separator: "\n")
            #expect(found[0] == lines[0] && found.count == count, "\(arguments)")
        }
        let array = try tool("reconstruct", run, scratch.file("t.csv"), "--out", scratch.file("r.npy"))
        #expect(array.status == 0, "\(array.errors)")
        let read = try NumericArray(contentsOf: scratch.file("r.npy"))
        #expect(read.shape == [300, 4] && "\(read.floats[0])" == lines[1].split(separator: ",")[0])
        for arguments in [["sample", run, "--out", "s.png"], ["reconstruct", run, "--out", scratch.path]] {
            let refused = try tool.run(arguments)
            #expect(refused.status == 64 && refused.errors.contains("table"), "\(refused.errors)")
        }
        let info = try tool("info", run)
        #expect(
            info.output.contains("4 columns, standardised") && info.output.contains("always 7 in training"))
        #expect(info.output.contains("gaussian-value columns") && !info.output.contains("grey"))
    }

    @Test func orderIsFreeAndOtherColumnsAreRefused() throws {
        _ = try trained(["--epochs", "2", "--no-figures"])
        let run = scratch.file("run")
        let codes = try tool("encode", run, scratch.file("t.csv"))
        #expect(codes.status == 0 && codes.output.hasPrefix("row,label,z1,z2\n0,well,"), "\(codes.errors)")
        let shuffled = try write(
            table(rows(300, odd: Self.odd), order: ["speed", "load, %", "flow", "pressure"]), to: "s.csv")
        let others = try tool("encode", run, shuffled)
        #expect(others.output.hasPrefix("row,z1,z2\n0,"))
        func latents(_ text: String) -> [[Substring]] {
            text.split(separator: "\n").dropFirst().map { Array($0.split(separator: ",").suffix(2)) }
        }
        #expect(latents(others.output) == latents(codes.output))
        for (text, status, words) in [
            ("flow,pressure,speed\n1,2,3\n", Int32(65), "without \"load, %\""),
            ("flow,pressure,speed,\"load, %\",x\n1,2,3,4,5\n", 65, "with \"x\""), ("1,2,3\n", 65, "found 3"),
            ("flow,pressure,speed,\"load, %\"\n1,2,3\n", 65, "rows of several lengths"),
            ("flow,pressure,speed,\"load, %\"\n1,2,3,inf\n", 65, "gap"),
            ("flow,pressure,speed,\"load, %\"\n1,2,x,4\n", 65, "holds text"),
        ] {
            let refused = try tool("encode", run, write(text, to: "bad.csv"))
            #expect(refused.status == status && refused.errors.contains(words), "\(refused.errors)")
        }
        let invert = try tool("encode", run, shuffled, "--invert")
        #expect(invert.status == 64 && invert.errors.contains("--invert"))
        for name in ["manifold", "report"] {
            let plot = try tool("plot", run, name)
            #expect(plot.status == 64 && plot.errors.contains("shows images"), "\(plot.errors)")
        }
        let plots = try tool("plot", run)
        // Three pictures, one of them twice, and the card.
        #expect(plots.status == 0 && plots.output.split(separator: "\n").count == 5, "\(plots.errors)")
        let evaluated = try tool("evaluate", run, "--samples", "4")
        #expect(evaluated.status == 0 && evaluated.output.contains("pixelwise mean"), "\(evaluated.errors)")
        for words in ["nats per row", "bits per value", "test rows of", "Rows it was trained on"] {
            #expect(evaluated.output.contains(words), "\(words): \(evaluated.output)")
        }
        #expect(!evaluated.output.lowercased().contains("image"), "\(evaluated.output)")
        #expect(!FileManager.default.fileExists(atPath: scratch.file("run/report.html")))
    }

    @Test func rowsBetweenZeroAndOneAreATableWhereAFlagSaysSo() throws {
        let values = rows(40).flatMap { $0 }.map { Float(($0 + 100) / 256) }
        let array = try NumericArray(shape: [40, 4], values: .floats(values))
        try NPY.write(array, to: scratch.file("rows.npy"))
        let data = ["--data", scratch.file("rows.npy"), "--epochs", "1", "--no-figures", "--out"]
        let outcome = try train.run(data + [scratch.file("run"), "--table"])
        #expect(outcome.status == 0 && outcome.errors.contains("40 rows × 4 columns"), "\(outcome.errors)")
        // The tools know it from the model.
        let z = try tool("encode", scratch.file("run"), scratch.file("rows.npy"))
        #expect(z.status == 0 && z.output.hasPrefix("row,z1"), "\(z)")
        let images = try train.run(data + [scratch.file("images")])
        #expect(images.status == 0 && images.errors.contains("images of 1×4"), "\(images.errors)")
        let on = try train.run(["--resume", scratch.file("images"), "--epochs", "2", "--table"])
        #expect(on.status == 64 && on.errors.contains("--table"), "\(on.errors)")
        let none = try train.run(["--table", "--out", scratch.file("none")])
        #expect(none.status == 64 && none.errors.contains("--table"), "\(none.errors)")
    }

    @Test func resumedTablesHaveTheSameBits() throws {
        _ = try trained(["--epochs", "3", "--no-figures"])
        let flags = ["--data", scratch.file("t.csv"), "--label-column", "state", "--no-figures"]
        let half = try train.run(flags + ["--epochs", "1", "--out", scratch.file("half")])
        #expect(half.status == 0, "\(half.errors)")
        let rest = try train.run([
            "--resume", scratch.file("half"), "--epochs", "3", "--threads", "3", "--no-figures", "--hidden",
            "32,16",
        ])
        #expect(rest.status == 0, "\(rest.errors)")
        #expect(
            try scratch.bytes("half/model.safetensors") == scratch.bytes("run/model.safetensors"))
        let other = try train.run(["--resume", scratch.file("half"), "--label-column", "flow"])
        #expect(other.status == 64 && other.errors.contains("--label-column"), "\(other.errors)")
        // One number more in a test row is another table.
        _ = try write(table(rows(301, odd: Self.odd)), to: "t.csv")
        let changed = try train.run(["--resume", scratch.file("half"), "--epochs", "4"])
        #expect(changed.status == 65 && changed.errors.contains("not the data set"), "\(changed.errors)")
    }

    @Test(arguments: [
        (["--likelihood", "bernoulli"], 64, "--likelihood"), (["--augment", "flip"], 64, "--augment"),
        (["--binarize", "threshold"], 64, "--binarize"), (["--film"], 64, "--film"),
        (["--image-size", "8"], 64, "is a table"), (["--label-column", "x"], 64, "no column called \"x\""),
        (["--kernel-size", "3"], 64, "--kernel-size"),
    ])
    func flagsOfImages(flags: [String], status: Int, words: String) throws {
        let path = try write("a,b\n1,2\n3,4\n5,7\n", to: "t.csv")
        let outcome = try train.run(["--data", path, "--out", scratch.file("run")] + flags)
        #expect(outcome.status == Int32(status) && outcome.errors.contains(words), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: scratch.file("run")))
    }

    @Test(arguments: [
        ("a,b\n1,2\n3\n", "several lengths"), ("a,b\n1,nan\n", "gap"), ("a,b\n1,1e99\n", "not finite"),
        ("a,b\n1,x\n", "holds text"), ("a,b\n", "holds no rows"), ("a,a\n1,2\n", "several columns"),
        ("a,b\n1,2\n", "too small to hold out test rows"),
    ])
    func badTables(text: String, words: String) throws {
        let outcome = try train("--data", write(text, to: "t.csv"), "--out", scratch.file("run"))
        #expect(outcome.status == (words.hasPrefix("too small") ? 64 : 65), "\(outcome.errors)")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
}

extension Double {
    /// A number of this sign.
    fileprivate func sign(_ size: Double) -> Double { self < 0 ? -size : size }
}
