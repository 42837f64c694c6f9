import Foundation
import Testing
import VAE
import VAECore

@testable import VAEFigures
@testable import VAEReport

/// Any number of classes with any labels, and images of any shape.
extension PageTests {
    /// A report of small images with one image of each label and more of the first ones.
    private func report(_ labels: [Int], count: Int? = nil, losses: Bool = true) throws -> Report {
        let shape = ImageShape(height: 3, width: 4)
        let model = try VariationalAutoencoder(
            .fullyConnected(imageShape: shape, hiddenUnits: [5], latentSize: 2))
        let number = count ?? max(labels.count, 20)
        let images = try Fixtures.pictures(shape, count: number, labelled: false)
        let test = try ImageSet(
            shape: shape, pixels: try images.pixels, labels: (0..<number).map { labels[$0 % labels.count] })
        return try Report(
            title: "Classes", model: model, testSet: .init(test, model: model, measuringLosses: losses))
    }

    @Test(
        arguments: [
            [0, 10], [7], [1, 2, 3], Array(0..<10), Array(20..<32), Array(0..<20), Array(0..<30),
            Array(0...255),
        ] as [[Int]])
    func classesLookAsInTheFigures(labels: [Int]) async throws {
        let driver = try await open(report(labels))
        let script = """
            return vae.testSet.classes.map((label) => {
              const { colour, mark } = vae.testSet.looks.get(label);
              return [label, colour, mark.width ?? 0, ...mark.lines.flat(2)];
            }).flat();
            """
        let found = try #require(try await driver.run(script).numbers)
        var expected: [Double] = []
        for (label, look) in zip(labels, ClassLook.looks(forClasses: labels.count)) {
            expected += [
                Double(label), Double(try #require(Palette.colours.firstIndex(of: look.colour))),
                look.mark.lineWidth ?? 0,
            ]
            for corner in look.mark.lines.joined() { expected += [corner.x, corner.y] }
        }
        try #require(found.count == expected.count)
        // Two programs' sines differ in the last bit at most.
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
        // The legend has them all, no two alike, and says where colours repeat.
        let marks =
            "new Set([...document.querySelectorAll('#legend svg')].map((mark) => mark.innerHTML)).size"
        #expect(try await driver.run("return \(marks);") == .number(Double(labels.count)))
        #expect(
            try await driver.run("return String(document.getElementById('legend-note').hidden);").text
                == "\(labels.count <= 20)")
        try await expectSilence(driver)
    }

    /// A page that holds some of the points gives classes the colours that they have among all.
    @Test func classesWithoutPointsCount() async throws {
        let shape = ImageShape(height: 1, width: 1)
        let model = try VariationalAutoencoder(
            .fullyConnected(imageShape: shape, hiddenUnits: [2], latentSize: 1))
        // More than a page has points: the first 20,000 are of two classes.
        let shown = [Int](repeating: 4, count: 10_000) + [Int](repeating: 6, count: 10_000)
        let labels = shown + [Int](repeating: 5, count: 10)
        let test = try ImageSet(shape: shape, pixels: labels.map { UInt8(10 * $0) }, labels: labels)
        let driver = try await open(
            Report(title: "t", model: model, testSet: .init(test, model: model, measuringLosses: false)))
        let looks = ClassLook.looks(forClasses: 3).map { Palette.colours.firstIndex(of: $0.colour) ?? -1 }
        let found = try await driver.run("return [...vae.testSet.looks.values()].map((look) => look.colour);")
        #expect(found.numbers == looks.map(Double.init))
        // Nor are the first of them those of each.
        let title = try await driver.run("return document.querySelector('.strip h4').textContent;").text
        #expect(title?.hasPrefix("The first of 2 of the 3 classes:") == true, "\(title ?? "none")")
        try await expectSilence(driver)
    }

    @Test(
        arguments: [
            ([3, 4], "The first of each class"), (Array(0..<8), "The first of each class"),
            (Array(0..<30), "The first of 8 of the 30 classes"),
        ] as [([Int], String)])
    func examplesSayOfWhichClasses(labels: [Int], title: String) async throws {
        let driver = try await open(report(labels, count: 60, losses: false))
        let found = try await driver.run("return document.querySelector('.strip h4').textContent;").text
        #expect(try #require(found).hasPrefix(title + ":"))
        try await expectSilence(driver)
    }

    /// No picture is a hair's breadth, and none is longer than a large screen, whatever the images.
    @Test(arguments: [(5, 200), (200, 5), (1, 28), (28, 1), (1, 1), (1, 1000), (1000, 1)])
    func oddShapesFitThePage(height: Int, width: Int) async throws {
        let shape = ImageShape(height: height, width: width)
        let model = try VariationalAutoencoder(
            .fullyConnected(imageShape: shape, hiddenUnits: [3], latentSize: 2))
        for count in [1, 2, 30] {
            let test = try Fixtures.pictures(shape, count: count)
            let driver = try await open(
                Report(title: "t", model: model, testSet: .init(test, model: model, measuringLosses: true)))
            try await driver.run(
                "document.getElementById('pictures').scrollIntoView({ behavior: 'instant' });")
            try await driver.wait(until: "document.getElementById('manifold').dataset.state === 'done'")
            let script = """
                const shown = [...document.querySelectorAll('canvas:not(#points, #overlay, #map)')].filter((c) => c.offsetParent);
                return shown.filter((canvas) => {
                  const { width, height } = canvas.getBoundingClientRect();
                  return width < 2 || height < 2 || width > innerWidth || height > 961;
                }).map(({ id, className }) => id || className || 'strip').concat(document.documentElement.scrollWidth > innerWidth ? ['page'] : []).join();
                """
            #expect(try await driver.run(script) == "", "\(height)×\(width), \(count) images")
            try await expectSilence(driver)
        }
    }
}
