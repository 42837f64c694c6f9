import Glibc
import Kernels
import Testing

/// The gamma function's logarithm and its derivatives.
@Suite("Gamma function")
struct GammaFunctionTests {
    /// SciPy 1.17: [(x, gammaln(x), digamma(x), polygamma(1, x)) for x in (0.5, 1, 2.75, 9.5, 50)].
    @Test(arguments: [
        (0.5, 0.5723649429247, -1.9635100260214235, 4.93480220054468),
        (1.0, 0.0, -0.5772156649015329, 1.6449340668482266),
        (2.75, 0.4752146669149372, 0.8189010249754325, 0.4375712576489307),
        (9.5, 11.689333420797269, 2.1977378764029494, 0.11099728846909902),
        (50.0, 144.56574394634487, 3.9019896734278925, 0.020201333226697128),
    ])
    func asSciPy(x: Double, logarithm: Double, digamma: Double, trigamma: Double) {
        #expect(abs(GammaFunction.logarithm(x) - logarithm) < 1e-14 * max(1, abs(logarithm)))
        #expect(abs(GammaFunction.digamma(x) - digamma) < 4e-15 * max(1, abs(digamma)))
        #expect(abs(GammaFunction.trigamma(x) - trigamma) < 4e-15 * max(1, trigamma))
    }

    /// glibc's logarithm over the whole range that degrees of freedom have, and the recurrences of the derivatives across the 10 where the
    /// series begins.
    @Test func everywhere() {
        for index in 1...4000 {
            let x = Double(index) / 40
            let expected: Double = lgamma(x)
            #expect(abs(GammaFunction.logarithm(x) - expected) < 1e-14 * max(1, abs(expected)), "\(x)")
            let (one, two) = (
                GammaFunction.digamma(x + 1) - GammaFunction.digamma(x),
                GammaFunction.trigamma(x) - GammaFunction.trigamma(x + 1)
            )
            #expect(abs(one * x - 1) < 1e-12 && abs(two * x * x - 1) < 1e-11, "\(x)")
        }
    }
}
