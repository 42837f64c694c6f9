import Foundation
import Testing
import VAE
import VAECore
import VAEData

/// `vae encode` and `vae decode`, on a model that is trained once.
@Suite struct EncodeDecodeTests {
    let tool = Tool("vae")
    let trained: Scratch
    let run: String
    let scratch: Scratch

    init() throws {
        trained = try Trained.shared.get()
        run = trained.file("run")
        scratch = try Scratch()
    }

    private func library() throws -> (model: VariationalAutoencoder, test: ImageSet) {
        let model = try VariationalAutoencoder(contentsOf: trained.file("run/model.safetensors"))
        return (model, try #require(try Dataset(contentsOf: trained.file("data")).test))
    }

    @Test func aTableOfTheTestSet() throws {
        let outcome = try tool("encode", run, "--log-variance")
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let (model, test) = try library()
        let encoding = try model.encode(test)
        let labels = try #require(test.labels)
        var expected = ["image,label,z1,z2,log_variance1,log_variance2"]
        for image in 0..<test.count {
            let z = encoding.mean[2 * image..<2 * image + 2] + encoding.logVariance[2 * image..<2 * image + 2]
            expected.append("\(image),\(labels[image])," + z.map { "\($0)" }.joined(separator: ","))
        }
        #expect(outcome.output == expected.map { $0 + "\n" }.joined())
        // Without variances, of some images, to a file: the same columns of the same rows.
        let file = scratch.file("z.csv")
        let some = try tool("encode", run, "--select", "7,0-1", "--out", file)
        #expect(some.status == 0 && some.output == file + "\n", "\(some.errors)")
        // Images that go through together may be rounded otherwise alone.
        let shape = test.shape
        let pixels = try test.pixels
        let chosen = [7, 0, 1].flatMap { pixels[$0 * shape.count..<($0 + 1) * shape.count] }
        let z = try model.encode(ImageSet(shape: shape, pixels: chosen)).mean
        let rows = [7, 0, 1].enumerated().map { at, image in
            "\(image),\(labels[image]),\(z[2 * at]),\(z[2 * at + 1])\n"
        }
        #expect(try scratch.text("z.csv") == "image,label,z1,z2\n" + rows.joined())
    }

    @Test func anArrayOfNumPy() throws {
        let (model, test) = try library()
        let encoding = try model.encode(test)
        let file = scratch.file("z.npy")
        #expect(try tool("encode", run, "--out", file).status == 0)
        #expect(try NPY.read(file) == NPYArray(shape: [40, 2], values: .floats(encoding.mean)))
        let outcome = try tool("encode", run, "--out", file, "--log-variance", "--json")
        #expect(
            try NPY.read(file)
                == NPYArray(shape: [2, 40, 2], values: .floats(encoding.mean + encoding.logVariance)))
        let json = try outcome.json()
        #expect(json["files"] as? [String] == [file] && json["count"] as? Int == 40)
        #expect(json["latent_size"] as? Int == 2)
    }

    @Test func jsonOfImages() throws {
        let json = try tool("encode", run, "--json", "--select", "3", "--log-variance").json()
        let images = try #require(json["images"] as? [[String: Any]])
        let (model, test) = try library()
        let one = try model.encode(test.slice(3..<4))
        #expect(images.count == 1 && images[0]["image"] as? Int == 3)
        #expect((images[0]["mean"] as? [Double])?.map { Float($0) } == one.mean)
        #expect((images[0]["log_variance"] as? [Double])?.map { Float($0) } == one.logVariance)
        let label = try #require(test.labels)[3]
        #expect(images[0]["label"] as? Int == Int(label))
    }

