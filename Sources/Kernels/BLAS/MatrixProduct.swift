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

    fileprivate var leadingDimension: Int32 { Int32(stride) }
    fileprivate var order: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }

    /// Overwrites a matrix that is no transpose with zeros.
    fileprivate func clear() {
        if stride == columns { return base.update(repeating: 0, count: rows * columns) }
        for row in 0..<rows { (base + row * stride).update(repeating: 0, count: columns) }
    }
}

/// `result = a · b`, or `result += a · b` when `accumulating`; single precision, 2·M·N·K operations.
///
/// The only call of `sgemm` in the engine. Its rounding depends on the shapes alone, not on threads.
/// - Precondition: the shapes agree.
package func multiply(_ a: Matrix, _ b: Matrix, into result: Matrix, accumulating: Bool = false) {
    // Cᵀ = A·B is C = Bᵀ·Aᵀ.
    if result.isTransposed {
        return multiply(b.transposed, a.transposed, into: result.transposed, accumulating: accumulating)
    }
    let (m, n, k) = (a.rows, b.columns, a.columns)
    precondition(
        b.rows == k && result.rows == m && result.columns == n,
        "\(m)×\(k) times \(b.rows)×\(n) into \(result.rows)×\(result.columns)")
    guard m > 0, n > 0 else { return }
    guard k > 0 else {
        // The empty sum. BLAS refuses a leading dimension of 0.
        if !accumulating { result.clear() }
        return
    }
    OpenBLAS.prepare()
    // Told to overwrite, packed products lay zeros of their own and add to them, at a few bytes a cycle: dearer than all the
    // rest of a product of little depth. Products that pack nothing overwrite as they should.
    let adds = accumulating || OpenBLAS.packs(m * n * k)
    if adds, !accumulating { result.clear() }
    cblas_sgemm(
        CblasRowMajor, a.order, b.order, Int32(m), Int32(n), Int32(k), 1, a.base, a.leadingDimension,
        b.base, b.leadingDimension, adds ? 1 : 0, result.base, result.leadingDimension)
}
