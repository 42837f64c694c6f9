import VAECore

/// The look of a piece of text.
public struct TextStyle: Sendable, Equatable {
    /// The size of the font, in pixels.
    public var size: Double
    /// The colour of the letters.
    public var colour: Colour
    /// Whether letters are heavy.
    public var isBold: Bool
    /// Width of the white rim that keeps text readable over dots; 0 for none.
    public var halo: Double

    /// A style in the system's sans-serif font.
    public init(size: Double, colour: Colour = .ink, isBold: Bool = false, halo: Double = 0) {
        self.size = size
        self.colour = colour
        self.isBold = isBold
        self.halo = halo
    }

    /// A figure's first line.
    public static let title = TextStyle(size: 20, isBold: true)
    /// A figure's second line.
    public static let subtitle = TextStyle(size: 14, colour: .secondaryInk)
    /// The label of an axis: the quantity that it shows.
    public static let axisLabel = TextStyle(size: 16)
    /// A number at an axis.
    public static let tick = TextStyle(size: 13, colour: .secondaryInk)
    /// Small print.
    public static let note = TextStyle(size: 12, colour: .secondaryInk)
}

/// Which part of a text lies at the given point, from left to right.
public enum HorizontalAnchor: Sendable {
    /// The left end.
    case start
    /// Half its width.
    case middle
    /// The right end.
    case end
}

/// Which part of a text lies at the given point, from top to bottom. `middle` centres the height of a
/// digit, so that a row of labels shares one base line whatever its letters.
public enum VerticalAnchor: Sendable {
    /// The line that letters stand on.
    case baseline
    /// Half the height of a digit.
    case middle
    /// The top of a digit.
    case top
}

extension String {
    /// The same text with everything taken out that a drawing can't show: line breaks and tabs become
    /// spaces, other controls and direction overrides are written out, and the code points that Unicode
    /// reserves for programs (cairo refuses them) become U+FFFD.
    func printable() -> String {
        var clean = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D: clean.append(" ")
            case 0xFDD0...0xFDEF: clean.append("\u{FFFD}")
            case let value where value & 0xFFFE == 0xFFFE: clean.append("\u{FFFD}")
            default: clean.append(scalar)
            }
        }
        return String(clean).escapingControlCharacters()
    }

    /// The same text as the content of an XML element or attribute.
    func escapedForXML() -> String {
        var result = ""
        for character in printable().unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
