/// A mixture of diagonal Gaussians over z: p(z) = Σₖ πₖ N(z; μₖ, diag σₖ²).
///
/// What it is made of lies one after the other: (count, size) means, (count, size) log-variances, (count) logarithms of weights, which sum to
/// 1; behind them, for the kernels, (count, size) precisions and (count) logarithms of πₖ over the density's normalisation.
///
/// Source: Tomczak and Welling, "VAE with a VampPrior", 2018, section 2.
package struct MixturePrior: LatentPrior {
    package let count: Int
    package let size: Int

    /// - Parameters:
    ///   - count: components
    ///   - size: dimensions of z
    package init(count: Int, size: Int) {
        self.count = count
        self.size = size
    }

    package var componentCount: Int { 3 * count * size + 2 * count }
    package var gradientParts: Int { (count + Self.partSize - 1) / Self.partSize }
    package var means: Range<Int> { 0..<count * size }
    package var logVariances: Range<Int> { count * size..<2 * count * size }
    package var logWeights: Range<Int> { 2 * count * size..<2 * count * size + count }
    private var precisions: Range<Int> { logWeights.upperBound..<logWeights.upperBound + count * size }
    private var constants: Range<Int> { precisions.upperBound..<precisions.upperBound + count }

    /// ln πₖ = logitₖ − ln Σ e^logit.
    package func setWeights(logits: FloatRegion, _ components: FloatRegion) {
        precondition(logits.count == count && components.count == componentCount, "\(count) components")
        var (largest, sum) = (-Double.infinity, 0.0)
        for index in 0..<count { largest = max(largest, Double(logits.base[index])) }
        for index in 0..<count { sum += Elementary.exp(Double(logits.base[index]) - largest) }
        let normalisation = largest + Elementary.log(sum)
        let weights = components[logWeights]
        for index in 0..<count { weights.base[index] = Float(Double(logits.base[index]) - normalisation) }
    }

    /// ln πₖ = −ln count.
    package func setEqualWeights(_ components: FloatRegion) {
        components[logWeights].fill(with: Float(-Elementary.log(Double(count))))
    }

    /// Brings what is for the kernels alone up to date with means, log-variances and weights.
    package func prepare(_ components: FloatRegion) {
        precondition(components.count == componentCount, "\(count) components")
        let (variances, weights) = (components[logVariances], components[logWeights])
        let (precisions, constants) = (components[precisions], components[constants])
        for component in 0..<count {
            var sum = Double(size) * GaussianLatent.logTwoPi
            for index in component * size..<(component + 1) * size {
                let logVariance = Double(variances.base[index])
                sum += logVariance
                precisions.base[index] = Float(Elementary.exp(-logVariance))
            }
            constants.base[component] = Float(Double(weights.base[component]) - 0.5 * sum)
        }
    }

    package func logDensity(
        _ z: FloatRegion, components: FloatRegion, rows: Int, into densities: FloatRegion
    ) {
        check(z, components, rows)
        precondition(densities.count >= rows, "\(rows) rows")
        for row in 0..<rows {
            // The largest so far and the sum relative to it, in one pass.
            var (largest, sum) = (-Double.infinity, 0.0)
            for component in 0..<count {
                let term = logTerm(component, z, row, components)
                if term > largest || term.isNaN {
                    sum = sum * Elementary.exp(largest - term) + 1
                    largest = term
                } else {
                    sum += Elementary.exp(term - largest)
                }
            }
            densities.base[row] = Float(largest + Elementary.log(sum))
        }
    }

    /// −∂ ln p/∂z = Σ rₖ (z − μₖ)/σₖ², with the responsibilities rₖ of the components for z; by μₖ its negative, part by part, by ln σₖ²
    /// ½ rₖ (1 − (z − μₖ)²/σₖ²), and by ln πₖ −rₖ.
    package func addGradient(
        _ z: FloatRegion, components: FloatRegion, densities: FloatRegion, rows: Int, weights: FloatRegion?,
        scale: Float, part: Int? = nil, zGradient: FloatRegion?, gradient: FloatRegion?
    ) {
        check(z, components, rows)
        precondition(
            (zGradient?.count ?? z.count) == z.count
                && (gradient?.count ?? componentCount) == componentCount, "\(rows) rows")
        let some = part.map { $0 * Self.partSize..<min(($0 + 1) * Self.partSize, count) } ?? 0..<count
        let (centres, precisions) = (components[means], components[precisions])
        let (byMean, byVariance) = (gradient?[means], gradient?[logVariances])
        let byWeight = gradient?[logWeights]
        for row in 0..<rows {
            let factor = Double(scale) * Double(weights.map { $0[row] } ?? 1)
            for component in some {
                let share = Elementary.exp(
                    logTerm(component, z, row, components) - Double(densities.base[row]))
                // Far components have nothing to say, and most are far.
                guard !(share < 1e-12) else { continue }
                let weight = Float(factor * share)
                byWeight?.base[component] -= weight
                for dimension in 0..<size {
                    let index = component * size + dimension
                    let distance = z.base[row * size + dimension] - centres.base[index]
                    let slope = distance * precisions.base[index]
                    zGradient?.base[row * size + dimension] += weight * slope
                    byMean?.base[index] -= weight * slope
                    byVariance?.base[index] += weight * 0.5 * (1 - distance * slope)
                }
            }
        }
    }

    /// The gradient by the logits, from that by ln π: what one weight gains all others lose.
    package func addLogitGradient(_ gradient: FloatRegion, components: FloatRegion, into logits: FloatRegion)
    {
        let (byWeight, weights) = (gradient[logWeights], components[logWeights])
        var sum = 0.0
        for index in 0..<count { sum += Double(byWeight.base[index]) }
        for index in 0..<count {
            logits.base[index] += Float(
                Double(byWeight.base[index]) - sum * Elementary.exp(Double(weights.base[index])))
        }
    }

    /// ln πₖ N(z; μₖ, σₖ²) of a row.
    private func logTerm(_ component: Int, _ z: FloatRegion, _ row: Int, _ components: FloatRegion) -> Double
    {
        let start = component * size
        let (point, precision) = (z.base + row * size, components.base + precisions.lowerBound + start)
        let centre = components.base + start
        var sum = 0.0
        for dimension in 0..<size {
            let distance = Double(point[dimension]) - Double(centre[dimension])
            sum += distance * distance * Double(precision[dimension])
        }
        return Double(components.base[constants.lowerBound + component]) - 0.5 * sum
    }

    /// Components whose gradient one thread sums.
    private static let partSize = 8

    private func check(_ z: FloatRegion, _ components: FloatRegion, _ rows: Int) {
        precondition(
            z.count == rows * size && components.count == componentCount,
            "\(rows) rows of \(z.count) latents, \(count) components")
    }
}
