import Testing
import VAE

/// Runs the code of `VAE.docc/MatrixProducts.md`: `ArticleTests` compares the two.
@Suite struct MatrixProductsTests {
    @Test func aProgramAsksWhatIsInUse() {
        let blas = BLAS.current
        if let coreType = blas.rightCoreType {
            print("\(blas.kernels) kernels; begin with OPENBLAS_CORETYPE=\(coreType)")
        }
        #expect(!blas.kernels.isEmpty && blas.configuration.contains("OpenBLAS"))
        // A name to begin with is given where there is something to gain.
        #expect(blas.rightCoreType == nil || blas.areKernelsOlderThanProcessor)
        #expect(BLAS.current == blas)
    }
}
