import Foundation
import Testing
import VAE
import VAECore
import VAEData
import VAEFigures

@testable import VAEReport

/// Pages of models of photographs, and picture files that are brought to them.
///
/// Page and engine average the same areas, and round to the same bytes but where sums in Float and in Double lie on either side of a half:
/// one value in some ten thousand, which with a step of 1/255 moves a latent by less than 1e-3 here; without one, latents agree
/// to 1e-6. Another crop, or one that is a pixel off, moves them by hundredths at least.
extension PageTests {
    private static let tolerance = 1e-3
    /// Units that no picture silences.
    static let colours = Result { () throws -> Fixture in
        try Fixture(
            ModelConfiguration(
                imageShape: ImageShape(height: 13, width: 18, channels: 3), encoderFilters: [6],
                decoderFilters: [6], encoderUnits: [12], hiddenActivation: .tanh, latentSize: 3))
    }

    private func report(
        _ fixture: Fixture, classNames: [String] = [], treatment: Report.Treatment? = nil
    ) throws -> Report {
        var report = try Report(
            title: "Photographs", model: fixture.model, history: fixture.history,
            testSet: Report.TestSet(fixture.test, model: fixture.model, measuringLosses: false),
            classNames: classNames)
        report.treatment = treatment
        return report
    }

    /// The latents of a file as `vae encode` finds them.
    private func latents(
        _ path: String, _ model: VariationalAutoencoder, _ pictures: PicturePreparation
    ) throws -> [Float] {
        var options = ImportOptions(pictures: pictures)
        options.pictures.size = .init(height: 1, width: 1)
        options.pictures.isGrey = model.configuration.imageShape.channels == 1
        let files = try ImageFiles(
            contentsOf: [path], shape: model.configuration.imageShape, options: options)
        return try model.encode(files.images).mean
    }

