import Kernels

/// The distribution that z is drawn from to estimate ln p(x).
public enum ImportanceProposal: String, Sendable, Hashable, Codable, CaseIterable {
    /// q(z|x): that of Burda and others (2016), whose bound is the ELBO for one draw. Where q misses a mode of p(z|x) the estimate misses it, too, and
    /// neither the effective draws nor more of them tell.
    case posterior
    /// q(z|x), a wider Gaussian about the same mean, and the prior. No weight is then above five times p(x|z), and a mode that q misses is found where
    /// the prior's draws come upon it: within a few dimensions.
    case mixture
}

/// The parts of a mixture, and their shares in the draws.
struct MixtureProposal {
    static let (narrow, wide, prior) = (0.6, 0.2, 0.2)
    private static let logShares = [narrow, wide, prior].map(Elementary.log)

    /// What the wide part multiplies the posterior's standard deviations with: about two in one dimension, and so little more than 1 in many that its
    /// draws stay where the posterior's are.
    let widening: Double

    init(latentSize: Int) { widening = (1 + 3 / Double(latentSize).squareRoot()).squareRoot() }

    /// ln of the mixture's density from those of its parts.
    static func logDensity(_ narrow: Double, _ wide: Double, _ prior: Double) -> Double {
        let terms = [narrow + logShares[0], wide + logShares[1], prior + logShares[2]]
        let largest = terms.reduce(-.infinity, max)
        return largest + Elementary.log(terms.reduce(0) { $0 + Elementary.exp($1 - largest) })
    }
}
