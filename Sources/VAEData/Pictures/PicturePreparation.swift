import VAECore

/// What is made of every picture before a model sees it: its size, how it is fitted into it, its colours and what lies under
/// transparent pixels.
///
/// Pixels are averages over the areas that they cover where a side shrinks, and linear interpolations between the centres of pixels
/// where it grows. All of it happens on the numbers of the file, without gamma or colour profiles.
public struct PicturePreparation: Sendable, Hashable, Codable {
    /// Rows and columns of pixels.
    public struct Size: Sendable, Hashable, Codable {
        /// Rows of pixels.
        public var height: Int
        /// Columns of pixels.
        public var width: Int

        /// A size of any sides; what uses it checks them.
        public init(height: Int, width: Int) {
            self.height = height
            self.width = width
        }
    }

    /// The ways to make a picture of other proportions fit.
    public enum Fit: String, Sendable, Hashable, Codable, CaseIterable {
        /// Scaled until it covers the size; what sticks out on both sides is cut off.
        case crop
        /// Scaled until it touches the sides from within, in the centre of the padding's colour.
        case pad
        /// Each side scaled by itself, which changes proportions.
        case stretch
    }

    /// A colour of eight bits a value.
    public struct Colour: Sendable, Hashable, Codable {
        /// 0 to 255.
        public var red: UInt8
        /// 0 to 255.
        public var green: UInt8
        /// 0 to 255.
        public var blue: UInt8

        /// A colour of its three values, 0 to 255.
        public init(red: UInt8, green: UInt8, blue: UInt8) {
            self.red = red
            self.green = green
            self.blue = blue
        }

        /// All values 0.
        public static let black = Colour(red: 0, green: 0, blue: 0)
        /// All values 255.
        public static let white = Colour(red: 255, green: 255, blue: 255)

        /// Each value v as 255 − v.
        var inverted: Colour { Colour(red: 255 - red, green: 255 - green, blue: 255 - blue) }
    }

    /// The size that every picture gets; nil keeps each picture's own.
    public var size: Size?
    /// The way to fit a picture of other proportions into `size`.
    public var fit: Fit
    /// Grey by the luma of ITU-R 601, or RGB, of which a grey picture repeats its value; nil for each picture's own.
    public var isGrey: Bool?
    /// The colour under transparent pixels.
    public var background: Colour
    /// The colour around padded pictures.
    public var padding: Colour

    /// A preparation that by default keeps size and colours, and lays transparent pictures over white.
    /// - Parameters:
    ///   - size: that of every picture; nil keeps each picture's own
    ///   - fit: the way to fit pictures of other proportions
    ///   - isGrey: grey or RGB; nil for each picture's own
    ///   - background: the colour under transparent pixels
    ///   - padding: the colour around padded pictures
    public init(
        size: Size? = nil, fit: Fit = .crop, isGrey: Bool? = nil, background: Colour = .white,
        padding: Colour = .black
    ) {
        self.size = size
        self.fit = fit
        self.isGrey = isGrey
        self.background = background
        self.padding = padding
    }

    /// Pixels of the longest side of `size`, the same as a model's images may have.
    package static let longestSide = 1 << 14

    /// - Throws: `invalidArgument` when a side of `size` is not within 1 to `longestSide`.
    package func validate() throws(VAEError) {
        guard let size else { return }
        let sides = 1...Self.longestSide
        guard sides.contains(size.height), sides.contains(size.width) else {
            throw VAEError(
                .invalidArgument, "size of pictures", "is out of range",
                expected: "sides of 1 to \(Self.longestSide) pixels", found: "\(size.height)×\(size.width)")
        }
    }

    /// The channels that `picture` gets where nothing else asks for some: 1 or 3.
    package func channels(of picture: Picture) -> Int { isGrey ?? picture.isGrey ? 1 : 3 }

    /// The shape that `picture` gets with so many channels.
    package func shape(of picture: Picture, channels: Int) -> ImageShape {
        ImageShape(
            height: size?.height ?? picture.height, width: size?.width ?? picture.width, channels: channels)
    }
}
