/// Scales pictures by the taps of a framing, rows first and then columns, without rounding.
///
/// Inner rows, which weigh the same, are added as integers, which is exact and fast; sums of floats have one fixed order.
struct Resampler {
    private let rows: [Tap]
    private let columns: [Tap]
    private let firstRow: Int
    private let firstColumn: Int
    /// Values of a row of the source, and those of it that are needed.
    private let rowCount: Int
    private let needed: Range<Int>
    private let channels: Int

    /// - Parameter channels: those of the source, any number of them.
    init(_ framing: Framing, channels: Int) {
        rows = framing.rows.taps
        columns = framing.columns.taps
        firstRow = framing.rows.range.lowerBound
        firstColumn = framing.columns.range.lowerBound
        rowCount = framing.columns.source * channels
        // Taps rise, and no axis is empty.
        let last = columns[columns.count - 1]
        needed = columns[0].first * channels..<(last.first + last.count) * channels
        self.channels = channels
    }

    /// Calls `body` for every row of the image that comes from the picture, with the row's number and the values of its pixels in
    /// the source's range.
    /// - Parameter samples: of a picture of the framing's source size.
    func forEachRow(of samples: Picture.Samples, _ body: (Int, UnsafeBufferPointer<Float>) -> Void) {
        switch samples {
        case .bytes(let values): forEachRow(of: values, sum: UInt16.self, body)
        case .words(let values): forEachRow(of: values, sum: UInt32.self, body)
        }
    }

    /// - Parameter sum: integers that hold the sum of many samples.
    private func forEachRow<Sample, Sum>(
        of values: [Sample], sum: Sum.Type, _ body: (Int, UnsafeBufferPointer<Float>) -> Void
    ) where Sample: Addend, Sum: Addend {
        let mostRows = Int(Sum.max / Sum(Sample.max))
        withUnsafeTemporaryAllocation(of: Float.self, capacity: needed.count) { high in
            withUnsafeTemporaryAllocation(of: Sum.self, capacity: needed.count) { sums in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: columns.count * channels) { wide in
                    values.withUnsafeBufferPointer { source in
                        for (index, tap) in rows.enumerated() {
                            func row(_ number: Int) -> UnsafeBufferPointer<Sample> {
                                let start = (tap.first + number) * rowCount
                                return UnsafeBufferPointer(
                                    rebasing: source[start + needed.lowerBound..<start + needed.upperBound])
                            }
                            RowArithmetic.set(high, to: row(0), times: tap.head)
                            var next = 1
                            if tap.count > 2 {
                                // Sums of bytes are whole in a Float up to 65,793 rows of 255.
                                while next < tap.count - 1 {
                                    let end = min(next + mostRows, tap.count - 1)
                                    RowArithmetic.set(sums, to: row(next))
                                    for number in next + 1..<end { RowArithmetic.add(row(number), to: sums) }
                                    RowArithmetic.add(UnsafeBufferPointer(sums), times: tap.inner, to: high)
                                    next = end
                                }
                            }
                            if tap.count > 1 {
                                RowArithmetic.add(row(tap.count - 1), times: tap.tail, to: high)
                            }
                            for channel in 0..<channels {
                                RowArithmetic.gather(
                                    UnsafeBufferPointer(high), columns, channel, of: channels,
                                    from: needed.lowerBound / channels, into: wide)
                            }
                            body(firstRow + index, UnsafeBufferPointer(wide))
                        }
                    }
                }
            }
        }
    }
}

/// Loops over the values of a row, which the compiler turns into vector instructions where values do not depend on one another.
private enum RowArithmetic {
    static func set<Value: Addend>(
        _ target: UnsafeMutableBufferPointer<Float>, to row: UnsafeBufferPointer<Value>, times weight: Float
    ) {
        for at in 0..<target.count { target[at] = row[at].float * weight }
    }

    static func set<Value: Addend, Sum: Addend>(
        _ target: UnsafeMutableBufferPointer<Sum>, to row: UnsafeBufferPointer<Value>
    ) {
        for at in 0..<target.count { target[at] = Sum(truncatingIfNeeded: row[at]) }
    }

    static func add<Value: Addend, Sum: Addend>(
        _ row: UnsafeBufferPointer<Value>, to target: UnsafeMutableBufferPointer<Sum>
    ) {
        for at in 0..<target.count { target[at] &+= Sum(truncatingIfNeeded: row[at]) }
    }

    static func add<Value: Addend>(
        _ row: UnsafeBufferPointer<Value>, times weight: Float, to target: UnsafeMutableBufferPointer<Float>
    ) {
        for at in 0..<target.count { target[at] += row[at].float * weight }
    }

    /// One channel of a row, by the taps of its columns.
    static func gather(
        _ row: UnsafeBufferPointer<Float>, _ taps: [Tap], _ channel: Int, of channels: Int, from first: Int,
        into target: UnsafeMutableBufferPointer<Float>
    ) {
        for (column, tap) in taps.enumerated() {
            var at = (tap.first - first) * channels + channel
            var value = row[at] * tap.head
            if tap.count > 1 {
                var inner: Float = 0
                for _ in 2..<max(2, tap.count) {
                    at += channels
                    inner += row[at]
                }
                value += inner * tap.inner
                value += row[at + channels] * tap.tail
            }
            target[column * channels + channel] = value
        }
    }
}

/// Unsigned integers whose conversion to Float is an instruction of the processor's, not a generic function.
private protocol Addend: FixedWidthInteger & UnsignedInteger {
    var float: Float { get }
}
extension UInt8: Addend {
    fileprivate var float: Float { Float(Int32(self)) }
}
extension UInt16: Addend {
    fileprivate var float: Float { Float(Int32(self)) }
}
extension UInt32: Addend {
    fileprivate var float: Float { Float(self) }
}
