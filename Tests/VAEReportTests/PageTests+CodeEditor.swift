import Foundation
import Testing
import VAE
import VAECore

@testable import VAEReport

/// The codes of an image to paint on, and what a page about codes does not have.
extension PageTests {
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
}
