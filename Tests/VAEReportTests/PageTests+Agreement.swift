import Foundation
import Testing
import VAE
import VAECore

/// The page's encoder and decoder give the engine's numbers.
///
/// The page adds in Double what the engine adds in Float, with the same weights. A sum of n ≤ 600 products in Float is off
/// by about √n · 6e-8 of its terms' size, some 1e-5 where activations reach 10; layers pass that on at most. A wrong tap,
/// pad or bias moves pixels by percents. The promise is 1e-4 a pixel.
extension PageTests {
    private static let tolerance: Float = 1e-4
    /// The first argument cut into pieces of the second's length.
    private static let cut = """
        const [values, size] = arguments;
        const each = Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, i * size + size));
        """

    @Test func decodesAndEncodesAsTheEngine() async throws {
        let fixture = try Fixtures.digits.get()
        try await expectAgreement(fixture, count: 100)
    }

    @Test(arguments: Fixtures.all)
    func everyArchitectureAgrees(_ configuration: ModelConfiguration) async throws {
        let fixture = try Fixture(configuration)
        try await expectAgreement(fixture, count: 30)
        try await expectSilence(Chromium.current)
    }

    private func expectAgreement(_ fixture: Fixture, count: Int) async throws {
        let driver = try await open(fixture.report())
        let (model, size) = (fixture.model, fixture.model.configuration.latentSize)

        let latents = Fixtures.normals(count * size, seed: 3)
        // Of a conditional model all classes in turn; another is told none.
        let known = model.configuration.classes
        let told = known.isEmpty ? nil : (0..<count).map { known[$0 * 3 % known.count] }
        let labels = JSON.numbers((told ?? []).map { Float($0) })
        let decoded = try await floats(
            driver.run(
                "\(Self.cut) return each.map((z, i) => vae.decode(z, arguments[2][i])).flat();",
                .numbers(latents), .number(Double(size)), labels))
        let expected = try model.decode(latents, classes: told)
        #expect(decoded.count == expected.count)
        #expect(largestDifference(decoded, expected) < Self.tolerance)
        // A model that gives one grey would agree with anything.
        #expect((expected.max() ?? 0) - (expected.min() ?? 0) > 0.02)

        let images = fixture.test.slice(0..<min(count, fixture.test.count))
        let encoding = try model.encode(images)
        let scaled = try images.pixels.map { Float($0) / 255 }
        let own = JSON.numbers((known.isEmpty ? [] : images.labels ?? []).map { Float($0) })
        let encoded = try await floats(
            driver.run(
                """
                \(Self.cut)
                const all = each.map((pixels, i) => vae.encode(pixels, arguments[2][i]));
                return [...all.flatMap((one) => one.mean), ...all.flatMap((one) => one.logVariance)];
                """, .numbers(scaled), .number(Double(images.shape.count)), own))
        #expect(largestDifference(encoded, encoding.mean + encoding.logVariance) < Self.tolerance)
        let reconstructed = try await floats(
            driver.run(
                """
                \(Self.cut)
                return each.map((pixels, i) =>
                  vae.decode(vae.encode(pixels, arguments[2][i]).mean, arguments[2][i])).flat();
                """, .numbers(scaled), .number(Double(images.shape.count)), own))
        #expect(largestDifference(reconstructed, try model.reconstruct(images)) < Self.tolerance)
        let losses = try await floats(
            driver.run(
                """
                \(Self.cut)
                const { model } = vae, told = arguments[2];
                return each.map((pixels, i) => model.reconstructionLoss(pixels, model.encode(pixels, told[i]).mean, told[i]));
                """, .numbers(scaled), .number(Double(images.shape.count)), own))
        let names = ["decoder.log_variance", "decoder.log_scale", "decoder.log_squared_scale"]
        let logVariance =
            model.weights.first { names.contains($0.name) }?.values
            .min() ?? 0
        // A mean that is off by the tolerance moves a pixel's loss by that over σ², the least of them, or over b or s², and a logit by no more
        // than its error.
        let tolerance = Self.tolerance * Float(images.shape.count) * max(1, exp(-logVariance))
        let measured = try model.losses(of: images, sampling: false).reconstruction
        #expect(largestDifference(losses, measured) < tolerance)
    }

    /// What is embedded about the test set is what the engine measured, to the steps it is kept in.
    @Test func embedsTheTestSet() async throws {
        let fixture = try Fixtures.digits.get()
        let driver = try await open(fixture.report())
        let encoding = try fixture.model.encode(fixture.test)
        let means = try await floats(driver.run("return Array.from(vae.testSet.mean);"))
        // Half a step of 1/65535 of a range of some 10.
        #expect(largestDifference(means, encoding.mean) < 2e-4)
        let losses = try fixture.model.losses(of: fixture.test, sampling: false)
        let embedded = try await floats(driver.run("return Array.from(vae.testSet.reconstruction);"))
        #expect(largestDifference(embedded, losses.reconstruction) < 0.01)
        let whole = try fixture.test.pixels
        #expect(
            try await driver.run("return vae.testSet.bytes.length;") == .number(Double(whole.count)))
        let last = try fixture.test.slice(fixture.test.count - 20..<fixture.test.count).pixels
        let pixels = try await floats(
            driver.run(
                "return Array.from(vae.testSet.bytes.slice(-arguments[0]));", .number(Double(last.count))))
        #expect(pixels == last.map(Float.init))
        let labels = try await floats(driver.run("return Array.from(vae.testSet.labels);"))
        #expect(labels.map { Int($0) } == fixture.test.labels)
        // Measured in the page, from the embedded mean: a nat's hundredth for the mean's rounding.
        let measured = try await floats(
            driver.run(
                """
                const { model, testSet } = vae;
                return [0, 1, 2].map((i) => model.reconstructionLoss(testSet.image(i), testSet.meanOf(i)));
                """
            ))
        #expect(largestDifference(measured, Array(losses.reconstruction.prefix(3))) < 0.05)
    }

    private func floats(_ value: JSON) throws -> [Float] { try #require(value.numbers).map { Float($0) } }

    private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
        guard a.count == b.count else { return .infinity }
        // A value that is not a number is as wrong as can be.
        return zip(a, b).reduce(0) { ($1.0 - $1.1).isNaN ? .infinity : max($0, abs($1.0 - $1.1)) }
    }
}
