import Foundation
import Testing
import VAE
import VAECore
import VAEReport

/// The prior that the page draws from and shows the plane of.
extension PageTests {
    @Test func drawsAreOfATrainedPrior() async throws {
        let fixture = try Fixtures.mixedDigits.get()
        let prior = try fixture.model.prior()
        let driver = try await open(fixture.report())
        let script = """
            const { prior } = vae;
            const z = new Float32Array(2);
            const [sum, square] = [[0, 0], [0, 0]];
            for (let n = 0; n < 20000; n++) {
              prior.draw(z);
              for (const i of [0, 1]) { sum[i] += z[i] / 20000; square[i] += z[i] ** 2 / 20000; }
            }
            return [...prior.mean, ...prior.deviation, ...sum, ...square.map((x, i) => Math.sqrt(x - sum[i] ** 2))];
            """
        let found = try #require(try await driver.run(script).numbers)
        for dimension in 0..<2 {
            let spread = prior.spread(along: dimension == 0 ? [1, 0] : [0, 1])
            #expect(abs(found[dimension] - spread.mean) < 1e-5)
            #expect(abs(found[2 + dimension] - spread.deviation) < 1e-5)
            // Six standard errors: the page has no seed.
            let error = spread.deviation / 20000.0.squareRoot()
            #expect(abs(found[4 + dimension] - spread.mean) < 6 * error)
            #expect(abs(found[6 + dimension] - spread.deviation) < 6 * error)
        }
        // The tile in the lower left is the lowest corner of the plane, over the prior's mean and spread.
        try await driver.run("document.getElementById('pictures').scrollIntoView({ behavior: 'instant' });")
        try await driver.wait(until: "document.getElementById('manifold').dataset.state === 'done'")
        let corner = [[1.0, 0], [0, 1]].map { direction in
            let spread = prior.spread(along: direction)
            return Float(spread.mean + spread.deviation * normalQuantile(0.5 / 20))
        }
        let expected = try fixture.model.decode(corner).map { Double(($0 * 255).rounded()) }
        let pixels = """
            const canvas = document.getElementById('manifold');
            const { data } = canvas.getContext('2d').getImageData(0, canvas.height - 28, 28, 28);
            return Array.from(data.filter((_, i) => i % 4 === 0));
            """
        let shown = try #require(try await driver.run(pixels).numbers)
        #expect(zip(shown, expected).allSatisfy { abs($0 - $1) <= 1 } && shown.count == expected.count)
        try await expectSilence(driver)
    }
}
