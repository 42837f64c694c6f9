import Foundation
import Testing
import VAE
import VAECore

@testable import VAEReport

/// The module of JavaScript, imported by a page that knows nothing of it.
///
/// Numbers agree to 1e-4 a pixel for the reasons that those of the page do; images and latents are given as numbers of double precision, and rounded there.
extension PageTests {
    /// Imports a module into an empty page: `module` is its name there.
    private func load(_ model: VariationalAutoencoder) async throws -> WebDriver {
        let driver = try Chromium.current
        let page = scratch.file("empty.html")
        try "<!doctype html><title>a page of somebody's own</title>".write(
            toFile: page, atomically: true, encoding: .utf8)
        try await driver.open(page)
        let text = String(decoding: try model.javaScriptModule(), as: UTF8.self)
        try await driver.run(
            """
            const url = URL.createObjectURL(new Blob([arguments[0]], { type: 'text/javascript' }));
            import(url).then((found) => { globalThis.module = found; }, (error) => { globalThis.module = { failure: String(error) }; });
            """, .text(text))
        try await driver.wait(until: "globalThis.module")
        #expect(try await driver.run("return module.failure ?? '';") == .text(""))
        return driver
    }

    private func floats(_ value: JSON) throws -> [Float] { try #require(value.numbers).map { Float($0) } }

    @Test(arguments: Array(Fixtures.all.prefix(6)) + Fixtures.conditional)
    func modulesAgreeWithTheEngine(_ configuration: ModelConfiguration) async throws {
        let fixture = try Fixture(configuration)
        let driver = try await load(fixture.model)
        let shape = configuration.imageShape
        let size = configuration.latentSize
        #expect(
            try await driver.run(
                "const m = module; return [m.shape.height, m.shape.width, m.shape.channels, m.latentSize];"
            )
            .numbers == [shape.height, shape.width, shape.channels, size].map(Double.init))
        let images = fixture.test.slice(0..<5)
        let labels = configuration.isConditional ? images.labels : nil
        let told = labels.map { $0.map(String.init).joined(separator: ",") } ?? ""
        let z = Fixtures.normals(5 * size, seed: 4)
        let decoded = try await floats(
            driver.run(
                "const [all, size] = arguments, told = [\(told)]; return [0, 1, 2, 3, 4].flatMap((i) => [...module.decode(all.slice(i * size, (i + 1) * size), told[i])]);",
                .numbers(z), .number(Double(size))))
        let expected = try fixture.model.decode(z, classes: labels)
        #expect(decoded.count == expected.count)
        #expect(zip(decoded, expected).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect((expected.max() ?? 0) - (expected.min() ?? 0) > 0.005)
        let encoding = try fixture.model.encode(images)
        let encoded = try await floats(
            driver.run(
                "const [all, size] = arguments, told = [\(told)]; return [0, 1, 2, 3, 4].flatMap((i) => { const q = module.encode(all.slice(i * size, (i + 1) * size), told[i]); return [...q.mean, ...q.logVariance]; });",
                .numbers(try images.pixels.map { Float($0) / 255 }), .number(Double(shape.count))))
        for image in 0..<5 {
            let mine = encoded[2 * size * image..<2 * size * (image + 1)]
            let theirs =
                encoding.mean[size * image..<size * (image + 1)]
                + encoding.logVariance[size * image..<size * (image + 1)]
            #expect(zip(mine, theirs).allSatisfy { abs($0 - $1) < 1e-4 }, "image \(image)")
        }
        // What is wrong is said, and not computed with.
        let refused = try await driver.run(
            """
            const words = [];
            for (const call of [() => module.decode([]), () => module.encode([1]), () => module.decode(new Float32Array(module.latentSize), -7)]) {
              try { call(); words.push(''); } catch (error) { words.push(error.constructor.name); }
            }
            return words.join(',') + ',' + module.draw().length;
            """)
        #expect(
            refused
                == .text("RangeError,RangeError,\(configuration.isConditional ? "RangeError" : ""),\(size)"))
        try await expectSilence(driver)
    }

    /// Codes are numbers of a book.
    @Test func modulesOfCodes() async throws {
        let configuration = try ModelConfiguration(
            imageShape: ImageShape(height: 9, width: 7, channels: 3), encoderFilters: [6],
            decoderFilters: [5],
            encoderUnits: []
        ).quantized(by: Codebook(size: 8, dimension: 3))
        let fixture = try Fixture(configuration)
        let driver = try await load(fixture.model)
        let images = fixture.test.slice(0..<4)
        let codes = try fixture.model.codes(of: images)
        let found = try await floats(
            driver.run(
                "const [all, size] = arguments; return [0, 1, 2, 3].flatMap((i) => [...module.encode(all.slice(i * size, (i + 1) * size))]);",
                .numbers(try images.pixels.map { Float($0) / 255 }), .number(Double(images.shape.count))))
        #expect(found == codes.numbers.map { Float($0) })
        #expect(Set(found).count > 1)
        let decoded = try await floats(
            driver.run(
                "const [all, size] = arguments; return [0, 1, 2, 3].flatMap((i) => [...module.decode(all.slice(i * size, (i + 1) * size))]);",
                .numbers(found), .number(Double(codes.positions))))
        let expected = try fixture.model.decode(codes)
        #expect(decoded.count == expected.count && zip(decoded, expected).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(
            try await driver.run(
                "try { module.decode(new Array(module.latentSize).fill(8)); } catch (e) { return e.message; }"
            )
                == .text("codes are 0 to 7, not 8"))
        #expect(
            try await driver.run("return [module.codes.size, module.codes.height, module.codes.width];")
                .numbers
                == [8, 5, 4])
    }

    /// A table's rows are in their own units.
    @Test func modulesOfTables() async throws {
        let shape = ImageShape(height: 1, width: 3)
        let standardization = try Standardization(
            columns: ["a", "b", "c"], values: [1, 200, -3, 2, 250, -3.5, 3, 390, -1])
        let model = try VariationalAutoencoder(
            .fullyConnected(imageShape: shape, hiddenUnits: [5], likelihood: .gaussian, latentSize: 2),
            seed: 3
        ).standardizing(by: standardization)
        let driver = try await load(model)
        let (mean, scale) = (
            standardization.means.map { Float($0) }, standardization.scales.map { Float($0) }
        )
        let row: [Float] = [1.5, 260, -2]
        let given = row.indices.map { (row[$0] - mean[$0]) / scale[$0] }
        #expect(try await driver.run("return module.columns.join();") == .text("a,b,c"))
        let decoded = try await floats(driver.run("return [...module.decode([0.5, -1])];"))
        let expected = try model.decode([0.5, -1])
        for column in 0..<3 {
            #expect(
                abs(decoded[column] - (expected[column] * scale[column] + mean[column])) < 1e-3
                    * scale[column])
        }
        let encoded = try await floats(driver.run("return [...module.encode([1.5, 260, -2]).mean];"))
        let unbounded = try model.encode(ImageSet(shape: shape, unbounded: .floats(given))).mean
        #expect(zip(encoded, unbounded).allSatisfy { abs($0 - $1) < 1e-4 }, "\(encoded) \(unbounded)")
    }
}
