import Foundation
import Testing
import VAE
import VAECore

/// Drawings and image files through the page's encoder.
extension PageTests {
    @Test func drawingIsEncodedAndPlaced() async throws {
        let driver = try await openDigits()
        let mouse = Pointer(driver: driver)
        // A one, drawn at the pad's edge: framing brings it to the middle.
        try await mouse.drag([.init("#pad", 0.12, 0.1), .init("#pad", 0.11, 0.3), .init("#pad", 0.1, 0.55)])
        try await driver.wait(until: "vae.pad.z")
        let seen = try #require(try await driver.run("return Array.from(vae.pad.seen);").numbers)
        #expect(seen.count == 784 && seen.allSatisfy { (0...1).contains($0) })
        let mass = seen.reduce(0, +)
        let centre = (
            seen.enumerated().reduce(0) { $0 + (Double($1.offset % 28) + 0.5) * $1.element } / mass,
            seen.enumerated().reduce(0) { $0 + (Double($1.offset / 28) + 0.5) * $1.element } / mass
        )
        // Centred by the mass of all ink that is not faint.
        #expect(abs(centre.0 - 14) < 0.1 && abs(centre.1 - 14) < 0.1, "\(centre)")
        let inkRows = Set(seen.enumerated().filter { $0.element > 0.05 }.map { $0.offset / 28 })
        #expect(
            (20...22).contains(inkRows.count),
            "scaled to 20 rows, of which two may be parts: \(inkRows.count)")
        #expect(try await text(driver, "drawn-loss").hasPrefix("loss "))
        #expect(try await driver.run("return Boolean(vae.explorer.drawn);") == true)
        // Bytes, so that the engine is given the same image.
        let bytes = seen.map { UInt8(($0 * 255).rounded()) }
        let model = try Fixtures.digits.get().model
        let mean = try model.encode(ImageSet(shape: model.configuration.imageShape, pixels: bytes)).mean
        let z = try #require(try await driver.run("return Array.from(vae.pad.z);").numbers)
        #expect(
            zip(z, mean).allSatisfy { abs($0 - Double($1)) < 0.02 }, "half a step of a byte in each pixel")
        try await mouse.click(.init("#visit"))
        #expect(try await driver.run("return document.activeElement.id;") == "plane")
        try await mouse.click(.init("#clear"))
        #expect(try await driver.run("return vae.pad.z;") == .null)
        try await expectSilence(driver)
    }

    @Test func fingersDrawToo() async throws {
        let driver = try await openDigits()
        try await Pointer(driver: driver, kind: .touch).drag([
            .init("#pad", 0.3, 0.3), .init("#pad", 0.7, 0.3), .init("#pad", 0.4, 0.8),
        ])
        try await driver.wait(until: "vae.pad.z")
        try await expectSilence(driver)
    }

    @Test func filesAreEncoded() async throws {
        let driver = try await openDigits()
        // A test image of the page, saved as PNG: read again pixel for pixel.
        let png = try #require(
            try await driver.run(
                """
                const pixels = vae.testSet.image(5), picture = new ImageData(28, 28);
                pixels.forEach((x, i) => picture.data.set([x * 255, x * 255, x * 255, 255], 4 * i));
                const canvas = document.createElement('canvas');
                canvas.width = canvas.height = 28;
                canvas.getContext('2d').putImageData(picture, 0, 0);
                return canvas.toDataURL().split(',')[1];
                """
            ).text)
        let file = scratch.file("<b>digit.png")
        try #require(Data(base64Encoded: png)).write(to: URL(fileURLWithPath: file))
        try await driver.choose(file, in: "#file")
        try await driver.wait(until: "vae.pad.z")
        let fixture = try Fixtures.digits.get()
        let mean = try fixture.model.encode(fixture.test.slice(5..<6)).mean
        let z = try #require(try await driver.run("return Array.from(vae.pad.z);").numbers)
        #expect(zip(z, mean).allSatisfy { abs($0 - Double($1)) < 1e-4 })
        #expect(try await text(driver, "given-note").hasPrefix("<b>digit.png, 28 × 28, pixel for pixel"))

        try Data("not an image".utf8).write(to: URL(fileURLWithPath: scratch.file("note.txt")))
        try await driver.choose(scratch.file("note.txt"), in: "#file")
        try await driver.wait(
            until: "document.getElementById('given-note').textContent.includes('not an image')")

        // Dropped: black ink on white paper, far larger than the model's images.
        try await driver.run(
            """
            const c = document.createElement('canvas');
            c.width = 300; c.height = 200;
            const g = c.getContext('2d');
            g.fillStyle = '#fff'; g.fillRect(0, 0, 300, 200);
            g.fillStyle = '#000'; g.fillRect(140, 30, 20, 140);
            const bytes = Uint8Array.from(atob(c.toDataURL().split(',')[1]), (x) => x.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], 'paper.png', { type: 'image/png' }));
            document.getElementById('pad').dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: transfer }));
            """)
        try await driver.wait(
            until: "document.getElementById('given-note').textContent.includes('paper.png')")
        try await driver.wait(
            until: "document.getElementById('inverted').checked && vae.pad.seen[14 * 28 + 14] > 0.8")
        let pixels = try #require(try await driver.run("return Array.from(vae.pad.seen);").numbers)
        #expect(pixels[14 * 28 + 14] > 0.8 && pixels[14 * 28 + 2] < 0.1, "inverted: the ink is light on dark")
        try await expectSilence(driver)
    }
}
