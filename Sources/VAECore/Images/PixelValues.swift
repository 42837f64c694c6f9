/// Numbers of one precision, as pixels are kept.
public enum PixelValues: Sendable, Equatable {
    /// 0 (black) to 255 (white): one byte a value, for what came as bytes.
    case bytes([UInt8])
    /// 0 (black) to 1 (white): for what bytes would round.
    case floats([Float])

    /// The number of values.
    public var count: Int {
        switch self {
        case .bytes(let values): values.count
        case .floats(let values): values.count
        }
    }

    /// Values from 0 to 1 as bytes where each is one of the 256 steps exactly, and as they are otherwise. O(n).
    public init(compacting values: [Float]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count)
        for value in values {
            // Not a number is no byte, and none can be made of it.
            let byte = value >= 0 && value <= 1 ? FloatImages.byte(value) : 0
            guard Float(byte) / 255 == value else {
                self = .floats(values)
                return
            }
            bytes.append(byte)
        }
        self = .bytes(bytes)
    }

    /// The values at `range`, in the same precision; all of them without a copy.
    package subscript(range: Range<Int>) -> PixelValues {
        guard range != 0..<count else { return self }
        return switch self {
        case .bytes(let values): .bytes(Array(values[range]))
        case .floats(let values): .floats(Array(values[range]))
        }
    }

    /// The values at several ranges, one after the other.
    package func joined(at ranges: [Range<Int>]) -> PixelValues {
        switch self {
        case .bytes(let values): .bytes(ranges.flatMap { values[$0] })
        case .floats(let values): .floats(ranges.flatMap { values[$0] })
        }
    }

    /// Whether all values are black or white. O(n).
    package var areBinary: Bool {
        switch self {
        case .bytes(let values): values.allSatisfy { $0 == 0 || $0 == 255 }
        case .floats(let values): values.allSatisfy { $0 == 0 || $0 == 1 }
        }
    }

    /// Values of several sets one after the other: bytes where all are bytes.
    package static func joined(_ parts: [PixelValues]) -> PixelValues {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.count })
        for part in parts {
            guard case .bytes(let values) = part else { return .floats(parts.flatMap(\.floats)) }
            bytes += values
        }
        return .bytes(bytes)
    }

    /// The values as floats, 0 to 1. O(n) for bytes.
    package var floats: [Float] {
        switch self {
        case .bytes(let values): values.map { Float($0) / 255 }
        case .floats(let values): values
        }
    }
}