    /// Gives the page a file as a hand or the clipboard does, and waits for its note.
    func give(_ path: String, by event: String, to driver: WebDriver) async throws {
        let name = URL(fileURLWithPath: path).lastPathComponent
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path)).base64EncodedString()
        try await driver.run(
            """
            const [name, base64, event] = arguments;
            const transfer = new DataTransfer();
            transfer.items.add(new File([Uint8Array.from(atob(base64), (x) => x.charCodeAt(0))], name));
            document.getElementById('drop').dispatchEvent(event === 'paste'
              ? new ClipboardEvent(event, { bubbles: true, clipboardData: transfer })
              : new DragEvent(event, { bubbles: true, dataTransfer: transfer }));
            """, .text(name), .text(bytes), .text(event))
        try await driver.wait(
            until: "document.getElementById('given-note').textContent.startsWith('\(name)')")
    }

    private func expectLatents(_ expected: [Float], _ driver: WebDriver, _ what: String) async throws {
        let z = try #require(try await driver.run("return Array.from(vae.pad.z);").numbers)
        let difference = zip(z, expected).map { abs($0 - Double($1)) }.max() ?? .infinity
        #expect(z.count == expected.count && difference < Self.tolerance, "\(what): \(difference)")
    }

    /// Larger and smaller than the model's images, wider and higher.
    @Test(arguments: [PicturePreparation.Fit.crop, .pad, .stretch])
    func picturesArePreparedAsInTraining(_ fit: PicturePreparation.Fit) async throws {
        let fixture = try Self.colours.get()
        let pictures = PicturePreparation(fit: fit, padding: .init(red: 200, green: 30, blue: 90))
        let driver = try await open(
            report(
                fixture,
                treatment: .init(
                    fit: #require(Report.Treatment.Fit(rawValue: fit.rawValue)),
                    background: [255, 255, 255], padding: [200, 30, 90])))
        // The largest is read in strips.
        let last = fit == .crop ? (200, 520) : (40, 61)
        for (width, height) in [(61, 40), (9, 30), (18, 13), last] {
            let shape = ImageShape(height: height, width: width, channels: 3)
            let file = scratch.file("\(width).png")
            let pixels = try Fixtures.pictures(shape, count: 1, seed: UInt64(width)).pixels
            try Data(Raster(width: width, height: height, channels: 3, bytes: pixels).png())
                .write(to: URL(fileURLWithPath: file))
            try await give(file, by: width == 61 ? "paste" : "drop", to: driver)
            try await expectLatents(
                latents(file, fixture.model, pictures), driver, "\(width)×\(height)")
        }
        #expect(try await text(driver, "drawn-loss").hasPrefix("loss "))
        try await expectSilence(driver)
    }

    /// A JPEG picture that its camera held sideways, and a PNG picture with holes.
    @Test func turnedAndTransparentPicturesAreAsTheEngineSeesThem() async throws {
        let fixture = try Self.colours.get()
        let driver = try await open(
            report(
                fixture, treatment: .init(fit: .crop, background: [20, 120, 220], padding: [0, 0, 0])))
        for (kind, name) in [("jpeg", "sideways.jpg"), ("png", "holes.png")] {
            let base64 = try await driver.run(
                """
                const canvas = document.createElement('canvas');
                [canvas.width, canvas.height] = [50, 34];
                const context = canvas.getContext('2d');
                const shade = context.createLinearGradient(0, 0, 50, 34);
                shade.addColorStop(0, '#e8c020');
                shade.addColorStop(0.4, '#203090');
                shade.addColorStop(1, '#f04050');
                context.fillStyle = shade;
                context.fillRect(0, 0, 50, 34);
                // Of what shines through, browsers round the colours once more than the engine does.
                if (arguments[0] === 'png') context.clearRect(20, 8, 19, 21);
                return canvas.toDataURL('image/' + arguments[0]).split(',')[1];
                """, .text(kind))
            var bytes = try [UInt8](#require(Data(base64Encoded: base64.text ?? "")))
            if kind == "jpeg" {
                // Orientation 6, to be turned right by a quarter, in a segment of Exif behind the first marker.
                let exif: [UInt8] =
                    Array("Exif\0\0II*\0".utf8) + [8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]
                    + [0, 0, 0, 0]
                bytes.insert(contentsOf: [0xFF, 0xE1, 0, UInt8(exif.count + 2)] + exif, at: 2)
            }
            let file = scratch.file(name)
            try Data(bytes).write(to: URL(fileURLWithPath: file))
            try await give(file, by: "drop", to: driver)
            let sides = kind == "jpeg" ? "34 × 50" : "50 × 34"
            #expect(
                try await text(driver, "given-note") == "\(name), \(sides): its middle, scaled to 18 × 13.")
            let pictures = PicturePreparation(background: .init(red: 20, green: 120, blue: 220))
            try await expectLatents(latents(file, fixture.model, pictures), driver, name)
        }
        try await expectSilence(driver)
    }

    @Test func photographsHaveNoPad() async throws {
        let driver = try await open(
            report(Self.colours.get(), classNames: ["mountain", "lake", "forest", "glacier"]))
        #expect(
            try await driver.run("return document.querySelectorAll('#pad, #pen, #framed, #inverted').length;")
                == 0)
        let words = try #require(
            try await driver.run("return document.querySelector('main').innerText;").text
        ).lowercased()
        for word in ["mnist", "digit", "drawing", "draw your own", "black", "invert"] {
            #expect(!words.contains(word), "\(word)")
        }
        #expect(words.contains("try a picture of your own") && words.contains("drop a picture here"))
        #expect(try await text(driver, "nearest-title").hasSuffix(", mountain"), "a name needs no \"class\"")
        // The names of classes that lie upon one another can be read.
        let overlaps = try await driver.run(
            """
            const names = vae.scatter.names;
            return names.filter((a, i) => names.slice(i + 1).some((b) =>
              Math.abs(a.x - b.x) < a.halfWidth + b.halfWidth - 1 && Math.abs(a.y - b.y) < a.halfHeight + b.halfHeight - 1))
              .map(({ text }) => text).concat(names.length);
            """)
        #expect(overlaps == [4])
        // By keyboard, and with a test image.
        try await driver.run("document.getElementById('file').focus();")
        let outline = try await driver.run(
            "return getComputedStyle(document.getElementById('drop')).outlineWidth;")
        #expect(outline == "3px")
        try await Pointer(driver: driver).click(.init("#take"))
        try await driver.wait(until: "vae.pad.z")
        #expect(try await text(driver, "given-note").hasSuffix(", pixel for pixel."))
        try Data("not an image".utf8).write(to: URL(fileURLWithPath: scratch.file("note.txt")))
        try await driver.choose(scratch.file("note.txt"), in: "#file")
        try await driver.wait(
            until: "document.getElementById('given-note').textContent.includes('not an image')")
        try await Pointer(driver: driver).click(.init("#clear"))
        #expect(try await driver.run("return vae.pad.z;") == .null)
        try await expectSilence(driver)
    }

    /// Of grey photographs nobody draws one more; of digits one does.
    @Test func edgesTellDrawingsFromPhotographs() throws {
        let grey = try Fixtures.pictures(ImageShape(height: 12, width: 12), count: 20)
        #expect(try !PackedImages(grey).hasDarkEdges)
        #expect(try PackedImages(Fixtures.digits.get().test).hasDarkEdges)
        #expect(try !report(Self.colours.get()).isOfDrawings)
        #expect(try Fixtures.digits.get().report().isOfDrawings)
    }
}
