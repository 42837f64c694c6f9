import Foundation
import Testing
import VAE
import VAECore

@testable import VAEReport

/// Pages of models that are not MNIST's: more latents, colours, more images than fit, drawings in other frames.
extension PageTests {
    /// A page of photographs with longer names than a phone is wide, and sliders and planes for more than two dimensions.
    @Test(arguments: [3, 8, 40], [390, 320])
    func manyLatentsFitAPhone(latents: Int, width: Int) async throws {
        var sizes = ModelConfiguration(
            imageShape: ImageShape(height: 16, width: 16, channels: 3), encoderFilters: [4],
            decoderFilters: [4],
            latentSize: latents)
        sizes.likelihood = .gaussianChannel
        let model = try VariationalAutoencoder(sizes, seed: 3)
        let test = try Fixtures.pictures(sizes.imageShape, count: 60)
        let driver = try Chromium.current
        try await driver.command(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .number(Double(width)), "height": .number(844), "deviceScaleFactor": .number(2),
                "mobile": .flag(true),
            ])
        let words = "a class whose name goes on and on for longer than a telephone has room for it"
        try await open(
            Report(
                title: "photographs_of_a_folder_with_a_very_long_name", model: model, history: [],
                testSet: Report.TestSet(test, model: model), classNames: [words, "cat", "dog", words + " 2"]))
        #expect(
            try await driver.run(
                """
                const wide = [...document.querySelectorAll('body *')].filter((e) => {
                  const box = e.getBoundingClientRect();
                  if (!box.width || box.right <= innerWidth + 1) return false;
                  // What scrolls within a frame of its own is no wider than it.
                  for (let up = e.parentElement; up; up = up.parentElement)
                    if (getComputedStyle(up).overflowX !== 'visible') return false;
                  return true;
                });
                return wide.map((e) => e.tagName + ' ' + (e.id || e.className));
                """) == [])
        #expect(
            try await driver.run("return document.documentElement.scrollWidth;") == .number(Double(width)))
        if let folder = ProcessInfo.processInfo.environment["VAE_SCREENSHOTS"] {
            try await driver.screenshot(to: "\(folder)/phone-\(width)-\(latents)-latents.png")
        }
        try await driver.command("Emulation.clearDeviceMetricsOverride", [:])
        try await expectSilence(driver)
    }

    /// Of photographs with gaps in their ground's colour, of drawings on a dark ground without.
    @Test func theDecodedPlaneHasGapsBetweenPhotographs() async throws {
        let fixture = try Self.colours.get()
        let (width, height) = (18, 13)
        let driver = try await open(fixture.report())
        func size() async throws -> [Double] {
            let canvas = "document.getElementById('manifold')"
            try await driver.run("\(canvas).scrollIntoView();")
            try await driver.wait(until: "\(canvas).dataset.state === 'done'")
            return try #require(
                try await driver.run(
                    "const c = \(canvas), m = vae.manifold; return [c.width, c.height, m.columns, m.rows];"
                ).numbers)
        }
        let found = try await size()
        let factor = max(1, min(8, (1200 / (found[2] * Double(width + 1) - 1)).rounded(.up)))
        #expect(found[0] == factor * (found[2] * Double(width + 1) - 1))
        #expect(found[1] == factor * (found[3] * Double(height + 1) - 1))
        // Between the first two tiles nothing is painted.
        let gap = try #require(
            try await driver.run(
                """
                const c = document.getElementById('manifold'), f = \(Int(factor));
                const at = (x, y) => c.getContext('2d').getImageData(x, y, 1, 1).data[3];
                return [at(\(width) * f + (f >> 1), 5), at(\(width) * f - 1, 5), at((\(width) + 1) * f, 5)];
                """
            ).numbers)
        #expect(gap == [0, 255, 255], "\(gap)")
        _ = try await openDigits()
        let digits = try await size()
        #expect(digits[0] == 28 * digits[2] && digits[1] == 28 * digits[3])
        try await expectSilence(driver)
    }

    /// A page that has room for some of the images says so wherever it speaks of them.
    @Test func imagesThatAreNotThereAreSaid() async throws {
        let fixture = try Fixtures.digits.get()
        let packed = try PackedImages(fixture.test, limit: 60_000)
        try #require(packed.count < packed.total && packed.total == 600)
        func open(_ images: PackedImages) async throws -> WebDriver {
            try await self.open(
                Report(
                    title: "Digits", model: fixture.model, history: fixture.history,
                    testSet: Report.TestSet(
                        fixture.test, packed: images, model: fixture.model, measuringLosses: true, threads: 1)
                ))
        }
        let driver = try await open(packed)
        #expect(
            try await text(driver, "explore-lead").contains(
                "all 600 are here, and the pixels of the first \(packed.count). "))
        #expect(
            try await text(driver, "reconstructions-text")
                == "Inputs, reconstructions and differences, by loss less the entropy of the shades over the first \(packed.count) of 600 test images, whose pixels are in this page."
        )
        _ = try await open(PackedImages(fixture.test))
        #expect(try await text(driver, "explore-lead").contains("all 600 are here. "))
        #expect(
            try await text(driver, "reconstructions-text")
                == "Inputs, reconstructions and differences, by loss less the entropy of the shades over all 600 test images."
        )
        try await expectSilence(driver)
    }

    /// The pad frames what is drawn as the test images are framed, and leaves it where they are not.
    @Test func onlyFramedDrawingsAreFramed() async throws {
        let driver = try await openDigits()
        #expect(try await text(driver, "given-note").contains("framed as the test images are"))
        #expect(try await driver.run("return document.getElementById('framed').checked;") == true)
        // Dots anywhere on a dark ground.
        let shape = ImageShape(height: 20, width: 20)
        let pixels = (0..<40).flatMap { image in
            (0..<400).map { place in
                let (y, x) = (place / 20 - image % 12 - 3, place % 20 - image * 7 % 13 - 3)
                return y * y + x * x < 6 ? UInt8(255) : 0
            }
        }
        let dots = try ImageSet(shape: shape, pixels: pixels)
        let model = try VariationalAutoencoder(
            .fullyConnected(imageShape: shape, hiddenUnits: [4], latentSize: 2), seed: 1)
        try await open(
            Report(
                title: "Dots", model: model, history: [],
                testSet: Report.TestSet(dots, model: model, measuringLosses: false)))
        #expect(try await text(driver, "given-note") == "Drawings are seen as they lie on the pad.")
        #expect(try await driver.run("return document.getElementById('framed').checked;") == false)
        let mouse = Pointer(driver: driver)
        try await mouse.drag([.init("#pad", 0.2, 0.2), .init("#pad", 0.25, 0.25)])
        try await driver.wait(until: "vae.pad.z")
        let seen = try #require(try await driver.run("return Array.from(vae.pad.seen);").numbers)
        let ink = seen.indices.filter { seen[$0] > 0.5 }
        #expect(!ink.isEmpty && ink.allSatisfy { $0 / 20 < 8 && $0 % 20 < 8 }, "\(ink)")
        try await expectSilence(driver)
    }
}
