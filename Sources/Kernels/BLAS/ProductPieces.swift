/// A product cut along its rows and columns so that OpenBLAS packs none of it.
///
/// With AVX-512 OpenBLAS has kernels that read their factors where they lie, for products of up to a million multiplications
/// (its function `sgemm_small_matrix_permit`; seen with 0.3.21). Others are copied into the order of the inner loop first, which for
/// the depths of convolutions takes longer than the loop's better order saves: pieces are 1.1 to 1.4 times as fast. The depth stays whole, so that
/// each value is the same sum.
struct ProductPieces: Equatable {
    /// Rows and columns of a piece, of the last ones at most so many.
    let rows: Int
    let columns: Int

    /// Multiplications that small products have at most.
    static let mostMultiplications = 1_000_000
    // Measured on a Xeon: fewer rows than 24 are slower than packing, and so are columns that fill less than four vectors.
    private static let fewestRows = 24
    private static let fewestColumns = 64
    private static let vector = 16

    /// - Parameters:
    ///   - m, n, k: rows, columns and depth
    ///   - areSmallKernelsUsable: whether OpenBLAS has such kernels, and for factors that lie this way
    init(_ m: Int, _ n: Int, _ k: Int, areSmallKernelsUsable: Bool) {
        if areSmallKernelsUsable, m * n * k > Self.mostMultiplications {
            var parts = 1
            while let columns = Self.columns(n, parts) {
                let rows = Self.mostMultiplications / (columns * k)
                if rows >= min(m, Self.fewestRows) {
                    self.init(rows: Self.even(m, rows), columns: columns)
                    return
                }
                parts += 1
            }
        }
        self.init(rows: m, columns: n)
    }

    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    /// Columns of one of so many parts, whole vectors where there is more than one; nil where they are too few.
    private static func columns(_ n: Int, _ parts: Int) -> Int? {
        guard parts > 1 else { return n }
        let columns = ((n + parts - 1) / parts + vector - 1) / vector * vector
        return columns >= fewestColumns && columns < n ? columns : nil
    }

    /// The most rows that all pieces can have alike.
    private static func even(_ m: Int, _ rows: Int) -> Int {
        let parts = (m + rows - 1) / rows
        return (m + parts - 1) / parts
    }
}
