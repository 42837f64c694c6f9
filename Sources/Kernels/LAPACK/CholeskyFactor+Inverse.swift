import CLAPACKE

extension CholeskyFactor {
    /// L⁻¹, (size, size) row by row; zero above the diagonal (LAPACK `dtrtri`). O(size³ / 3).
    package var inverseLower: [Double] {
        var work = lower
        let info = LAPACKE_dtrtri(
            LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "L")), CChar(UInt8(ascii: "N")), Int32(size), &work,
            Int32(size))
        // The diagonal of a factor that exists is positive.
        return info == 0 ? work : [Double](repeating: .nan, count: work.count)
    }
}
