/// The gamma function's logarithm and its first two derivatives in Double, for x > 0 and with the same bits on every processor.
///
/// From x = 10 on Stirling's series with Bernoulli's numbers, whose next term is below 10⁻¹⁶; smaller arguments are raised by
/// Γ(x + 1) = x Γ(x) (Abramowitz and Stegun, 6.1.40, 6.3.18 and 6.4.11).
package enum GammaFunction {
    /// ln Γ(x), within 10⁻¹⁴ of the larger of 1 and itself.
    package static func logarithm(_ x: Double) -> Double {
        var (y, product) = (x, 1.0)
        while y < 10 {
            product *= y
            y += 1
        }
        let q = 1 / (y * y)
        var tail = 1.0 / 156
        tail = tail * q - 691.0 / 360_360
        tail = tail * q + 1.0 / 1188
        tail = tail * q - 1.0 / 1680
        tail = tail * q + 1.0 / 1260
        tail = tail * q - 1.0 / 360
        tail = tail * q + 1.0 / 12
        let halfLogTwoPi = 0.918_938_533_204_672_7
        return (y - 0.5) * Elementary.log(y) - y + halfLogTwoPi + tail / y - Elementary.log(product)
    }

    /// ψ(x) = d ln Γ(x)/dx.
    package static func digamma(_ x: Double) -> Double {
        var (y, sum) = (x, 0.0)
        while y < 10 {
            sum -= 1 / y
            y += 1
        }
        let q = 1 / (y * y)
        var tail = 1.0 / 12
        tail = tail * q - 691.0 / 32_760
        tail = tail * q + 1.0 / 132
        tail = tail * q - 1.0 / 240
        tail = tail * q + 1.0 / 252
        tail = tail * q - 1.0 / 120
        tail = tail * q + 1.0 / 12
        return sum + Elementary.log(y) - 0.5 / y - tail * q
    }

    /// ψ′(x).
    package static func trigamma(_ x: Double) -> Double {
        var (y, sum) = (x, 0.0)
        while y < 10 {
            sum += 1 / (y * y)
            y += 1
        }
        let q = 1 / (y * y)
        var tail = 7.0 / 6
        tail = tail * q - 691.0 / 2730
        tail = tail * q + 5.0 / 66
        tail = tail * q - 1.0 / 30
        tail = tail * q + 1.0 / 42
        tail = tail * q - 1.0 / 30
        tail = tail * q + 1.0 / 6
        return sum + 1 / y + 0.5 * q + tail * q / y
    }
}
