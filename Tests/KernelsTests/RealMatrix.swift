/// A small matrix in Double, for checking factorisations by multiplying them out.
struct RealMatrix {
    let rows: Int
    let columns: Int
    /// Row by row.
    var values: [Double]

    init(_ rows: Int, _ columns: Int, _ values: [Double]) {
        precondition(values.count == rows * columns)
        (self.rows, self.columns, self.values) = (rows, columns, values)
    }

    /// Entries uniform on [−1, 1), 48 bits each, so that Double is used up.
    init(random rows: Int, _ columns: Int, _ generator: inout SplitMix) {
        self.init(
            rows, columns,
            (0..<rows * columns).map { _ in Double(generator.next() >> 16) * 0x1p-47 - 1 })
    }

    static func identity(_ size: Int) -> RealMatrix {
        var result = RealMatrix(size, size, [Double](repeating: 0, count: size * size))
        for index in 0..<size { result.values[index * size + index] = 1 }
        return result
    }

    var transposed: RealMatrix {
        RealMatrix(
            columns, rows,
            (0..<columns).flatMap { column in (0..<rows).map { values[$0 * columns + column] } })
    }

    /// Frobenius's norm, without overflow for the sizes of entries that the tests use.
    var norm: Double {
        let largest = values.reduce(0) { max($0, abs($1)) }
        guard largest > 0 else { return 0 }
        return largest * values.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
    }

    /// Each row times its own factor.
    func scaled(rows factors: [Double]) -> RealMatrix {
        var result = self
        for index in values.indices { result.values[index] *= factors[index / columns] }
        return result
    }

    static func * (a: RealMatrix, b: RealMatrix) -> RealMatrix {
        precondition(a.columns == b.rows)
        var result = [Double](repeating: 0, count: a.rows * b.columns)
        a.values.withUnsafeBufferPointer { left in
            b.values.withUnsafeBufferPointer { right in
                result.withUnsafeMutableBufferPointer { result in
                    for row in 0..<a.rows {
                        for inner in 0..<a.columns {
                            let factor = left[row &* a.columns &+ inner]
                            for column in 0..<b.columns {
                                result[row &* b.columns &+ column] +=
                                    factor * right[inner &* b.columns &+ column]
                            }
                        }
                    }
                }
            }
        }
        return RealMatrix(a.rows, b.columns, result)
    }

    static func - (a: RealMatrix, b: RealMatrix) -> RealMatrix {
        RealMatrix(a.rows, a.columns, zip(a.values, b.values).map { $0 - $1 })
    }
}
