import Foundation
import Testing
import VAE
import VAECore
import VAEReport

/// The class that the page of a conditional model decodes as.
extension PageTests {
    private func chosen(_ driver: WebDriver) async throws -> [Double] {
        let script = """
            const menu = (place) => Number(document.querySelector(`#${place} select`).value);
            return [
              vae.latents.label, Number(document.querySelector('#condition input:checked').value),
              menu('draw-condition'), menu('pictures-condition'),
            ];
            """
        return try #require(try await driver.run(script).numbers)
    }

    /// The decoded image is the engine's of the page's z and the class.
    private func expectDecoded(_ driver: WebDriver, as label: Int) async throws {
        let z = try #require(try await driver.run("return Array.from(vae.latents.z);").numbers)
        let model = try Fixtures.toldDigits.get().model
        let expected = try model.decode(z.map { Float($0) }, classes: [label])
        let shown = try #require(
            try await driver.run("return Array.from(vae.latents.image);").numbers)
        #expect(
            zip(shown, expected).allSatisfy { abs($0 - Double($1)) < 1e-4 } && shown.count == expected.count)
        #expect(try await text(driver, "decode-time").hasPrefix("as digit \(label), in "))
    }

    @Test func theClassStaysWhileZMoves() async throws {
        let fixture = try Fixtures.toldDigits.get()
        let driver = try await open(fixture.report())
        let first = try #require(fixture.test.labels)[0]
        #expect(try await chosen(driver) == [Double](repeating: Double(first), count: 4))
        try #require(first != 3)
        try await expectDecoded(driver, as: first)
        // A click, and the plane's and the samples' pictures are of that class with the same z.
        let before = try await driver.run("return Array.from(vae.latents.z);")
        let samples = "document.getElementById('samples').toDataURL()"
        let drawn = try await driver.run("return \(samples);")
        let mouse = Pointer(driver: driver)
        try await mouse.click(.init("#condition label:nth-of-type(4)"))
        #expect(try await chosen(driver) == [3, 3, 3, 3])
        #expect(try await driver.run("return Array.from(vae.latents.z);") == before)
        try await driver.wait(until: "document.getElementById('decode-time').textContent.includes('digit 3')")
        try await expectDecoded(driver, as: 3)
        #expect(try await driver.run("return \(samples);") != drawn)
        #expect(
            try await driver.run("return document.querySelector('#condition legend').textContent;")
                == "Decode as digit")
        // By the keyboard, as radio buttons are.
        try await Keyboard(driver: driver).press(.right)
        #expect(try await chosen(driver) == [4, 4, 4, 4])
        // Moving z is moving z, also onto images of other classes.
        try await mouse.move(to: .init("#overlay", 0.3, 0.3))
        try await mouse.move(to: .init("#overlay", 0.6, 0.5))
        try await driver.wait(until: "document.getElementById('decode-time').textContent.includes('digit 4')")
        #expect(try await chosen(driver) == [4, 4, 4, 4])
        try await expectDecoded(driver, as: 4)
        try await expectSilence(driver)
    }

    @Test func menusChooseToo() async throws {
        let fixture = try Fixtures.toldDigits.get()
        let driver = try await open(fixture.report())
        try await driver.run(
            """
            const menu = document.querySelector('#pictures-condition select');
            menu.value = '3';
            menu.dispatchEvent(new Event('change'));
            document.getElementById('pictures').scrollIntoView({ behavior: 'instant' });
            """)
        #expect(try await chosen(driver) == [3, 3, 3, 3])
        try await driver.wait(until: "document.getElementById('manifold').dataset.state === 'done'")
        #expect(try await text(driver, "manifold-text").hasPrefix("Of digit 3: 20 × 20 places"))
        // The tile in the lower left is the plane's lowest corner, as a 3.
        let corner = Float(normalQuantile(0.5 / 20))
        let expected = try fixture.model.decode([corner, corner], classes: [3]).map {
            Double(($0 * 255).rounded())
        }
        let script = """
            const canvas = document.getElementById('manifold');
            const { data } = canvas.getContext('2d').getImageData(0, canvas.height - 28, 28, 28);
            return Array.from(data.filter((_, i) => i % 4 === 0));
            """
        let shown = try #require(try await driver.run(script).numbers)
        #expect(zip(shown, expected).allSatisfy { abs($0 - $1) <= 1 } && shown.count == expected.count)
        // Everything that chooses has a name.
        let names = """
            return [...document.querySelectorAll('#condition input, .condition-menu select')]
              .map((e) => e.labels[0].firstChild.nodeType === 3 ? e.labels[0].firstChild.data : e.labels[0].textContent);
            """
        let found = try #require(try await driver.run(names).items).compactMap(\.text)
        #expect(
            found == (0..<10).map(String.init)
                + ["Encode and decode as digit", "Plane and samples as digit"])
        try await expectSilence(driver)
    }

    /// Reconstructions are told the image's own class, whatever is chosen; a drawing is told the chosen one.
    @Test func imagesHaveTheirOwnClass() async throws {
        let fixture = try Fixtures.toldDigits.get()
        let driver = try await open(fixture.report())
        let labels = try #require(fixture.test.labels)
        let index = try #require(labels.indices.first { labels[$0] == 5 })
        try await driver.run(
            "vae.latents.choose(1); vae.explorer.visit(arguments[0]);", .number(Double(index)))
        try await driver.wait(until: "document.getElementById('decode-time').textContent.includes('digit 1')")
        let image = fixture.test.slice(index..<index + 1)
        let expected = try fixture.model.reconstruct(image).map { Double(($0 * 255).rounded()) }
        let shown = try await greys(driver, "reconstruction")
        // The page has the mean in steps of its range.
        #expect(zip(shown, expected).allSatisfy { abs($0 - $1) <= 2 } && shown.count == expected.count)
        try await expectDecoded(driver, as: 1)
        // A test image is taken as what it is; another class gives another place.
        try await driver.run("vae.pad.take(arguments[0]);", .number(Double(index)))
        try await driver.wait(until: "vae.pad.z !== null")
        #expect(try await chosen(driver) == [5, 5, 5, 5])
        for label in [5, 2] {
            try await driver.run("vae.latents.choose(arguments[0]);", .number(Double(label)))
            let z = try #require(try await driver.run("return Array.from(vae.pad.z);").numbers)
            let mean = try fixture.model.encode(image.labelled([label])).mean
            #expect(zip(z, mean).allSatisfy { abs($0 - Double($1)) < 1e-4 })
        }
        try await expectSilence(driver)
    }

    /// More classes than buttons have room for.
    @Test func manyClassesAreAMenu() async throws {
        let shape = ImageShape(height: 4, width: 4)
        var configuration = ModelConfiguration.fullyConnected(
            imageShape: shape, hiddenUnits: [5], latentSize: 2)
        configuration.classes = [-3] + Array(5..<30)
        let model = try VariationalAutoencoder(configuration, seed: 2)
        let driver = try await open(
            Report(
                title: "Many", model: model,
                classNames: (0..<40).map { "a rather long name of a class \($0)" }))
        #expect(try await driver.run("return document.querySelectorAll('#condition select').length;") == 1)
        #expect(
            try await driver.run("return document.querySelector('#condition select').ariaLabel;")
                == "Decode as class")
        #expect(try await driver.run("return vae.latents.label;") == -3)
        let texts =
            "[...document.querySelectorAll('#condition option')].slice(0, 2).map((o) => o.textContent)"
        #expect(try await driver.run("return \(texts).join('|');") == "-3|a rather long name of a class 5")
        try await expectSilence(driver)
    }
}
