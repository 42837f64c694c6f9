/// A mixture of diagonal Gaussians in the plain form.
package struct ReferencePrior<T: ReferenceScalar> {
    /// (count), which sum to 1.
    package let weights: [T]
    /// (count, size), as are the log-variances.
    package let means, logVariances: [T]

    package init(weights: [T], means: [T], logVariances: [T]) {
        self.weights = weights
        self.means = means
        self.logVariances = logVariances
    }

    /// ln p(z) of one point.
    package func logDensity(_ z: [T]) -> T {
        let terms = weights.indices.map { component in
            var term = T.log(weights[component])
            for dimension in z.indices {
                let index = component * z.count + dimension
                let distance = z[dimension] - means[index]
                let spread = distance * distance * T.exp(-logVariances[index])
                term -= (spread + logVariances[index] + T(1.837_877_066_409_345_5)) / 2
            }
            return term
        }
        let largest = terms.reduce(terms[0], max)
        let sum: T = terms.reduce(T(0)) { $0 + T.exp($1 - largest) }
        return largest + T.log(sum)
    }
}