    /// Pictures that were written are read back to the same pixels, whatever they are written as.
    @Test func filesInPlaceOfTheTestSet() throws {
        let (model, test) = try library()
        let some = test.slice(0..<3)
        try NPY.write(
            NPYArray(shape: [3, 28, 28], values: .bytes(try some.pixels)), to: scratch.file("images.npy"))
        try IDX.write(IDX.images(some), to: scratch.file("images-idx3-ubyte"))
        let expected = try model.encode(some).mean
        for name in ["images.npy", "images-idx3-ubyte"] {
            let json = try tool("encode", run, scratch.file(name), "--json").json()
            let images = try #require(json["images"] as? [[String: Any]])
            #expect(images.flatMap { $0["mean"] as? [Double] ?? [] }.map { Float($0) } == expected)
            #expect(images.map { $0["image"] as? String } == (0..<3).map { scratch.file("\(name):\($0)") })
            #expect(images.allSatisfy { $0["label"] == nil })
        }
        // The decoder's means, rounded to bytes by the picture.
        #expect(try tool("sample", run, "-n", "3", "--out", scratch.file("pictures/")).status == 0)
        let means = try model.sample(3, seed: 0)
        let rounded = try ImageSet(shape: test.shape, pixels: means.map { UInt8(($0 * 255).rounded()) })
        let table = try tool("encode", run, scratch.file("pictures")).output
        let z = try model.encode(rounded).mean
        let rows = (0..<3).map { "\(scratch.file("pictures"))/000\($0).png,\(z[2 * $0]),\(z[2 * $0 + 1])\n" }
        #expect(table == "image,z1,z2\n" + rows.joined())
    }

    @Test func pointsBecomeImages() throws {
        let (model, _) = try library()
        let points: [Float] = [0.5, -1, -2, 0.25]
        let expected = try NPYArray(shape: [2, 28, 28], values: .floats(model.decode(points)))
        let file = scratch.file("images.npy")
        #expect(try tool("decode", run, "--z", "0.5,-1", "--z", "-2,0.25", "--out", file).status == 0)
        #expect(try NPY.read(file) == expected)
        try scratch.write(Array("image,z1,z2\n0,0.5,-1\n1,-2,0.25\n".utf8), to: "z.csv")
        try NPY.write(NPYArray(shape: [2, 2], values: .floats(points)), to: scratch.file("z.npy"))
        for name in ["z.csv", "z.npy"] {
            let json = try tool("decode", run, "--z", scratch.file(name), "--out", file, "--json").json()
            #expect(json["count"] as? Int == 2 && json["height"] as? Int == 28)
            #expect(try NPY.read(file) == expected, "\(name)")
        }
    }

