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

    /// A click paints the chosen code, a drag a row of it, and the image is the decoder's of what is there.
    @Test func paintsWithCodes() async throws {
        let (fixture, report, _) = try Self.codedReport(Self.coded[0])
        let driver = try await open(report)
        let grid = try #require(fixture.model.codeGrid)
        #expect(grid.height == 3 && grid.width == 2)
        let codes = try fixture.model.codes(of: fixture.test.slice(0..<1))
        #expect(
            try await driver.run("return Array.from(vae.editor.numbers);").numbers
                == codes.numbers.map(Double.init))
        let chosen = (0..<11).first { !codes.numbers.contains(UInt16($0)) } ?? 0
        try await driver.run("vae.palette.choose(arguments[0]);", .number(Double(chosen)))
        let pointer = Pointer(driver: driver)
        try await pointer.click(.init("#code-canvas", 0.75, 0.5))
        try await pointer.drag([.init("#code-canvas", 0.25, 0.1), .init("#code-canvas", 0.75, 0.1)])
        var numbers = codes.numbers
        for place in [3, 0, 1] { numbers[place] = UInt16(chosen) }
        try await driver.wait(until: "document.getElementById('position').textContent.includes('3 changed')")
        #expect(
            try await driver.run("return Array.from(vae.editor.numbers);").numbers == numbers.map(Double.init)
        )
        let expected = try fixture.model.decode(ImageCodes(height: 3, width: 2, numbers: numbers))
        let shown = try await greys(driver, "decoded")
        #expect(shown.count == expected.count)
        #expect(zip(shown, expected).allSatisfy { abs($0 - Double($1 * 255)) <= 1 })

        // Keys: down from the second place of the first row, and the code that is there becomes the chosen one.
        try await driver.run(
            """
            const frame = document.getElementById('code-grid');
            frame.focus();
            for (const key of ['Home', 'ArrowDown', 'ArrowDown', 'p', 'Home', 'Enter']) {
              frame.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
            }
            """)
        #expect(try await driver.run("return vae.palette.chosen;") == .number(Double(numbers[4])))
        #expect(try await driver.run("return vae.editor.numbers[0];") == .number(Double(numbers[4])))
        try await pointer.click(.init("#code-reset"))
        try await driver.wait(until: "document.getElementById('code-reset').disabled")
        #expect(
            try await driver.run("return Array.from(vae.editor.numbers);").numbers
                == codes.numbers.map(Double.init))
        // An image of one's own has its codes painted on.
        try await driver.run("vae.pad.take(3);")
        try await driver.wait(until: "vae.pad.z !== null")
        let taken = try fixture.model.codes(of: fixture.test.slice(3..<4)).numbers.map(Double.init)
        #expect(try await driver.run("return Array.from(vae.pad.z);").numbers == taken)
        try await pointer.click(.init("#visit"))
        #expect(try await driver.run("return Array.from(vae.editor.numbers);").numbers == taken)
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

    /// What there is none of is not on the page: a plane, sliders, a curve of a constant, and without a prior its draws.
    @Test func codesHaveNoEmptyBoxes() async throws {
        var (_, report, _) = try Self.codedReport(Self.coded[1], losses: false)
        report.codePrior = nil
        let driver = try await open(report)
        let found = try await driver.run(
            """
            const absent = ['plane', 'sliders', 'journey', 'manifold', 'map', 'condition'];
            return [
              absent.filter((id) => document.getElementById(id)).join(),
              document.getElementById('samples-card').hidden, document.getElementById('code-draw').hidden,
              [...document.querySelectorAll('.curves .name')].map((e) => e.textContent).join(),
              [...document.querySelectorAll('#palette button')].length, document.title,
              [...document.querySelectorAll('section')].filter((e) => !e.hidden && !e.innerText.trim()).length,
            ];
            """)
        #expect(
            found
                == JSON.list([
                    "", true, true, "Loss,Reconstruction,Commitment", 11, "Digits in codes", 0,
                ]))
        try await expectSilence(driver)
    }

    /// On a phone and a laptop nothing hangs over the edge, and all that can be pressed is large enough for a finger.
    @Test(arguments: coded, [(390, "dark"), (1200, "light")])
    func codesFitEveryScreen(_ configuration: ModelConfiguration, screen: (Int, String)) async throws {
        let driver = try Chromium.current
        try await driver.command(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .number(Double(screen.0)), "height": 844, "deviceScaleFactor": 2,
                "mobile": .flag(screen.0 < 500),
            ])
        try await driver.command(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": .text(screen.1)]]])
        try await open(Self.codedReport(configuration).report)
        #expect(try await driver.run("return document.documentElement.scrollWidth <= innerWidth;") == true)
        let small = try await driver.run(
            """
            return [...document.querySelectorAll('button, input[type=number], #code-canvas')]
              .filter((e) => e.getClientRects().length && (e.offsetHeight < 24 || e.offsetWidth < 24))
              .map((e) => e.id || e.textContent);
            """)
        #expect(small == [])
        // The mosaic is painted, in the shape of the image, or in rows where codes have no place.
        let painted = try await driver.run(
            """
            const canvas = document.getElementById('code-canvas');
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return [canvas.width > 100, new Set(data).size > 4];
            """)
        #expect(painted == JSON.list([true, true]))
        try await driver.command("Emulation.clearDeviceMetricsOverride", [:])
        try await driver.command("Emulation.setEmulatedMedia", ["features": []])
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
