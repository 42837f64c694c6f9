/// An opaque sRGB colour, eight bits a channel.
public struct Colour: Sendable, Hashable {
    /// 0 to 255.
    public let red: UInt8
    /// 0 to 255.
    public let green: UInt8
    /// 0 to 255.
    public let blue: UInt8

    /// A colour of three sRGB values.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// A colour as the web writes it: `Colour(0x168000)`.
    public init(_ hex: UInt32) {
        self.init(
            red: UInt8(truncatingIfNeeded: hex >> 16), green: UInt8(truncatingIfNeeded: hex >> 8),
            blue: UInt8(truncatingIfNeeded: hex))
    }

    /// The ground of every figure.
    public static let white = Colour(0xFFFFFF)
    /// The colour of pixels of 0.
    public static let black = Colour(0x000000)
    /// Titles and digits: almost black.
    public static let ink = Colour(0x1A1A1A)
    /// Subtitles, axis labels and tick labels; 7:1 against white.
    public static let secondaryInk = Colour(0x555555)
    /// Frames and tick marks.
    public static let frame = Colour(0x8A8A8A)
    /// Grid lines, meant to be seen only when looked for.
    public static let grid = Colour(0xE8E8E8)

    /// This colour moved towards `other`: 0 leaves it as it is, 1 gives `other`.
    public func mixed(with other: Colour, by amount: Double) -> Colour {
        let amount = min(max(amount, 0), 1)
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
            UInt8((Double(a) + (Double(b) - Double(a)) * amount).rounded())
        }
        return Colour(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }
}

/// The colours figures choose from.
public enum Palette {
    /// Ten colours for ten classes.
    ///
    /// They were found by maximising the smallest distance in OKLab between any two, over normal vision
    /// and Machado, Oliveira and Fernandes' (2009) simulations of complete protanopia, deuteranopia and
    /// tritanopia: 0.11 at the least, where Matplotlib's `tab10` has 0.007 and Petroff's ten 0.06. None
    /// is lighter than 0.80, so that small dots show on white. Their order keeps digits that resemble
    /// each other (4 and 9, 3 and 5, …) furthest apart.
    public static let classes: [Colour] = [
        Colour(0xBA759A), Colour(0xB3207A), Colour(0xB4A6FA), Colour(0x5B002E), Colour(0x168000),
        Colour(0x597EF6), Colour(0x7C1EBF), Colour(0x68D79B), Colour(0xF29100), Colour(0x1E197B),
    ]

    /// The same for dark grounds, found in the same way: 0.12 at the least, and none darker than 0.60. Each is near in hue to
    /// the colour of its class on white.
    public static let classesOnDark: [Colour] = [
        Colour(0xFBB6A2), Colour(0xEB7A9C), Colour(0xB6C4FF), Colour(0xD231A5), Colour(0x379B41),
        Colour(0x99FFFB), Colour(0xB989FE), Colour(0x09D100), Colour(0xE5FF97), Colour(0x9752F7),
    ]

    /// The colour of points without classes, and of training curves.
    public static let primary = Colour(0x2A5DB0)
    /// The colour of test curves: against `primary` it differs in lightness as well as in hue.
    public static let secondary = Colour(0xE07B00)

    /// Black through purple and orange to pale yellow: the colour map "inferno" of Smith and van der Walt
    /// at nine equal steps, straight lines between. Lightness grows evenly, so it prints in grey too.
    static func heat(_ value: Double) -> Colour {
        let position = min(max(value, 0), 1) * Double(inferno.count - 1)
        let index = min(Int(position), inferno.count - 2)
        return inferno[index].mixed(with: inferno[index + 1], by: position - Double(index))
    }

    private static let inferno: [Colour] = [
        Colour(0x000004), Colour(0x210C4A), Colour(0x57106E), Colour(0x8A226A), Colour(0xBC3754),
        Colour(0xE45A31), Colour(0xF98E09), Colour(0xF9CB35), Colour(0xFCFFA4),
    ]
}
