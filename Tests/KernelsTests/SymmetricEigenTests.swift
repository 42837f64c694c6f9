import Kernels
import Testing

@Suite("Eigenvectors of symmetric matrices")
struct SymmetricEigenTests {
    /// ‖A − QΛQᵀ‖ and ‖QᵀQ − I‖, over n·‖A‖·ε and n·ε: LAPACK's own measure of a backward stable result, whose test
    /// programs ask for less than 30. Norms are Frobenius's, ε = 2⁻⁵².
    @Test(arguments: [1, 2, 3, 5, 10, 25, 26, 33, 60, 150])
    func decomposes(size: Int) throws {
        var random = SplitMix(state: UInt64(size))
        var matrix = [Double](repeating: 0, count: size * size)
        for row in 0..<size {
            for column in row..<size {
                // 48 bits a number, so that Double is used up.
                let value = Double(random.next() >> 16) * 0x1p-47 - 1
                matrix[row * size + column] = value
                matrix[column * size + row] = value
            }
        }
        let eigen = try SymmetricEigen(matrix, size: size)
        #expect(eigen.values.count == size && eigen.vectors.count == size)
        for (larger, smaller) in zip(eigen.values, eigen.values.dropFirst()) { #expect(larger >= smaller) }
        var (residual, norm, skew) = (0.0, 0.0, 0.0)
        for row in 0..<size {
            for column in 0..<size {
                var (product, dot) = (0.0, row == column ? -1.0 : 0)
                for index in 0..<size {
                    product += eigen.values[index] * eigen.vectors[index][row] * eigen.vectors[index][column]
                    dot += eigen.vectors[row][index] * eigen.vectors[column][index]
                }
                let element = matrix[row * size + column]
                residual += (element - product) * (element - product)
                norm += element * element
                skew += dot * dot
            }
        }
        let unit = Double(size) * 0x1p-52
        #expect(residual.squareRoot() / (norm.squareRoot() * unit) < 30)
        #expect(skew.squareRoot() / unit < 30)
    }

    /// Eigenvalues by hand: 2 and 4 of [[3, 1], [1, 3]], with (1, 1)/√2 for 4.
    @Test func theLargestComesFirst() throws {
        let eigen = try SymmetricEigen([3, 1, 1, 3], size: 2)
        #expect(abs(eigen.values[0] - 4) < 1e-15 * 8 && abs(eigen.values[1] - 2) < 1e-15 * 8)
        #expect(abs(eigen.vectors[0][0] - eigen.vectors[0][1]) < 1e-15 * 4)
        #expect(abs(eigen.vectors[1][0] + eigen.vectors[1][1]) < 1e-15 * 4)
        let diagonal = try SymmetricEigen([1, 0, 0, 0, 3, 0, 0, 0, -2], size: 3)
        #expect(diagonal.values == [3, 1, -2])
    }

    /// The upper triangle is the matrix; what is below is not read.
    @Test func theUpperTriangleIsRead() throws {
        let whole = try SymmetricEigen([3, 1, 1, 3], size: 2)
        let half = try SymmetricEigen([3, 1, -700, 3], size: 2)
        #expect(half.values == whole.values && half.vectors == whole.vectors)
    }

    @Test(arguments: [0, 1, 3])
    func notANumberIsRefused(position: Int) {
        var matrix = [3.0, 1, 1, 3]
        matrix[position] = .nan
        let error = #expect(throws: FactorizationError.self) { try SymmetricEigen(matrix, size: 2) }
        #expect(error == .notFinite(routine: "dsyevd", entry: position))
        #expect(error?.description == "dsyevd: entry \(position) is not a finite number")
    }
}
