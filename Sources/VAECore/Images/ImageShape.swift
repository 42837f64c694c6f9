/// Height, width and channels of an image, in pixels.
public struct ImageShape: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Rows of pixels.
    public let height: Int
    /// Columns of pixels.
    public let width: Int
    /// 1 for grey, 3 for RGB.
    public let channels: Int

    /// A shape of any sizes; what reads it checks them.
    /// - Parameter channels: 1 for grey, 3 for RGB
    public init(height: Int, width: Int, channels: Int = 1) {
        self.height = height
        self.width = width
        self.channels = channels
    }

    /// Values an image holds: height · width · channels.
    public var count: Int { height * width * channels }

    public var description: String { "\(height)×\(width)×\(channels)" }
}
