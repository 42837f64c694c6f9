import Foundation
import Testing
import VAE
import VAECore
import VAEData
import VAEEvaluation

/// `vae anomalies`: images by likelihood.
@Suite struct AnomaliesTests {
    let tool = Tool("vae")

    /// A run of two epochs on a few digits, with one test image of noise among them.
    private func trained() throws -> (Scratch, odd: Int) {
        let scratch = try Scratch()
        let digits = try SyntheticDigits.dataset(trainCount: 400, testCount: 30)
        let test = try #require(digits.test)
        let odd = 17
        var pixels = try test.pixels
        for index in 0..<test.shape.count {
            pixels[odd * test.shape.count + index] = index % 3 == 0 ? 255 : 0
        }
        try Dataset(
            name: "odd", train: digits.train,
            test: ImageSet(shape: test.shape, pixels: pixels, labels: test.labels), source: "test"
        ).export(to: scratch.file("data"))
        let outcome = try Tool("vae-train")(
            "--data", scratch.file("data"), "--epochs", "2", "--no-figures", "--quiet", "--out",
            scratch.file("run"))
        try #require(outcome.status == 0, "\(outcome.errors)")
        return (scratch, odd)
    }

    private struct Document: Decodable {
        struct Image: Decodable {
            let image: Int
            let label: Int?
            let value: Double
            let entropy: Double?
            let standardError: Double?
            let reconstruction: Double
            let kl: Double
        }
        let measure: String
        let samples: Int?
        let count: Int
        let images: [Image]
        let files: [String]?
    }

    private func document(_ text: String) throws -> Document {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Document.self, from: Data(text.utf8))
    }

    @Test func theOddOneIsFirst() throws {
        let (scratch, odd) = try trained()
        let outcome = try tool("anomalies", scratch.file("run"), "--samples", "8", "-n", "5", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let found = try document(outcome.output)
        #expect(found.count == 30 && found.images.count == 5 && found.samples == 8)
        #expect(found.images[0].image == odd && found.files == nil)
        // Ranked by what is above the entropy of the shades, which no such model can help; noise of black and white has none.
        let excess = found.images.map { $0.value - ($0.entropy ?? .nan) }
        #expect(excess == excess.sorted(by: >) && found.images[0].entropy == 0)
        #expect(found.images.dropFirst().allSatisfy { ($0.entropy ?? 0) > 1 })
        // The library's numbers.
        let model = try VariationalAutoencoder(contentsOf: scratch.file("run/model.safetensors"))
        let data = try DatasetLoader().load(.auto, path: scratch.file("data"))
        let images = try #require(data.test)
        let likelihood = try model.logLikelihood(of: images, samples: 8, proposal: .mixture)
        for image in found.images {
            #expect(image.value == -likelihood.values[image.image])
            #expect(image.standardError == likelihood.standardErrors[image.image])
            #expect(image.label == images.labels.map { Int($0[image.image]) })
        }

        let table = try tool("anomalies", scratch.file("run"), "--samples", "8", "-n", "5")
        let lines = table.output.split(separator: "\n")
        #expect(lines[1].split(separator: " ")[1] == "\(odd)" && lines.count >= 7)
        #expect(table.output.contains(String(format: "%.2f ± ", found.images[0].value)))
        #expect(
            table.output.contains("−ln p(x) − H, nats") && table.output.contains("entropy"), "\(table.output)"
        )

        // By default nothing is drawn. The sums are OpenBLAS's, whose kernels the tool chooses anew and this process can't: both have these.
        let kernels = ["OPENBLAS_CORETYPE": BLAS.current.kernels]
        let exact = try document(
            tool("anomalies", scratch.file("run"), "-n", "30", "--json", environment: kernels).output)
        #expect(exact.samples == nil && exact.images[0].image == odd)
        let integral = try model.integratedLikelihood(of: images)
        for image in exact.images {
            #expect(image.value == -integral.values[image.image] && image.standardError == nil)
        }
    }

    @Test(arguments: ["loss", "reconstruction", "kl"]) func partsOfTheLoss(measure: String) throws {
        let (scratch, _) = try trained()
        let outcome = try tool(
            "anomalies", scratch.file("run"), "--by", measure, "-n", "1000", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let found = try document(outcome.output)
        #expect(found.images.count == 30 && found.samples == nil && found.measure == measure)
        for image in found.images {
            let expected =
                switch measure {
                case "loss": image.reconstruction + image.kl
                case "kl": image.kl
                default: image.reconstruction
                }
            #expect(image.value == expected && image.standardError == nil)
            #expect((image.entropy == nil) == (measure == "kl"))
        }
        #expect(Set(found.images.map(\.image)).count == 30)
    }

    @Test func writesFiles() throws {
        let (scratch, odd) = try trained()
        let csv = try tool(
            "anomalies", scratch.file("run"), "--samples", "2", "-n", "3", "--out", scratch.file("a.csv"))
        #expect(csv.status == 0 && csv.output == scratch.file("a.csv") + "\n", "\(csv.errors)")
        let rows = try scratch.text("a.csv").split(separator: "\n")
        #expect(rows.count == 4 && rows[0].hasPrefix("rank,image,label,negative_log_likelihood,"))
        #expect(rows[1].hasPrefix("1,\(odd),"))
        let png = try tool(
            "anomalies", scratch.file("run"), "--by", "loss", "-n", "12", "--out", scratch.file("a.png"),
            "--json")
        #expect(png.status == 0, "\(png.errors)")
        #expect(try document(png.output).files == [scratch.file("a.png")])
        #expect([UInt8](try scratch.bytes("a.png")).starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }

    /// Files have names, and bad ones are refused.
    @Test func namedFiles() throws {
        let (scratch, _) = try trained()
        let sheet = try tool(
            "sample", scratch.file("run"), "--count", "3", "--out", scratch.file("drawn/"))
        try #require(sheet.status == 0, "\(sheet.errors)")
        let outcome = try tool(
            "anomalies", scratch.file("run"), scratch.file("drawn"), "--samples", "2", "--json")
        #expect(outcome.status == 0 && outcome.output.contains("0001.png"), "\(outcome.errors)")
        #expect(!outcome.output.contains("label"))
    }

    @Test(arguments: [
        ["--samples", "0"], ["--number", "0"], ["--out", "a.pdf"], ["--by", "beauty"],
        ["--samples", "9", "--by", "kl"], ["--seed", "0", "--by", "loss"], ["--seed", "1"],
    ])
    func badFlags(arguments: [String]) throws {
        let (scratch, _) = try trained()
        let outcome = try tool.run(["anomalies", scratch.file("run")] + arguments)
        #expect(outcome.status == 64 && outcome.errors.contains(arguments[0]), "\(outcome.errors)")
        let many = try tool(
            "anomalies", scratch.file("run"), "-n", "241", "--out", scratch.file("a.png"))
        #expect(many.status == 64 && !FileManager.default.fileExists(atPath: scratch.file("a.png")))
    }
}
