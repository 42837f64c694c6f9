import Glibc
import Kernels
import ReferenceKernels
import Testing

/// −ln p of some values of an image, against the definition in Double for these values alone.
@Suite("Likelihoods of some values")
struct ValuewiseLikelihoodTests {
    /// Every likelihood, with its own parameters for 12 values, the last of which is ln ν of Student's.
    private static let kinds: [(any ValuewiseLikelihood & ReferenceLikelihood, own: [Float])] = [
        (Bernoulli(), []), (Gaussian(), [-1.3]), (DiagonalGaussian(shape: [3]), [-1, 0.5, -20]),
        (DiagonalGaussian(shape: [2, 2, 3]), (0..<12).map { Float($0) - 8 }), (ContinuousBernoulli(), []),
        (Laplace(), [-0.7]), (StudentT(shape: [2, 2, 3]), (0..<12).map { Float($0) - 8 } + [0.6]),
        (LogisticMixture(), []),
    ]

    /// The parameters of one value as the reference takes them.
    private static func parameters(_ kind: Int, at place: Int) -> [[Double]] {
        let own = kinds[kind].own.map(Double.init)
        if kinds[kind].0 is StudentT { return [[own[place]], [own[12]]] }
        return own.isEmpty ? [] : [[own[place % own.count]]]
    }

    /// A few roundings in Double of sums of up to 12 terms; the reference has its e^−x and logarithms from the C library. That of a mixture
    /// takes the difference of two numbers near 1, which is 10⁻⁴ for the levels far out: four digits less.
    @Test(arguments: kinds.indices)
    func sumsAreThoseOfTheValues(kind: Int) throws {
        let (likelihood, own) = Self.kinds[kind]
        var random = SplitMix(state: 9)
        let each = likelihood.outputsPerValue
        let output = random.values(12 * each).map { (each > 1 ? 2 : 6) * $0 - (each > 1 ? 1 : 3) }
        let target = random.values(12)
        let (o, p) = (try Guarded(output), try Guarded(own))
        for places in [Array(0..<12), [0], [11], [1, 2, 7, 8], []] {
            let found = likelihood.loss(o.region, target: target, at: places, parameters: p.region)
            // One value at a time, each with the parameter that is its.
            let expected = places.reduce(0.0) { sum, place in
                return sum
                    + likelihood.referenceLoss(
                        output[place * each..<(place + 1) * each].map(Double.init),
                        targets: [Double(target[place])], parameters: Self.parameters(kind, at: place),
                        count: 1)[0]
            }
            let tolerance = likelihood is LogisticMixture ? 1e-9 : 1e-13
            #expect(
                abs(found - expected) <= tolerance * max(1, abs(expected)),
                "\(kind): \(places), \(found - expected)")
        }
        // Values that are not seen may be anything.
        var holes = target
        holes[4] = .nan
        let seen = Array(0..<4) + Array(5..<12)
        #expect(likelihood.loss(o.region, target: holes, at: seen, parameters: p.region).isFinite)
        // All of them are the loss that is trained with, within its single precision.
        let losses = try Guarded(untouched: 1)
        let x = try Guarded(target)
        likelihood.loss(
            o.region, targets: x.region, parameters: p.region, count: 1, losses: losses.region, gradient: nil)
        let all = likelihood.loss(o.region, target: target, at: Array(0..<12), parameters: p.region)
        #expect(abs(Double(losses.values[0]) - all) <= 1e-5 * max(1, abs(all)))
        #expect(areIntact([o, p, x, losses]))
    }
}
