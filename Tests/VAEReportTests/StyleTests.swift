import Foundation
import Testing
import VAEFigures

@testable import VAEReport

/// The page's colours, as its style sheet has them.
@Suite struct StyleTests {
    /// The colours of one block of the style sheet by their names.
    private static func colours(after selector: String) throws -> [String: UInt32] {
        let style = String(decoding: PackageResources.style_css, as: UTF8.self)
        let start = try #require(style.range(of: selector)).upperBound
        let block = style[start...].prefix { $0 != "}" }
        var colours: [String: UInt32] = [:]
        for match in block.matches(of: /--([a-z0-9-]+): #([0-9a-f]{6});/) {
            colours[String(match.1)] = UInt32(match.2, radix: 16)
        }
        return colours
    }

    static let themes = [":root {", ":root[data-theme=\"dark\"] {"]

    /// WCAG 2.2's contrast ratio.
    private func contrast(_ a: UInt32, _ b: UInt32) -> Double {
        func luminance(_ colour: UInt32) -> Double {
            zip([0.2126, 0.7152, 0.0722], [16, 8, 0]).reduce(0) { sum, part in
                let value = Double(colour >> UInt32(part.1) & 255) / 255
                return sum + part.0 * (value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4))
            }
        }
        let (low, high) = (min(luminance(a), luminance(b)), max(luminance(a), luminance(b)))
        return (high + 0.05) / (low + 0.05)
    }

    @Test(arguments: themes)
    func textAndControlsHaveContrast(theme: String) throws {
        let colours = try Self.colours(after: theme)
        func ratio(_ a: String, on b: String) throws -> Double {
            contrast(try #require(colours[a]), try #require(colours[b]))
        }
        // Level AA: 4.5 for text, 3 for what a control or a curve is known by.
        for ground in ["paper", "surface", "grid"] {
            for text in ["ink", "secondary"] {
                #expect(try ratio(text, on: ground) >= 4.5, "\(text) on \(ground)")
            }
        }
        for ground in ["paper", "surface"] {
            #expect(try ratio("accent", on: ground) >= 4.5)
            for mark in ["control", "train", "test"] {
                #expect(try ratio(mark, on: ground) >= 3, "\(mark) on \(ground)")
            }
        }
        #expect(try ratio("on-accent", on: "accent") >= 4.5)
    }

    @Test func darkIsDarkHoweverItIsChosen() throws {
        let bySystem = try Self.colours(after: ":root:not([data-theme=\"light\"]) {")
        #expect(try bySystem == Self.colours(after: Self.themes[1]))
        #expect(try bySystem.keys.sorted() == Self.colours(after: Self.themes[0]).keys.sorted())
    }

    @Test func classesHaveTheFiguresColours() throws {
        for (theme, palette) in zip(Self.themes, [Palette.colours, Palette.coloursOnDark]) {
            let colours = try Self.colours(after: theme)
            for (index, colour) in palette.enumerated() {
                #expect(Colour(try #require(colours["class-\(index)"])) == colour, "class \(index)")
            }
        }
        // On dark every point shows; on white the digits at the clusters' medians help the pale ones.
        let dark = try Self.colours(after: Self.themes[1])
        for index in 0..<20 {
            #expect(contrast(try #require(dark["class-\(index)"]), try #require(dark["surface"])) >= 3)
        }
    }
}
