import Foundation
import Kernels
import Testing

#if arch(x86_64)

    /// The engine's own elementary functions against the C library's in 80 bits, in units in the last place of Double.
    @Suite("Elementary functions")
    struct ElementaryTests {
        /// The largest distance from `exact` over `count` draws of the argument.
        private func worst(
            _ count: Int, _ seed: UInt64, _ argument: (inout SplitMix) -> Double, _ found: (Double) -> Double,
            _ exact: (Float80) -> Float80
        ) -> Double {
            var random = SplitMix(state: seed)
            var largest = 0.0
            for _ in 0..<count {
                let x = argument(&random)
                let (value, truth) = (found(x), exact(Float80(x)))
                let error = abs(Double(Float80(value) - truth)) / Double(truth).ulp
                // What is not a number stays.
                if !largest.isNaN, !(error <= largest) { largest = error }
            }
            return largest
        }

        /// Uniform on [-1, 1) with all the bits of a Double.
        private func signed(_ random: inout SplitMix) -> Double { Double(random.next() >> 11) * 0x1p-52 - 1 }

        @Test func exponential() {
            #expect(worst(200_000, 1, { signed(&$0) * 700 }, Elementary.exp, Foundation.exp) <= 1)
            // Up to the largest number that there is, and down to the smallest normal one.
            #expect(worst(50_000, 10, { 704.89 + signed(&$0) * 4.89 }, Elementary.exp, Foundation.exp) <= 1)
            #expect(worst(50_000, 11, { -704 + signed(&$0) * 4 }, Elementary.exp, Foundation.exp) <= 1)
            #expect(worst(200_000, 2, { signed(&$0) }, Elementary.exp, Foundation.exp) <= 1)
            #expect(Elementary.exp(0) == 1 && Elementary.exp(-.infinity) == 0 && Elementary.exp(-746) == 0)
            #expect(Elementary.exp(.infinity) == .infinity && Elementary.exp(710) == .infinity)
            #expect(Elementary.exp(709.78).isFinite && Elementary.exp(.nan).isNaN)
            // Below the normal numbers: within half a unit of what there is.
            #expect(abs(Elementary.exp(-740) - 85 * .leastNonzeroMagnitude) <= .leastNonzeroMagnitude)
        }

        @Test func exponentialMinusOne() {
            #expect(worst(200_000, 3, { signed(&$0) * 20 }, Elementary.expm1, Foundation.expm1) <= 3)
            #expect(worst(200_000, 4, { signed(&$0) * 1.5 }, Elementary.expm1, Foundation.expm1) <= 3)
            #expect(worst(10_000, 5, { signed(&$0) * 1e-9 }, Elementary.expm1, Foundation.expm1) <= 3)
            #expect(Elementary.expm1(0) == 0 && Elementary.expm1(-.infinity) == -1)
            #expect(Elementary.expm1(.nan).isNaN && Elementary.expm1(.infinity) == .infinity)
        }

        @Test func logarithm() {
            // The arguments of Box and Muller's method, every magnitude, and the neighbourhood of 1.
            let cells = { (random: inout SplitMix) in
                (Double(UInt32(truncatingIfNeeded: random.next())) + 0.5) * 0x1p-32
            }
            #expect(worst(200_000, 6, cells, Elementary.log, Foundation.log) <= 1)
            let anything = { (random: inout SplitMix) in Foundation.exp(700 * signed(&random)) }
            #expect(worst(200_000, 7, anything, Elementary.log, Foundation.log) <= 1)
            #expect(worst(200_000, 8, { 1 + 0.01 * signed(&$0) }, Elementary.log, Foundation.log) <= 1)
            #expect(Elementary.log(1) == 0 && Elementary.log(0) == -.infinity && Elementary.log(-1).isNaN)
            #expect(Elementary.log(.infinity) == .infinity && Elementary.log(.nan).isNaN)
            #expect(abs(Elementary.log(.leastNonzeroMagnitude) + 744.440_071_921_381_3) <= 1e-12)
        }

        @Test func sineAndCosine() {
            // 2π in 80 bits and the product round by 2⁻⁶³ of the angle: nothing beside a bound of 2⁻⁵².
            let turn = 2 * Float80.pi
            let turns = { (random: inout SplitMix) in
                Double(UInt32(truncatingIfNeeded: random.next())) * 0x1p-32
            }
            /// From the nearest quarter on, where one of the two crosses 0: an angle of 80 bits would lose its last digits.
            func exact(_ t: Float80) -> (sine: Float80, cosine: Float80) {
                let quarter = (4 * t).rounded()
                let angle = turn * (t - quarter / 4)
                let (sine, cosine) = (Foundation.sin(angle), Foundation.cos(angle))
                return [(sine, cosine), (cosine, -sine), (-sine, -cosine), (-cosine, sine)][Int(quarter) & 3]
            }
            let sine = worst(
                200_000, 9, turns, { Elementary.sineAndCosine(turns: $0).sine }, { exact($0).sine })
            let cosine = worst(
                200_000, 9, turns, { Elementary.sineAndCosine(turns: $0).cosine }, { exact($0).cosine })
            #expect(sine <= 2 && cosine <= 2)
            // Whole turns change nothing, in as far as their number leaves bits for the rest.
            let many = { (random: inout SplitMix) in
                Double(Int64(bitPattern: random.next()) >> 24) + Double(random.next() >> 52) * 0x1p-12
            }
            let far = worst(
                50_000, 12, many, { Elementary.sineAndCosine(turns: $0).sine }, { exact($0).sine })
            #expect(far <= 2)
            for (quarter, expected) in [
                (0, (0.0, 1.0)), (1, (1, 0)), (2, (0, -1)), (3, (-1, 0)), (-3, (1, 0)),
            ] {
                let found = Elementary.sineAndCosine(turns: 0.25 * Double(quarter))
                #expect(found.sine == expected.0 && found.cosine == expected.1)
            }
        }

        @Test func power() {
            for exponent in [0, 1, 2, 3, 7, 100, 469, 7035] {
                for base in [0.9, 0.999, 0.1, 1] {
                    let exact = Foundation.pow(Float80(base), Float80(exponent))
                    let found = Elementary.power(base, exponent)
                    let bound = Double(max(exponent, 1)) * Double(exact).ulp
                    #expect(abs(Double(Float80(found) - exact)) <= bound, "\(base)^\(exponent)")
                }
            }
            #expect(Elementary.power(0, 0) == 1)
        }
    }

#endif
