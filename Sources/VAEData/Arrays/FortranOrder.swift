extension NumericArray.Values {
    /// The values of an array of `shape` with its first dimension innermost, with its last one innermost.
    func transposed(_ shape: [Int]) -> NumericArray.Values {
        switch self {
        case .bools(let values): .bools(Self.transposed(values, shape))
        case .int8(let values): .int8(Self.transposed(values, shape))
        case .int16(let values): .int16(Self.transposed(values, shape))
        case .int32(let values): .int32(Self.transposed(values, shape))
        case .int64(let values): .int64(Self.transposed(values, shape))
        case .bytes(let values): .bytes(Self.transposed(values, shape))
        case .uint16(let values): .uint16(Self.transposed(values, shape))
        case .uint32(let values): .uint32(Self.transposed(values, shape))
        case .uint64(let values): .uint64(Self.transposed(values, shape))
        case .halves(let values): .halves(Self.transposed(values, shape))
        case .floats(let values): .floats(Self.transposed(values, shape))
        case .doubles(let values): .doubles(Self.transposed(values, shape))
        }
    }

    private static func transposed<Value>(_ values: [Value], _ shape: [Int]) -> [Value] {
        guard !values.isEmpty else { return values }
        var steps: [Int] = []
        var step = 1
        for size in shape {
            steps.append(step)
            step *= size
        }
        var result: [Value] = []
        result.reserveCapacity(values.count)
        var index = [Int](repeating: 0, count: shape.count)
        var from = 0
        while true {
            result.append(values[from])
            var axis = shape.count - 1
            // Counts up, the last dimension first.
            while axis >= 0 {
                index[axis] += 1
                from += steps[axis]
                guard index[axis] == shape[axis] else { break }
                from -= steps[axis] * shape[axis]
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return result }
        }
    }
}
