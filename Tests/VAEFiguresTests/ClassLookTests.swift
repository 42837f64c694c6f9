import Testing
import VAECore

@testable import VAEFigures

/// Colours and marks of classes, by their rank among those that there are.
@Suite struct ClassLookTests {
    static let counts = [1, 2, 3, 9, 10, 11, 12, 20, 21, 30, 200, 256]

    @Test(arguments: counts)
    func noTwoClassesLookAlike(count: Int) {
        let looks = ClassLook.looks(forClasses: count)
        #expect(Set(looks).count == count)
        #expect(looks.allSatisfy { $0.mark == .dot } == (count <= 20))
    }

    @Test func tenClassesKeepTheirColours() {
        #expect(ClassLook.looks(forClasses: 10).map(\.colour) == Palette.classes)
        #expect(Palette.clearest.sorted() == Array(0..<10))
    }

    @Test func marksDiffer() throws {
        let pictures = try Mark.allCases.map { mark in
            let canvas = try Canvas(.png, size: Size(width: 24, height: 24))
            canvas.fillMarks([Point(12, 12)], mark, radius: 6, .ink)
            return try canvas.pixels()
        }
        for (index, picture) in pictures.enumerated() {
            let ink = picture.inked(in: Rect(x: 0, y: 0, width: 24, height: 24))
            #expect((30...260).contains(ink), "\(Mark.allCases[index]): \(ink)")
            #expect(!pictures[..<index].contains(picture), "\(Mark.allCases[index])")
        }
    }

    /// The colours of a figure's legend, of large enough marks.
    private func legend(_ labels: [Int]) throws -> Set<Colour> {
        let points = labels.indices.map { SIMD2<Float>(Float($0 % 20) / 10 - 1, Float($0 / 20) / 10 - 1) }
        let raster = try LatentScatter(points: points, labels: labels).raster()
        let beside = Rect(x: 770, y: 20, width: 230, height: 860)
        return Set(Palette.colours.filter { raster.count(of: $0, in: beside) >= 12 })
    }

    @Test(
        arguments: [
            [0, 10], [7], [3, 13, 23], Array(0..<10), Array(0..<20), Array(stride(from: 5, to: 65, by: 5)),
            Array(0...255),
        ] as [[Int]])
    func everyClassIsInTheLegend(labels: [Int]) throws {
        let expected = Set(ClassLook.looks(forClasses: labels.count).map(\.colour))
        #expect(expected.count == min(20, labels.count))
        #expect(try legend(labels) == expected)
    }

    /// The texts of a scatter of some classes, one point each.
    private func texts(classes: Int) throws -> [String] {
        let labels = (0..<classes).map { Int($0) }
        let points = labels.map { SIMD2<Float>(Float($0 % 16) / 4 - 2, Float($0 / 16) / 4 - 2) }
        return try textEntries(of: LatentScatter(points: points, labels: labels)).map(\.text)
    }

    @Test func repeatedColoursAreSaid() throws {
        #expect(try !texts(classes: 20).contains { $0.contains("mark") })
        let many = try texts(classes: 30)
        #expect(many.contains { $0.contains("one colour stands for several classes") })
        // In the legend and at its median.
        for label in 0..<30 { #expect(many.filter { $0 == "\(label)" }.count == 2) }
        let all = try texts(classes: 256)
        for label in 0..<256 { #expect(all.filter { $0 == "\(label)" }.count == 1) }
    }

    /// What a legend can't hold is counted.
    @Test func namesThatDoNotFitAreCounted() throws {
        let labels = (0..<40).map { Int($0) }
        let names = labels.map { "a rather long name, number \($0)" }
        let figure = try LatentScatter(
            points: labels.map { SIMD2(Float($0), 0) }, labels: labels, classNames: names,
            size: Size(width: 700, height: 500))
        let texts = try textEntries(of: figure).filter { $0.box.minX > 440 }.map(\.text)
        let shown = texts.filter { $0.hasPrefix("a rather") }.count
        #expect(shown > 10 && texts.contains("+ \(40 - shown) more"), "\(texts)")
    }

    /// Long names stand in the legend alone where they would cover the points.
    @Test(arguments: [("cat", true), ("a photograph of no. ", false)])
    func namesLeaveThePointsRoom(name: String, areInThePlot: Bool) throws {
        let labels = (0..<40).map { Int($0) }
        let figure = try LatentScatter(
            points: labels.map { SIMD2(Float($0 % 7), Float($0 / 7)) }, labels: labels,
            classNames: labels.map { "\(name)\($0)" }, legendTitle: "class")
        let texts = try textEntries(of: figure).map(\.text)
        #expect(texts.filter { $0 == "\(name)3" }.count == (areInThePlot ? 2 : 1))
    }

    /// A picture of some of the images shows their classes as a picture of all does.
    @Test func looksDependOnAllClasses() throws {
        let points: [SIMD2<Float>] = [SIMD2(-1, 0), SIMD2(1, 0)]
        let some = try LatentScatter(points: points, labels: [4, 6], classes: [2, 4, 5, 6])
        let looks = ClassLook.looks(forClasses: 4)
        #expect(some.groups.map(\.look) == [looks[1], looks[3]])
        // Also where no point of a class is finite.
        let lost = try LatentScatter(points: points + [SIMD2(.nan, 0)], labels: [4, 6, 1])
        #expect(lost.groups.map(\.look) == Array(ClassLook.looks(forClasses: 3)[1...]))
    }
}