    /// More images than are made at once, which is 16 MiB of them: in their order, the same bytes as all together, and conditions on where they go alike.
    @Test func manyImagesInPieces() throws {
        let (model, _) = try library()
        let count = 5350 + 3
        let points = (0..<2 * count).map { Float($0 % 997) / 400 - 1.2 }
        try NPY.write(NPYArray(shape: [count, 2], values: .floats(points)), to: scratch.file("z.npy"))
        let file = scratch.file("many.npy")
        let outcome = try tool("decode", run, "--z", scratch.file("z.npy"), "--out", file)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            try NPY.read(file) == NPYArray(shape: [count, 28, 28], values: .floats(model.decode(points))))
        #expect(try tool("sample", run, "-n", "\(count)", "--seed", "4", "--out", file).status == 0)
        #expect(
            try NPY.read(file)
                == NPYArray(shape: [count, 28, 28], values: .floats(model.sample(count, seed: 4))))
    }

    /// The two speak to one another, and a reader that goes away is no error.
    @Test func pipes() throws {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/bash")
        let errors = try scratch.newFile("errors")
        shell.standardError = errors
        shell.arguments = [
            "-c",
            """
            set -o pipefail
            "$0" encode "$1" | "$0" decode "$1" --z - --format npy > "$2/piped.npy" || exit 1
            "$0" encode "$1" --out "$2/z.npy" > /dev/null && "$0" decode "$1" --z "$2/z.npy" --out "$2/filed.npy" || exit 2
            "$0" encode "$1" --log-variance | head -n 1 > "$2/head" || exit 3
            "$0" sample "$1" -n 500 --format npy | head -c 10 > "$2/start" || exit 4
            """, tool.path, run, scratch.path,
        ]
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0)
        #expect(try scratch.text("errors").isEmpty)
        #expect(try scratch.bytes("piped.npy") == scratch.bytes("filed.npy"))
        #expect(try scratch.text("head").hasPrefix("image,label,z1"))
        #expect(try scratch.bytes("start").count == 10)
    }

    @Test func aFullDeviceIsAnError() throws {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        let errors = try scratch.newFile("errors")
        shell.standardError = errors
        shell.arguments = ["-c", "\"$0\" encode \"$1\" > /dev/full", tool.path, run]
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 74)
        #expect(try scratch.text("errors").contains("standard output"))
    }

    @Test(arguments: [
        (["encode", "RUN", "--out", "z.txt"], 64, "--out"),
        (["encode", "RUN", "--select", "0-40"], 64, "0 to 39"),
        (["encode", "RUN", "--select", "3-1"], 64, "--select"),
        (["encode", "RUN", "--select", "1,,2"], 64, "--select"),
        (["encode", "RUN", "--fit"], 64, "--fit"),
        (["encode", "RUN", "none.png"], 66, "none.png"),
        (["encode", "RUN", "none.png", "--data", "x"], 64, "--data"),
        (["encode", "none"], 66, "none"),
        (["encode"], 64, "run"),
        (["encode", "RUN/config.json"], 65, "config.json"),
        (["encode", "RUN/model.safetensors", "--best"], 64, "--best"),
        (["encode", "RUN", "--out", "/proc/z.csv"], 73, "/proc/z.csv"),
        (["decode", "RUN", "--out", "a.png"], 64, "--z"),
        (["decode", "RUN", "--z", "1,2,3", "--out", "a.png"], 64, "1,2,3"),
        (["decode", "RUN", "--z", "1,nan", "--out", "a.png"], 64, "1,nan"),
        (["decode", "RUN", "--z", "1,0x1", "--out", "a.png"], 64, "0x1"),
        (["decode", "RUN", "--z", "none.csv", "--out", "a.png"], 66, "none.csv"),
        (["decode", "RUN", "--z", "0,0", "--out", "a.gif"], 64, ".gif"),
        (["decode", "RUN", "--z", "0,0", "--out", "a"], 64, "no ending"),
        (["decode", "RUN", "--z", "0,0", "--json"], 64, "--json"),
        (["decode", "RUN", "--z", "0,0", "--out", "a.png", "--scale", "0"], 64, "--scale"),
        (["decode", "RUN", "--z", "0,0", "--out", "none/a.png"], 73, "none/a.png"),
    ])
    func badInput(arguments: [String], status: Int32, words: String) throws {
        try tool.expectRefusal(arguments, of: run, in: scratch, status: status, saying: words)
    }

    /// A model of black and white images sees such, whether they are the run's or in a file.
    @Test func namedImagesAreAsTheRunsOwn() throws {
        let run = try Trained.make("--binarize", "threshold")
        let images = run.file("data/t10k-images-idx3-ubyte")
        #expect(try tool("encode", run.file("run"), "--out", run.file("a.npy")).status == 0)
        #expect(try tool("encode", run.file("run"), images, "--out", run.file("b.npy")).status == 0)
        #expect(try run.bytes("a.npy") == run.bytes("b.npy"))
    }

    @Test func escapesInNamesStayVisible() throws {
        let outcome = try tool("encode", run, "/nowhere/\u{1B}[31mred.png")
        #expect(
            outcome.status == 66 && !outcome.errors.contains("\u{1B}") && outcome.errors.contains("\\u{1b}"))
        let name = "a\u{1B}[31m,\"b\".png"
        #expect(try tool("sample", run, "-n", "1", "--out", scratch.file("one/")).status == 0)
        try FileManager.default.moveItem(
            atPath: scratch.file("one/0000.png"), toPath: scratch.file("one/\(name)"))
        let table = try tool("encode", run, scratch.file("one"))
        #expect(table.status == 0 && !table.output.contains("\u{1B}"), "\(table.errors)")
        #expect(table.output.contains("a\\u{1b}[31m,\"\"b\"\".png\","))
    }
}
