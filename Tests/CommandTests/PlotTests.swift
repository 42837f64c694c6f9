import Foundation
import Testing
import VAECore
import VAEData
import VAERun

/// `vae plot` on the folder of a run.
@Suite struct PlotTests {
    let tool = Tool("vae")

    static let pictures = [
        "interpolations.png", "latent-dimensions.png", "latent-space.png", "latent-space.svg", "losses.png",
        "manifold.png", "reconstructions.png", "samples.png",
    ]

    /// What a run of several epochs holds besides pictures.
    private static let records = [
        "best.safetensors", "checkpoint.previous.safetensors", "checkpoint.safetensors", "config.json",
        "metrics.csv", "model.safetensors",
    ]

    private func files(_ scratch: Scratch, _ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: scratch.file(folder)).sorted()
    }

    @Test func drawsWhatTrainingDraws() throws {
        let scratch = try Trained.make()
        let outcome = try tool("plot", scratch.file("run"))
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let paths = outcome.output.split(separator: "\n").map(String.init)
        #expect(
            paths.sorted()
                == (Self.pictures + ["report.html", "README.md"]).sorted().map { scratch.file("run/" + $0) })
        #expect(
            try files(scratch, "run")
                == (Self.pictures + Self.records + ["report.html", "README.md"])
                .sorted())

        // The same pictures, to the byte, as the training itself draws of the same model and the same epochs.
        let again = try Tool("vae-train")(
            "--data", scratch.file("data"), "--epochs", "2", "--quiet", "--out", scratch.file("again"))
        #expect(again.status == 0, "\(again.errors)")
        for name in Self.pictures {
            #expect(try scratch.bytes("run/" + name) == scratch.bytes("again/" + name), "\(name)")
        }
    }

    /// A run's pictures and its page, drawn again of its files, are the bytes that the training drew of the numbers themselves: of
    /// its own epochs and those of a training before it.
    @Test func drawsARunAgainToTheByte() throws {
        let scratch = try Scratch()
        let train = Tool("vae-train")
        let flags =
            try scratch.digits(train: 256, test: 40) + ["--latent-dim", "3", "--epochs", "1", "--no-figures"]
        #expect(try train.run(flags + ["--out", scratch.file("run")]).status == 0)
        #expect(try train("--resume", scratch.file("run"), "--epochs", "3", "--film").status == 0)
        let names = Self.pictures + ["report.html"]
        let drawn = try names.map { try scratch.bytes("run/" + $0) }
        try FileManager.default.moveItem(atPath: scratch.file("data"), toPath: scratch.file("moved"))
        #expect(try tool("plot", scratch.file("run"), "--data", scratch.file("moved")).status == 0)
        for (name, before) in zip(names, drawn) {
            let isSame = try scratch.bytes("run/" + name) == before
            #expect(isSame, "\(name)")
        }
    }

    /// The pictures and the page of the best model, into a folder of their own: those of the last one stay.
    @Test func drawsTheBestModel() throws {
        let scratch = try Scratch()
        // So few images are learnt by heart soon, and new ones cost more then.
        let trained = try Tool("vae-train").run(
            scratch.digits(train: 128, test: 40) + [
                "--epochs", "40", "--batch-size", "8", "--learning-rate", "0.004", "--latent-dim", "8",
                "--out",
                scratch.file("run"),
            ])
        #expect(trained.status == 0, "\(trained.errors)")
        let history = try SavedRun(folder: scratch.file("run")).history()
        let best = try #require(history.best)
        try #require(best.epoch < 40)
        #expect(
            trained.errors.contains(
                "the test loss was lowest after epoch \(best.epoch), \(String(format: "%.2f", best.test?.total ?? 0)), and is "
            ) && trained.errors.contains("vae plot \(scratch.file("run")) --best draws it"),
            "\(trained.errors)")
        let kept = try (Self.pictures + ["report.html", "README.md"]).map { try scratch.bytes("run/" + $0) }
        let outcome = try tool("plot", scratch.file("run"), "--best")
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(try files(scratch, "run/best") == (Self.pictures + ["report.html"]).sorted())
        #expect(
            try (Self.pictures + ["report.html", "README.md"]).map { try scratch.bytes("run/" + $0) } == kept)
        // Those of a training that ended there.
        let shorter = try Tool("vae-train").run(
            ["--data", scratch.file("data")] + [
                "--epochs", "\(best.epoch)", "--batch-size", "8", "--learning-rate", "0.004", "--latent-dim",
                "8",
                "--quiet", "--out", scratch.file("shorter"),
            ])
        #expect(shorter.status == 0, "\(shorter.errors)")
        for name in Self.pictures {
            #expect(try scratch.bytes("run/best/" + name) == scratch.bytes("shorter/" + name), "\(name)")
        }
        let page = String(decoding: try scratch.bytes("run/best/report.html"), as: UTF8.self)
        #expect(
            page.contains("best.safetensors, after epoch \(best.epoch) of 40, which has the lowest test loss")
        )
        #expect(
            page.contains("\"epoch\":\(best.epoch),") && !page.contains("\"epoch\":\(best.epoch + 1),"))
        let refused = try tool("plot", scratch.file("run"), "card", "--best")
        #expect(refused.status == 64 && refused.errors.contains("card: says what the run's folder has"))
    }

    @Test func flagsChooseWhatAndHow() throws {
        let scratch = try Trained.make("--latent-dim", "3")
        let outcome = try tool(
            "plot", scratch.file("run"), "manifold", "losses", "--format", "png,svg,pdf", "--out",
            scratch.file("new/pictures"), "--dimensions", "3,1", "--grid", "4", "--scale", "1", "--threads",
            "1")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            try files(scratch, "new/pictures") == [
                "losses.pdf", "losses.png", "losses.svg", "manifold.pdf", "manifold.png", "manifold.svg",
            ])
        func size(_ name: String) throws -> [Int] {
            let bytes = [UInt8](try scratch.bytes(name))
            return [16, 20].map { at in bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        }
        let small = try size("new/pictures/manifold.png")
        try #require(
            try tool("plot", scratch.file("run"), "manifold", "--scale", "3", "--out", scratch.file("large"))
                .status == 0)
        let large = try size("large/manifold.png")
        #expect(large[0] > 2 * small[0])
        #expect(try files(scratch, "run") == Self.records)
        for arguments in [
            ["samples", "--samples", "7", "--seed", "3"], ["interpolations", "--pairs", "2", "--steps", "5"],
            ["reconstructions", "--images", "2"],
        ] {
            func draw(_ folder: String, _ more: [String]) throws -> Data {
                let name = arguments[0]
                let outcome = try tool.run(
                    ["plot", scratch.file("run"), name, "--out", scratch.file(folder)] + more)
                #expect(outcome.status == 0, "\(outcome.errors)")
                return try scratch.bytes("\(folder)/\(name).png")
            }
            #expect(try draw("a", []) != draw("b", Array(arguments.dropFirst())), "\(arguments)")
        }
    }

    @Test(arguments: [
        ["--grid", "1"], ["--samples", "0"], ["--pairs", "51"], ["--steps", "1"], ["--images", "-1"],
        ["--scale", "0"],
        ["--scale", "nan"], ["--dimensions", "1,1"], ["--dimensions", "0,1"], ["--dimensions", "1,3"],
        ["--dimensions", "1"], ["--format", "gif"], ["--format", "png,"], ["--threads", "0"],
    ])
    func badFlags(arguments: [String]) throws {
        let scratch = try Trained.make()
        let outcome = try tool.run(["plot", scratch.file("run")] + arguments.map { $0 == "-1" ? "=-1" : $0 })
        #expect(outcome.status == 64, "\(outcome.errors)")
        #expect(outcome.errors.contains(arguments[0]), "\(outcome.errors)")
        #expect(try files(scratch, "run") == Self.records)
    }

    /// Damage to an otherwise good run, and what the message must name.
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int32
        let mentions: [String]
        let spoil: @Sendable (Scratch) throws -> Void
    }

    static let damages: [Damage] = [
        Damage(testDescription: "no folder", status: 66, mentions: ["run", "folder"]) {
            try FileManager.default.moveItem(atPath: $0.file("run"), toPath: $0.file("elsewhere"))
        },
        Damage(testDescription: "no model", status: 66, mentions: ["model.safetensors"]) {
            try FileManager.default.removeItem(atPath: $0.file("run/model.safetensors"))
        },
        Damage(testDescription: "a damaged model", status: 65, mentions: ["model.safetensors"]) {
            try $0.write(
                [UInt8]($0.bytes("run/model.safetensors").dropLast(100)), to: "run/model.safetensors")
        },
        Damage(
            testDescription: "another run's model", status: 65,
            mentions: ["model.safetensors", "config.json", "5"]
        ) {
            let out = $0.file("other")
            let outcome = try Tool("vae-train").run([
                "--data", $0.file("data"), "--epochs", "1", "--latent-dim", "5", "--no-figures", "--out", out,
            ])
            try #require(outcome.status == 0)
            try $0.write([UInt8]($0.bytes("other/model.safetensors")), to: "run/model.safetensors")
        },
        Damage(testDescription: "no metrics", status: 66, mentions: ["metrics.csv"]) {
            try FileManager.default.removeItem(atPath: $0.file("run/metrics.csv"))
        },
        Damage(testDescription: "damaged metrics", status: 65, mentions: ["metrics.csv", "line 3"]) {
            let text = try $0.text("run/metrics.csv").replacingOccurrences(of: "\n2,", with: "\n2,9")
            try $0.write(Array(text.utf8), to: "run/metrics.csv")
        },
        Damage(testDescription: "damaged configuration", status: 65, mentions: ["config.json"]) {
            try $0.write(Array("{}".utf8), to: "run/config.json")
        },
        Damage(testDescription: "images gone", status: 66, mentions: ["data"]) {
            try FileManager.default.removeItem(atPath: $0.file("data"))
        },
        Damage(
            testDescription: "images of another size", status: 65, mentions: ["28×28×1", "9×9×1", "--data"]
        ) {
            try FileManager.default.removeItem(atPath: $0.file("data"))
            let images = try ImageSet(
                shape: ImageShape(height: 9, width: 9), pixels: [UInt8](repeating: 7, count: 810))
            try Dataset(name: "small", train: images, test: images, source: "test").export(
                to: $0.file("data"))
        },
    ]

    @Test(arguments: damages)
    func damagedRuns(damage: Damage) throws {
        let scratch = try Trained.make()
        try scratch.write([1, 2, 3], to: "run/manifold.png")
        try damage.spoil(scratch)
        let outcome = try tool("plot", scratch.file("run"))
        #expect(outcome.status == damage.status, "\(outcome.errors)")
        for text in damage.mentions { #expect(outcome.errors.contains(text), "\(outcome.errors)") }
        #expect(
            outcome.errors.contains("error:") && !outcome.errors.contains("Fatal") && outcome.output.isEmpty)
        // The picture that was there is still there, and no other has come.
        let folder = FileManager.default.fileExists(atPath: scratch.file("run")) ? "run" : "elsewhere"
        #expect(try scratch.bytes(folder + "/manifold.png") == Data([1, 2, 3]))
        #expect(try files(scratch, folder).filter { $0.hasSuffix("g") } == ["manifold.png"])
    }

    @Test func foldersThatCannotBeWrittenTo() throws {
        let scratch = try Trained.make()
        try scratch.write([1], to: "file")
        for out in [scratch.file("file"), scratch.file("file/below"), "/proc/pictures"] {
            let outcome = try tool("plot", scratch.file("run"), "--out", out)
            #expect(outcome.status == 73 && outcome.errors.contains(out), "\(outcome.errors)")
        }
        #expect(try scratch.bytes("file") == Data([1]))
        // A picture whose place a folder has taken: what came before it is whole, the folder stays.
        try FileManager.default.createDirectory(
            atPath: scratch.file("run/samples.png"), withIntermediateDirectories: true)
        let outcome = try tool("plot", scratch.file("run"), "samples")
        #expect(outcome.status == 73 && outcome.errors.contains("samples.png"), "\(outcome.errors)")
        #expect(try files(scratch, "run/samples.png").isEmpty)
    }

    @Test func otherImagesAreUsedWithAWarning() throws {
        let scratch = try Trained.make()
        try SyntheticDigits.dataset(seed: 5, trainCount: 100, testCount: 30).export(
            to: scratch.file("others"))
        let outcome = try tool("plot", scratch.file("run"), "latent-space", "--data", scratch.file("others"))
        #expect(outcome.status == 0 && outcome.errors.contains("SHA-256"), "\(outcome.errors)")
        #expect(try !tool("plot", scratch.file("run"), "losses").errors.contains("SHA-256"))
    }

    @Test func helpNamesEveryPicture() throws {
        let help = try tool("plot", "--help")
        for name in [
            "latent-space", "manifold", "reconstructions", "interpolations", "samples", "losses",
            "latent-dimensions", "codes",
        ] {
            #expect(help.output.contains(name))
        }
        #expect(help.output.contains("EXAMPLES"))
        #expect(
            try tool("--help").output.contains("plot") && tool("--version").output == packageVersion + "\n")
        #expect(try tool("plot").status == 64 && tool("plot", "x", "pie-chart").status == 64)
    }

    @Test func trainingMakesAFilm() throws {
        let scratch = try Scratch()
        let outcome = try Tool("vae-train").run(
            scratch.digits() + ["--epochs", "3", "--film", "--no-figures", "--out", scratch.file("run")])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try files(scratch, "run") == (Self.records + ["film.png", "film.safetensors"]).sorted())
        let film = try scratch.bytes("run/film.png")
        #expect(film.range(of: Data("acTL".utf8)) != nil && film.count < 1_000_000)
    }
}
