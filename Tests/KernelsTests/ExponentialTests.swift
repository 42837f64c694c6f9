import Glibc
import Testing

@testable import Kernels

/// The eight-lane functions against glibc's in Double, over a dense sweep of all floats they are for.
@Suite("Exponential, logarithm and hyperbolic tangent")
struct ExponentialTests {
    /// Every 499th float from 0 to the end of the range, denormals included: 2.2 million of each.
    @Test func theExponentialIsWithinTwoUnits() {
        let error = largestError(upTo: 87.3, exponential(ofMinus:)) { exp(-$0) }
        #expect(error <= 2)
    }

    @Test func theLogarithmIsWithinTwoUnits() {
        let error = largestError(upTo: 1, logarithm(ofOnePlus:), log1p)
        #expect(error <= 2)
    }

    /// Every 997th positive normal float: 2.1 million.
    @Test func theLogarithmOfAnyIsWithinTwoUnits() {
        var (largest, bits) = (0.0, Float.leastNormalMagnitude.bitPattern)
        while bits < Float.infinity.bitPattern {
            let x = SIMD8<Float>(repeating: Float(bitPattern: bits))
            let expected = log(Double(x[0]))
            let error = abs(Double(logarithm(x)[0]) - expected) / Double(Float(expected).ulp)
            largest = error.isFinite ? max(largest, error) : .infinity
            bits += 997
        }
        #expect(largest <= 2)
        #expect(logarithm(SIMD8(repeating: 1))[0] == 0)
    }

    /// To where it is 1, and with it at the negatives.
    @Test func theTangentIsWithinThreeUnits() {
        let error = largestError(upTo: 12, hyperbolicTangent) { tanh($0) }
        #expect(error <= 3)
        for x: Float in [0, .leastNonzeroMagnitude, 1e-30, 0.1, 0.624_999_9, 0.625, 3, 9, 100, .infinity] {
            let (above, below) = (
                hyperbolicTangent(SIMD8(repeating: x)), hyperbolicTangent(SIMD8(repeating: -x))
            )
            #expect((0..<8).allSatisfy { below[$0] == -above[$0] })
            #expect(above[0] <= 1 && (x < 10 || above[0] == 1))
        }
        #expect(hyperbolicTangent(SIMD8(repeating: .nan))[0].isNaN)
    }

    @Test func endsOfTheRange() {
        let x = SIMD8<Float>(0, 87.3, Float(87.3).nextUp, 88, 1000, .infinity, .nan, -0.0)
        let y = exponential(ofMinus: x)
        #expect(y[0] == 1 && y[7] == 1)
        // The last normal number, then 0 at once: no denormal results, which are slow on some processors.
        #expect(y[1] > 0 && y[1].isNormal)
        #expect(y[2] == 0 && y[3] == 0 && y[4] == 0 && y[5] == 0)
        #expect(y[6].isNaN)
        let l = logarithm(ofOnePlus: SIMD8<Float>(0, 1, .leastNonzeroMagnitude, .nan, 0, 0, 0, 0))
        #expect(l[0] == 0 && l[1] == log(2 as Float) && l[2] <= 2 * .leastNonzeroMagnitude && l[3].isNaN)
    }

    @Test func magnitudesAndPositiveParts() {
        let x = SIMD8<Float>(-1.5, 1.5, -0.0, 0, -.infinity, .infinity, .nan, -.leastNonzeroMagnitude)
        let (m, p) = (magnitude(x), positivePart(x))
        for lane in 0..<8 where lane != 6 {
            #expect(m[lane] == abs(x[lane]) && p[lane] == max(x[lane], 0))
        }
        #expect(m[6].isNaN && p[6].isNaN)
    }

    /// The largest error over a sweep from 0 to `limit`, in units in the last place of the true value.
    private func largestError(
        upTo limit: Float, _ function: (SIMD8<Float>) -> SIMD8<Float>, _ exact: (Double) -> Double
    ) -> Double {
        var (largest, bits) = (0.0, 0 as UInt32)
        let stride: UInt32 = 499
        while bits <= limit.bitPattern {
            var x = SIMD8<Float>()
            for lane in 0..<8 {
                x[lane] = min(Float(bitPattern: bits &+ UInt32(lane) &* stride), limit)
            }
            let y = function(x)
            for lane in 0..<8 {
                let expected = exact(Double(x[lane]))
                let error = abs(Double(y[lane]) - expected) / Double(Float(expected).ulp)
                largest = error.isFinite ? max(largest, error) : .infinity
            }
            bits += 8 * stride
        }
        return largest
    }
}
