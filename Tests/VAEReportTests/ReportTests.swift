import Foundation
import Testing
import VAE
import VAECore

@testable import VAEReport

/// The file itself: what is in it, how large it is, and what can't get out of its place.
@Suite struct ReportTests {
    @Test func holdsEverythingInOneFile() throws {
        let fixture = try Fixtures.digits.get()
        let bytes = try fixture.report().html()
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix("<!doctype html>") && text.hasSuffix("</html>\n"))
        #expect(!text.contains("{{"), "a place that nothing was put into")
        for name in ["weights", "mean", "log-variance", "images", "labels", "reconstruction", "kl"] {
            #expect(text.contains("id=\"array-\(name)\""), "\(name)")
        }
        // Nothing is taken from elsewhere: every address is a name space or a mark of the page.
        let addresses = text.matches(of: /https?:\/\/[^'" <]+/).map { String($0.0) }
        #expect(Set(addresses) == ["http://www.w3.org/2000/svg"])
        #expect(text.matches(of: /(src|href)="([^"]*)"/).allSatisfy { $0.2.hasPrefix("#") })
        #expect(try fixture.report().html() == bytes, "the same report, the same bytes")
    }

    /// 10,000 digits, as many as MNIST's test set has; and as many images of noise, which do not shrink: of these the page
    /// has to leave some out.
    @Test(arguments: [false, true])
    func staysUnderFourMegabytes(noise: Bool) throws {
        let fixture = try Fixtures.digits.get()
        let copies = 10_000 / fixture.test.count + 1
        let once = try fixture.test.pixels
        var pixels = Array((0..<copies).map { _ in once }.joined().prefix(10_000 * 784))
        if noise {
            var generator = SplitMix64(seed: 10)
            for index in pixels.indices { pixels[index] = UInt8(truncatingIfNeeded: generator.next()) }
        }
        // Digits beside digits, so that no compressor finds the copies: MNIST's take 165 bytes each, these about 230.
        let test = try ImageSet(shape: fixture.test.shape, pixels: pixels)
        let set = try Report.TestSet(test, model: fixture.model, measuringLosses: false)
        let page = try Report(title: "Digits", model: fixture.model, history: fixture.history, testSet: set)
            .html()
        #expect(page.count < 4_000_000, "\(page.count) bytes")
    }

    /// A model with a codebook, noise for images, and a prior of as many counts as a page holds, of codes without order; one of more is left out.
    @Test func staysUnderFourMegabytesWithCodes() throws {
        let shape = ImageShape(height: 28, width: 28)
        let model = try VariationalAutoencoder(ModelConfiguration().quantized())
        var generator = SplitMix64(seed: 10)
        var pixels = [UInt8](repeating: 0, count: 2000 * 784)
        for index in pixels.indices { pixels[index] = UInt8(truncatingIfNeeded: generator.next()) }
        let test = try ImageSet(shape: shape, pixels: pixels)
        func prior(_ images: Int) throws -> CodePrior {
            let numbers = (0..<images * 49).map { _ in UInt16(generator.next() & 127) }
            return try CodePrior(
                fittedTo: ImageCodes(height: 7, width: 7, numbers: numbers), size: 128)
        }
        var report = try Report(
            title: "Digits", model: model,
            testSet: Report.TestSet(test, model: model, measuringLosses: false))
        let fitting = try prior(8400)
        #expect((700_000...750_000).contains(fitting.entryCount), "\(fitting.entryCount)")
        report.codePrior = fitting
        let page = try report.html()
        #expect(page.count < 4_000_000, "\(page.count) bytes")
        #expect(page.firstRange(of: Array("id=\"array-prior\"".utf8)) != nil)
        report.codePrior = try prior(9000)
        let without = try report.html()
        #expect(without.firstRange(of: Array("id=\"array-prior\"".utf8)) == nil)
        #expect(without.count < page.count)
    }

    /// Noise does not shrink, so only some of it fits; what does is the front of the set.
    @Test func takesAsManyImagesAsFit() throws {
        var generator = SplitMix64(seed: 9)
        let pixels = (0..<200 * 784).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let images = try ImageSet(shape: ImageShape(height: 28, width: 28), pixels: pixels)
        let packed = try PackedImages(images, limit: 100_000)
        #expect(packed.total == 200 && packed.base64.count <= 100_000)
        // 75,000 bytes hold 95 of 784 that nothing makes smaller.
        #expect((85...95).contains(packed.count), "\(packed.count)")
        let few = try PackedImages(images, limit: 100)
        #expect(few.count == 0 || few.base64.count <= 100)
    }

    static let hostile = "</script><img src=x onerror=alert(1)><!--<script>{{data}} & \"'\u{2028}\u{2029}\0"

    @Test func noTextLeavesItsPlace() throws {
        var report = try Fixtures.digits.get().report(
            title: Self.hostile, facts: [.init(Self.hostile, [.init(Self.hostile, Self.hostile)])])
        report.classNames = [Self.hostile]
        report.labelName = Self.hostile
        let text = String(decoding: try report.html(), as: UTF8.self)
        #expect(!text.contains("<img") && !text.contains("<!--<script"))
        #expect(!text.utf8.contains(0))
        // The page's own scripts: data, seven arrays, and the code.
        #expect(text.components(separatedBy: "<script").count - 1 == 9)
        #expect(text.components(separatedBy: "</script").count - 1 == 9)
        let start = try #require(text.range(of: "id=\"report\">")).upperBound
        let json = text[start...].prefix { $0 != "<" }
        // Line ends to JavaScript, which JSON has in its strings.
        #expect(!json.contains("\u{2028}") && !json.contains("\u{2029}") && !json.contains("&"))
        let document = try #require(
            JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any], "JSON that reads back")
        #expect(document["title"] as? String == Self.hostile)
    }

    @Test func templatesAreCutOnce() {
        let parts = Template.parts(of: Array("a{{b}}{{c}}d{{e".utf8))
        #expect(
            parts == [.text(Array("a".utf8)), .place("b"), .text([]), .place("c"), .text(Array("d{{e".utf8))])
        #expect("<a href='x'>&\"\0".escapedForHTML == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\u{FFFD}")
        #expect(
            String(decoding: Array("é€<\u{2027}\u{2028}".utf8).escapedForScript, as: UTF8.self)
                == "é€\\u003c\u{2027}\\u2028")
    }

    @Test func quantisingKeepsEnds() {
        let packed = Packing.Quantised([0, -5, 1, 5, .nan, 0][...], columns: 2)
        #expect(packed.low == [0, -5] && packed.high == [1, 5])
        #expect(packed.bytes == [0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 128])
        // One value, and none that is a number.
        #expect(Packing.Quantised([3, 3][...], columns: 1).bytes == [0, 0, 0, 0])
        #expect(Packing.Quantised([.infinity][...], columns: 1).low == [0])
    }

    @Test func otherShapesAreRefused() throws {
        let fixture = try Fixtures.digits.get()
        let odd = try Fixture(Fixtures.odd[3])
        var report = try fixture.report()
        report.testSet = try Report.TestSet(odd.test, model: odd.model)
        #expect { try report.html() } throws: { ($0 as? VAEError)?.kind == .invalidArgument }
        report.testSet = nil
        report.codePrior = try CodePrior(
            fittedTo: ImageCodes(height: 1, width: 2, numbers: [0, 1]), size: 2)
        #expect { try report.html() } throws: {
            ($0 as? VAEError)?.expected == "none, for Gaussian latents"
        }
        let encoding = try fixture.model.encode(fixture.test.slice(0..<10))
        #expect { try Report.TestSet(images: PackedImages(fixture.test), encoding: encoding) } throws: {
            ($0 as? VAEError)?.found == "10 and 0"
        }
    }

    @Test func unwritableFoldersLoseNothing() throws {
        let scratch = try Scratch()
        let report = try Fixtures.digits.get().report()
        #expect { try report.write(to: scratch.file("none/report.html")) } throws: {
            ($0 as? VAEError)?.kind == .cannotCreate
        }
        try report.write(to: scratch.file("report.html"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["report.html"])
    }
}
