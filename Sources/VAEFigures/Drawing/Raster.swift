import VAECore

/// Pixels of one picture, eight bits a value, row by row, channels innermost: grey or RGB.
public struct Raster: Sendable, Equatable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// 1 for grey, 3 for RGB.
    public let channels: Int
    /// `height · width · channels` values, 0 to 255.
    public private(set) var bytes: [UInt8]

    /// The longest side cairo can hold.
    static let longestSide = FloatImages.longestSide

    /// - Throws: `invalidArgument` when a side is not within 1...32,767, channels are neither 1 nor 3, or
    ///   `bytes` does not hold `width · height · channels` values.
    public init(width: Int, height: Int, channels: Int, bytes: [UInt8]) throws(VAEError) {
        try Raster.check(width: width, height: height, channels: channels)
        guard bytes.count == width * height * channels else {
            throw VAEError(
                .invalidArgument, "pixels", "differ in number from the picture",
                expected: "\(width * height * channels)", found: "\(bytes.count)")
        }
        self.width = width
        self.height = height
        self.channels = channels
        self.bytes = bytes
    }

    /// One colour all over.
    init(width: Int, height: Int, channels: Int, filledWith value: UInt8) throws(VAEError) {
        try Raster.check(width: width, height: height, channels: channels)
        self.width = width
        self.height = height
        self.channels = channels
        bytes = [UInt8](repeating: value, count: width * height * channels)
    }

    private static func check(width: Int, height: Int, channels: Int) throws(VAEError) {
        try VAEError.require(
            "picture size", (1...longestSide).contains(width) && (1...longestSide).contains(height),
            expected: "sides of 1 to \(longestSide) pixels", found: "\(width)×\(height)")
        guard channels == 1 || channels == 3 else {
            throw VAEError(
                .invalidArgument, "picture channels", "are neither grey nor RGB", expected: "1 or 3",
                found: "\(channels)")
        }
    }

    /// The colour of the pixel in the given column and row.
    /// - Precondition: the pixel exists.
    public func colour(x: Int, y: Int) -> Colour {
        precondition(
            (0..<width).contains(x) && (0..<height).contains(y), "pixel (\(x), \(y)) of \(width)×\(height)")
        let at = (y * width + x) * channels
        return channels == 1
            ? Colour(red: bytes[at], green: bytes[at], blue: bytes[at])
            : Colour(red: bytes[at], green: bytes[at + 1], blue: bytes[at + 2])
    }

    /// Copies `other` so that its top left pixel lands at (x, y); what falls outside is left out. Grey goes
    /// into RGB; RGB goes into grey by its red channel alone, so keep canvases RGB where any tile is.
    mutating func paste(_ other: Raster, x: Int, y: Int) {
        let columns = max(0, -x)..<max(max(0, -x), min(other.width, width - x))
        for row in max(0, -y)..<max(max(0, -y), min(other.height, height - y)) {
            for column in columns {
                let from = (row * other.width + column) * other.channels
                let to = ((y + row) * width + x + column) * channels
                for channel in 0..<channels {
                    bytes[to + channel] = other.bytes[from + (other.channels == 1 ? 0 : channel)]
                }
            }
        }
    }

    /// Every pixel as a block of `factor` × `factor`, or the picture itself where that would be too large.
    func enlarged(by factor: Int) -> Raster {
        guard factor > 1,
            let large = try? Raster(
                width: width * factor, height: height * factor, channels: channels, filledWith: 0)
        else { return self }
        var result = large
        var row: [UInt8] = []
        var to = 0
        for y in 0..<height {
            row.removeAll(keepingCapacity: true)
            for x in 0..<width {
                let from = (y * width + x) * channels
                for _ in 0..<factor { row.append(contentsOf: bytes[from..<from + channels]) }
            }
            for _ in 0..<factor {
                result.bytes.replaceSubrange(to..<to + row.count, with: row)
                to += row.count
            }
        }
        return result
    }

    /// The picture as a PNG file, one pixel a pixel; grey stays grey. Equal pictures give equal bytes.
    /// - Throws: `cannotCreate` when there is not memory enough.
    public func png() throws(VAEError) -> [UInt8] { try Canvas.png(of: self) }
}
