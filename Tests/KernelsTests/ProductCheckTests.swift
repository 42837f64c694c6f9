import Testing

@testable import Kernels

/// The check of the kernels in use: it passes what is right and finds what kernels have been seen to do wrong.
@Suite struct ProductCheckTests {
    @Test func theKernelsInUsePass() { #expect(ProductCheck.passes()) }

    /// A mistake of single precision or of double, in a size, an order or an element alone.
    @Test(arguments: Mistake.allCases)
    func aMistakeIsFound(mistake: Mistake) {
        let isSingleFound = !ProductCheck.passes(single: { size, transposed, a, b, beta, result in
            ProductCheck.sgemm(size, transposed, a, b, beta, result)
            mistake.spoil(size, transposed, beta, result)
        })
        let isDoubleFound = !ProductCheck.passes(double: { size, transposed, a, b, beta, result in
            ProductCheck.dgemm(size, transposed, a, b, beta, result)
            mistake.spoil(size, transposed, beta, result)
        })
        #expect(isSingleFound && isDoubleFound)
    }

    enum Mistake: CaseIterable {
        case packed, small, deep, row, column, left, right, both, overwriting, adding, bits, unwritten

        func spoil<Scalar: BinaryFloatingPoint>(
            _ size: (m: Int, n: Int, k: Int), _ transposed: (a: Bool, b: Bool), _ beta: Scalar,
            _ result: UnsafeMutablePointer<Scalar>
        ) {
            let count = size.m * size.n
            let (work, isMatrix) = (count * size.k, size.m > 1 && size.n > 1)
            func slip(_ index: Int, where isWrong: Bool) { if isWrong { result[index] += 1 } }
            switch self {
            case .packed: slip(count - 1, where: work > 1_000_000)
            case .small: slip(0, where: isMatrix && work < 1_000_000)
            case .deep: slip(count / 2, where: size.k > 384)
            case .row: slip(0, where: size.m == 1 && size.n > 1)
            case .column: slip(count - 1, where: size.n == 1 && size.m > 1)
            case .left: slip(0, where: transposed == (true, false) && isMatrix)
            case .right: slip(0, where: transposed == (false, true) && isMatrix)
            case .both: slip(0, where: transposed == (true, true) && isMatrix)
            case .overwriting: slip(0, where: beta == 0 && work > 1_000_000)
            case .adding: slip(0, where: beta == 1 && work > 1_000_000)
            // Eight bits of a result that has more.
            case .bits:
                for index in 0..<count {
                    result[index] = Scalar(Float(bitPattern: Float(result[index]).bitPattern & 0xFFFF_0000))
                }
            case .unwritten: result[count - 1] = .nan
            }
        }
    }
}
