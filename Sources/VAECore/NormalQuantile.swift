import Glibc

/// The point of the standard normal distribution below which a share `probability` lies.
///
/// By bisection of Φ(x) = ½ erfc(−x/√2) to the last bit: a handful of grid points is no place for a table of coefficients.
/// - Precondition: 0 < `probability` < 1.
package func normalQuantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a quantile at \(probability)")
    var (low, high) = (-40.0, 40.0)
    while true {
        let middle = (low + high) / 2
        if middle <= low || middle >= high { return middle }
        if 0.5 * erfc(-middle / 2.0.squareRoot()) < probability { low = middle } else { high = middle }
    }
}
