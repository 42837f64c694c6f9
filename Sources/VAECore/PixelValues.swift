/// Numbers of one precision, as pixels are kept.
public enum PixelValues: Sendable, Equatable {
    /// 0 (black) to 255 (white): one byte a value, for what came as bytes.
    case bytes([UInt8])
    /// 0 (black) to 1 (white), or columns of a table in any range: for what bytes would round.
    case floats([Float])

    /// The number of values.
    public var count: Int {
        switch self {
        case .bytes(let values): values.count
        case .floats(let values): values.count
        }
    }
}
