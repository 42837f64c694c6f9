import Foundation
import Testing

@testable import VAEFigures

/// Colours as people with and without colour blindness see them, compared in OKLab (Ottosson 2020).
@Suite struct PaletteTests {
    /// Complete dichromacy in linear sRGB: Machado, Oliveira and Fernandes, "A Physiologically-based Model
    /// for Simulation of Color Vision Deficiency" (2009), severity 1.0.
    static let visions: [(String, [[Double]])] = [
        ("normal", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
        (
            "protanopia",
            [
                [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ]
        ),
        (
            "deuteranopia",
            [
                [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881],
            ]
        ),
        (
            "tritanopia",
            [
                [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                [0.004733, 0.691367, 0.303900],
            ]
        ),
    ]

    static func multiply(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
        matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
    }

    static func linear(_ colour: Colour) -> [Double] {
        [colour.red, colour.green, colour.blue].map { value in
            let value = Double(value) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
    }

    static func oklab(_ linear: [Double]) -> [Double] {
        let cones = multiply(
            [
                [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ], linear.map { min(max($0, 0), 1) })
        return multiply(
            [
                [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ], cones.map { cbrt($0) })
    }

    static func distance(_ a: Colour, _ b: Colour, seenWith vision: [[Double]]) -> Double {
        let (a, b) = (oklab(multiply(vision, linear(a))), oklab(multiply(vision, linear(b))))
        return zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    /// The smallest distance between two of the colours.
    static func smallest(_ colours: [Colour], _ vision: [[Double]]) -> Double {
        var smallest = Double.infinity
        for (i, a) in colours.enumerated() {
            for b in colours[(i + 1)...] { smallest = min(smallest, distance(a, b, seenWith: vision)) }
        }
        return smallest
    }

    @Test(arguments: visions.indices)
    func classesDifferForEveryEye(index: Int) {
        let (name, vision) = Self.visions[index]
        // The documented promise; 0.02 is about what can just be seen side by side.
        #expect(Self.smallest(Palette.classes, vision) > 0.109, "\(name)")
        #expect(Self.smallest(Palette.classesOnDark, vision) > 0.12, "\(name), on dark")
        #expect(Self.smallest(Palette.colours, vision) > 0.077, "\(name), all twenty")
        #expect(Self.smallest(Palette.coloursOnDark, vision) > 0.065, "\(name), all twenty, on dark")
    }

    /// The fewer classes, the further apart: the most that ten colours allow is 0.49 for two, 0.29 for three and 0.19 for four.
    @Test(arguments: [
        (2, 0.4), (3, 0.29), (4, 0.19), (5, 0.12), (8, 0.115), (9, 0.109), (12, 0.092), (20, 0.077),
    ])
    func fewClassesAreEasyToTellApart(count: Int, least: Double) {
        let colours = ClassLook.looks(forClasses: count).map(\.colour)
        for (name, vision) in Self.visions {
            #expect(Self.smallest(colours, vision) > least, "\(name)")
        }
    }

    @Test func theMeasureFindsABadPalette() {
        // Matplotlib's default, in which protanopes confuse blue and violet.
        let tab10: [UInt32] = [
            0x1F77B4, 0xFF7F0E, 0x2CA02C, 0xD62728, 0x9467BD, 0x8C564B, 0xE377C2, 0x7F7F7F, 0xBCBD22,
        ]
        #expect(Self.smallest(tab10.map { Colour($0) }, Self.visions[1].1) < 0.01)
    }

    @Test(arguments: visions.indices)
    func trainAndTestDifferForEveryEye(index: Int) {
        #expect(Self.distance(Palette.primary, Palette.secondary, seenWith: Self.visions[index].1) > 0.2)
    }

    @Test func everyClassShowsOnWhiteAndTextIsDark() {
        for colour in Palette.colours { #expect(Self.oklab(Self.linear(colour))[0] < 0.805, "\(colour)") }
        for colour in Palette.coloursOnDark {
            #expect(Self.oklab(Self.linear(colour))[0] > 0.595, "\(colour)")
        }
        func luminance(_ colour: Colour) -> Double {
            zip([0.2126, 0.7152, 0.0722], Self.linear(colour)).reduce(0) { $0 + $1.0 * $1.1 }
        }
        // The web's rule for small text is a contrast of 4.5, the strict one 7.
        for colour in [Colour.ink, .secondaryInk] { #expect(1.05 / (luminance(colour) + 0.05) > 7) }
    }

    @Test func heatGrowsLighter() {
        let lightness = (0...100).map { Self.oklab(Self.linear(Palette.heat(Double($0) / 100)))[0] }
        #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 <= $1 + 1e-3 })
        #expect(Palette.heat(-1) == Palette.heat(0))
        #expect(Palette.heat(7) == Palette.heat(1))
    }
}
