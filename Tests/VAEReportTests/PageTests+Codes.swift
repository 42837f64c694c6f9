import Foundation
import Testing
import VAE
import VAECore
import VAEData
import VAEFigures

@testable import VAEReport

/// Pages of models with a codebook: codes are found, decoded, drawn and painted with in the page as the engine has them.
extension PageTests {
    /// Codes of feature maps, of a photograph's, of dense layers and of lists of layers.
    static let coded: [ModelConfiguration] = {
        let models = [
            ModelConfiguration(
                imageShape: ImageShape(height: 9, width: 7), encoderFilters: [6, 8], decoderFilters: [8, 6],
                latentSize: 6),
            ModelConfiguration(
                imageShape: ImageShape(height: 8, width: 12, channels: 3), encoderFilters: [7],
                decoderFilters: [9], likelihood: .gaussian, latentSize: 24),
            .fullyConnected(
                imageShape: ImageShape(height: 6, width: 7), hiddenUnits: [14], hiddenActivation: .tanh,
                latentSize: 5),
        ]
        return models.compactMap { try? $0.quantized(by: Codebook(size: 11, dimension: 4)) }
    }()

    static func codedReport(
        _ configuration: ModelConfiguration, losses: Bool = true
    ) throws -> (fixture: Fixture, report: Report, prior: CodePrior) {
        let fixture = try Fixture(configuration)
        let train = try Fixtures.pictures(configuration.imageShape, count: 256)
        let prior = try CodePrior(fittedTo: fixture.model.codes(of: train), size: 11)
        var report = try fixture.report(losses: losses)
        report.codePrior = prior
        return (fixture, report, prior)
    }

    /// The same tolerance as of other models, for the same reasons; codes are the same numbers, since no vector lies as near to a second code
    /// as Float and Double differ.
    @Test(arguments: coded)
    func codesAgreeWithTheEngine(_ configuration: ModelConfiguration) async throws {
        let (fixture, report, prior) = try Self.codedReport(configuration)
        let driver = try await open(report)
        let model = fixture.model
        let codes = try model.codes(of: fixture.test)
        #expect(Set(codes.numbers).count > 4, "as good as one code would agree with anything")
        let size = Double(fixture.test.shape.count)
        let scaled = JSON.numbers(try fixture.test.pixels.map { Float($0) / 255 })
        let encoded = try await driver.run(
            """
            const [values, size] = arguments;
            return Array.from({ length: values.length / size }, (_, i) =>
              vae.encode(values.slice(i * size, i * size + size))).flat();
            """, scaled, .number(size))
        #expect(encoded.numbers == codes.numbers.map(Double.init))
        #expect(
            try await driver.run("return Array.from(vae.testSet.numbers);").numbers
                == codes.numbers.map(Double.init))

        // Draws of the prior are grids that no image has: what is decoded need not have been encoded.
        let drawn = try prior.sample(30, seed: 5)
        let decoded = try await driver.run(
            """
            const [numbers, positions] = arguments;
            return Array.from({ length: numbers.length / positions }, (_, i) =>
              vae.decode(numbers.slice(i * positions, (i + 1) * positions))).flat();
            """, .numbers(drawn.numbers.map(Float.init)), .number(Double(drawn.positions)))
        let expected = try model.decode(drawn)
        let found = try #require(decoded.numbers)
        #expect(found.count == expected.count)
        #expect(zip(found, expected).allSatisfy { abs($0 - Double($1)) < 1e-4 })
        #expect((expected.max() ?? 0) - (expected.min() ?? 0) > 0.02)

