import CBLAS

/// A row-major matrix, or the transpose of one, over floats that something else owns.
package struct Matrix: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    package let rows: Int
    package let columns: Int
    fileprivate let isTransposed: Bool
    /// Floats from one stored row to the next.
    fileprivate let stride: Int

    /// - Parameter stride: floats from one row to the next; nil where rows lie end to end
    /// - Precondition: `region` holds at least `rows · columns` floats, or all rows at their stride.
    package init(_ region: FloatRegion, rows: Int, columns: Int, stride: Int? = nil) {
        let stride = stride ?? columns
        precondition(
            rows >= 0 && columns >= 0 && columns <= stride
                && (rows == 0 || (rows - 1) * stride + columns <= region.count),
            "a \(rows)×\(columns) matrix in \(region.count) floats")
        self.init(base: region.base, rows: rows, columns: columns, isTransposed: false, stride: stride)
    }

    private init(
        base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, isTransposed: Bool, stride: Int
    ) {
        self.base = base
        self.rows = rows
        self.columns = columns
        self.isTransposed = isTransposed
        self.stride = stride
    }

    /// The same floats read as the transpose; nothing is moved.
    package var transposed: Matrix {
        Matrix(base: base, rows: columns, columns: rows, isTransposed: !isTransposed, stride: stride)
    }

    /// Some of its rows and columns.
    fileprivate func part(_ rows: Range<Int>, _ columns: Range<Int>) -> Matrix {
        let (down, across) = isTransposed ? (1, stride) : (stride, 1)
        return Matrix(
            base: base + rows.lowerBound * down + columns.lowerBound * across, rows: rows.count,
            columns: columns.count, isTransposed: isTransposed, stride: stride)
    }

    fileprivate var leadingDimension: Int32 { Int32(stride) }
    fileprivate var order: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }

    /// Overwrites a matrix that is no transpose with zeros.
    fileprivate func clear() {
        if stride == columns { return base.update(repeating: 0, count: rows * columns) }
        for row in 0..<rows { (base + row * stride).update(repeating: 0, count: columns) }
    }
}

/// Copies the transpose of a matrix, rows end to end.
func transpose(_ matrix: Matrix, into region: FloatRegion) {
    precondition(!matrix.isTransposed && region.count == matrix.rows * matrix.columns)
    cblas_somatcopy(
        CblasRowMajor, CblasTrans, Int32(matrix.rows), Int32(matrix.columns), 1, matrix.base,
        matrix.leadingDimension, region.base, Int32(matrix.rows))
}

/// `result = a · b`, or `result += a · b` when `accumulating`; single precision, 2·M·N·K operations.
///
/// Its rounding depends on the shapes and on OpenBLAS's kernels, not on threads.
/// - Precondition: the shapes agree.
package func multiply(_ a: Matrix, _ b: Matrix, into result: Matrix, accumulating: Bool = false) {
    // Cᵀ = A·B is C = Bᵀ·Aᵀ.
    if result.isTransposed {
        return multiply(b.transposed, a.transposed, into: result.transposed, accumulating: accumulating)
    }
    let pieces = ProductPieces(
        result.rows, result.columns, a.columns,
        areSmallKernelsUsable: OpenBLAS.hasSmallKernels(isLeftTransposed: a.isTransposed, b.isTransposed))
    multiply(a, b, into: result, accumulating: accumulating, in: pieces)
}

/// The same, cut into pieces.
func multiply(_ a: Matrix, _ b: Matrix, into result: Matrix, accumulating: Bool, in pieces: ProductPieces) {
    let (m, n, k) = (a.rows, b.columns, a.columns)
    precondition(
        b.rows == k && result.rows == m && result.columns == n && !result.isTransposed,
        "\(m)×\(k) times \(b.rows)×\(n) into \(result.rows)×\(result.columns)")
    guard m > 0, n > 0 else { return }
    guard k > 0 else {
        // The empty sum. BLAS refuses a leading dimension of 0.
        if !accumulating { result.clear() }
        return
    }
    for row in stride(from: 0, to: m, by: pieces.rows) {
        let rows = row..<min(row + pieces.rows, m)
        for column in stride(from: 0, to: n, by: pieces.columns) {
            let columns = column..<min(column + pieces.columns, n)
            multiplyPiece(
                a.part(rows, 0..<k), b.part(0..<k, columns), into: result.part(rows, columns),
                accumulating: accumulating)
        }
    }
}

/// The only call of `sgemm` in the engine.
private func multiplyPiece(_ a: Matrix, _ b: Matrix, into result: Matrix, accumulating: Bool) {
    let (m, n, k) = (a.rows, b.columns, a.columns)
    OpenBLAS.prepare()
    // Told to overwrite, packed products lay zeros of their own and add to them, at a few bytes a cycle: dearer than all the
    // rest of a product of little depth. Products that pack nothing overwrite as they should.
    let isSmall =
        m * n * k <= ProductPieces.mostMultiplications
        && OpenBLAS.hasSmallKernels(isLeftTransposed: a.isTransposed, b.isTransposed)
    let adds = accumulating || !isSmall
    if adds, !accumulating { result.clear() }
    cblas_sgemm(
        CblasRowMajor, a.order, b.order, Int32(m), Int32(n), Int32(k), 1, a.base, a.leadingDimension,
        b.base, b.leadingDimension, adds ? 1 : 0, result.base, result.leadingDimension)
}
