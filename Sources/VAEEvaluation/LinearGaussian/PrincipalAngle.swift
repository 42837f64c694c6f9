import Foundation
import Kernels
import VAECore

/// The largest principal angle between the spaces that the columns of two matrices span, in radians from 0 to π/2: 0 where they
/// are the same space.
///
/// Small angles are taken from their sines, the singular values of (I − Q₁Q₁ᵀ)Q₂, and large ones from their cosines, those of Q₁ᵀQ₂,
/// with Q₁ and Q₂ from QR factorisations. The cosine alone would lose all angles below 10⁻⁸.
///
/// Source: Björck and Golub, "Numerical methods for computing angles between linear subspaces", 1973; Knyazev and Argentati, "Principal
/// angles between subspaces in an A-based scalar product", 2002, algorithm 3.1.
///
/// - Parameters:
///   - first: (rows, columns) row by row, as is `second`
/// - Throws: `invalidData` when a number is not finite.
/// - Complexity: O(rows · columns²).
/// - Precondition: both hold `rows · columns` numbers, and `rows` ≥ `columns`.
package func largestPrincipalAngle(
    _ first: [Double], _ second: [Double], rows: Int, columns: Int
) throws(VAEError) -> Double {
    do throws(FactorizationError) {
        let (a, b) = (
            try QRFactor(first, rows: rows, columns: columns).orthonormal,
            try QRFactor(second, rows: rows, columns: columns).orthonormal
        )
        var products = [Double](repeating: 0, count: columns * columns)
        for row in 0..<rows {
            for i in 0..<columns {
                for j in 0..<columns {
                    products[i * columns + j] += a[row * columns + i] * b[row * columns + j]
                }
            }
        }
        // What of each column of Q₂ the first space does not have.
        var rest = b
        for row in 0..<rows {
            for i in 0..<columns {
                for j in 0..<columns {
                    rest[row * columns + j] -= a[row * columns + i] * products[i * columns + j]
                }
            }
        }
        let sine = try SingularValues(rest, rows: rows, columns: columns).values[0]
        let cosine = try SingularValues(products, rows: columns, columns: columns).values[columns - 1]
        return sine < 0.5.squareRoot() ? asin(sine) : acos(min(cosine, 1))
    } catch {
        throw VAEError(.invalidData, "matrix", "has no principal angles: \(error)")
    }
}