        // What codes cost is made of the same whole numbers.
        let nats = try await driver.run(
            """
            const [numbers, positions] = arguments;
            return Array.from({ length: numbers.length / positions }, (_, i) =>
              vae.prior.nats(numbers.slice(i * positions, (i + 1) * positions)));
            """, .numbers((codes.numbers + drawn.numbers).map(Float.init)), .number(Double(drawn.positions)))
        let costs = try prior.nats(of: codes) + prior.nats(of: drawn)
        let measured = try #require(nats.numbers)
        #expect(measured.count == costs.count)
        #expect(zip(measured, costs).allSatisfy { abs($0 - $1) < 1e-9 * (1 + $1) })
        try await expectSilence(driver)
    }

    /// Draws have the prior's entropy, and the code in the first place has its probabilities there.
    @Test func drawsAreThePriorsOfCodes() async throws {
        let (fixture, made, prior) = try Self.codedReport(Self.coded[0])
        var report = made
        // Without test images, whose edges are those of photographs, a sheet has a pixel for a pixel.
        report.testSet = nil
        let driver = try await open(report)
        let count = 4000
        let drawn = try #require(
            try await driver.run(
                "return Array.from({ length: arguments[0] }, () => Array.from(vae.prior.draw())).flat();",
                .number(Double(count))
            ).numbers)
        let own = ImageCodes(height: prior.height, width: prior.width, numbers: drawn.map { UInt16($0) })
        func moments(_ codes: ImageCodes) throws -> (mean: Double, error: Double) {
            let nats = try prior.nats(of: codes)
            let mean = nats.reduce(0, +) / Double(nats.count)
            let spread = nats.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(nats.count)
            return (mean, (spread / Double(nats.count)).squareRoot())
        }
        let (page, engine) = try (moments(own), moments(prior.sample(count, seed: 3)))
        // Six standard errors: the page has no seed.
        #expect(abs(page.mean - engine.mean) < 6 * hypot(page.error, engine.error))
        let reference = try prior.sample(count, seed: 4)
        for place in [0, prior.width, own.positions - 1] {
            for code in 0..<11 {
                let shares = [own, reference].map { codes in
                    Double(
                        stride(from: place, to: codes.numbers.count, by: codes.positions)
                            .count { Int(codes.numbers[$0]) == code }) / Double(count)
                }
                let error = (2 * max(shares[1], 1e-3) / Double(count)).squareRoot()
                #expect(abs(shares[0] - shares[1]) < 6 * error, "code \(code) at \(place)")
            }
        }
        // The button puts new draws on the sheet, the first in its corner.
        try await driver.run("vae.prior.draw = () => new Uint16Array(6).fill(3);")
        try await Pointer(driver: driver).click(.init("#resample"))
        let corner = """
            const { data } = document.getElementById('samples').getContext('2d').getImageData(0, 0, 7, 9);
            return Array.from(data.filter((_, i) => i % 4 === 0));
            """
        let shown = try #require(try await driver.run(corner).numbers)
        let expected = try fixture.model.decode(
            ImageCodes(height: 3, width: 2, numbers: [UInt16](repeating: 3, count: 6)))
        #expect(shown.count == expected.count)
        #expect(zip(shown, expected).allSatisfy { abs($0 - Double($1 * 255)) <= 1 })
        try await expectSilence(driver)
    }

    /// Picture files become the codes that `vae encode` finds in them: one of the model's size, and one that is cut without being scaled, so that
    /// pixels are the same to the bit.
    @Test func filesBecomeCodes() async throws {
        let (fixture, made, _) = try Self.codedReport(Self.coded[1])
        var report = made
        report.treatment = .init(fit: .crop, background: [255, 255, 255], padding: [0, 0, 0])
        let driver = try await open(report)
        for width in [12, 14] {
            let shape = ImageShape(height: 8, width: width, channels: 3)
            let file = scratch.file("\(width).png")
            let pixels = try Fixtures.pictures(shape, count: 1, seed: UInt64(width)).pixels
            try Data(Raster(width: width, height: 8, channels: 3, bytes: pixels).png())
                .write(to: URL(fileURLWithPath: file))
            try await give(file, by: "drop", to: driver)
            var options = ImportOptions(pictures: PicturePreparation(fit: .crop))
            options.pictures.size = .init(height: 1, width: 1)
            let files = try ImageFiles(
                contentsOf: [file], shape: fixture.test.shape, options: options)
            let codes = try fixture.model.codes(of: files.images)
            #expect(Set(codes.numbers).count > 1)
            #expect(
                try await driver.run("return Array.from(vae.pad.z);").numbers
                    == codes.numbers.map(Double.init))
        }
        #expect(try await text(driver, "drawn-loss").contains("reconstruction"))
        try await expectSilence(driver)
    }

    @Test(.enabled(if: hasPython, "Python has no numpy and safetensors"), arguments: coded)
    func pythonDecodesCodes(_ configuration: ModelConfiguration) async throws {
        let (fixture, report, prior) = try Self.codedReport(configuration)
        let driver = try await open(report)
        let code = try await text(driver, "python-code")
        try fixture.model.write(to: scratch.file("model.safetensors"))
        let drawn = try prior.sample(5, seed: 8)
        let more = "print(*decode(np.array(\(drawn.numbers)).reshape(5, -1)).ravel())\n"
        try Data((code + more).utf8).write(to: URL(fileURLWithPath: scratch.file("load.py")))
        let (status, output) = try Self.run(["load.py"], in: scratch.path)
        #expect(status == 0, "\(output.suffix(500))")
        let values = try #require(output.split(separator: "\n").last).split(separator: " ").compactMap {
            Float($0)
        }
        let expected = try fixture.model.decode(drawn)
        #expect(values.count == expected.count)
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-4 })
    }
}
