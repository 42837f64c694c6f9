import Glibc
import Kernels
import ReferenceKernels
import Testing

/// −ln p of some values of an image, against the definition in Double for these values alone.
@Suite("Likelihoods of some values")
struct ValuewiseLikelihoodTests {
    /// Every likelihood, with its own parameters for 12 values.
    private static let kinds: [(any ValuewiseLikelihood & ReferenceLikelihood, own: [Float])] = [
        (Bernoulli(), []), (Gaussian(), [-1.3]), (DiagonalGaussian(shape: [3]), [-1, 0.5, -20]),
        (DiagonalGaussian(shape: [2, 2, 3]), (0..<12).map { Float($0) - 8 }),
    ]

    /// A few roundings in Double of sums of up to 12 terms; the reference has its e^−x and logarithms from the C library.
    @Test(arguments: kinds.indices)
    func sumsAreThoseOfTheValues(kind: Int) throws {
        let (likelihood, own) = Self.kinds[kind]
        var random = SplitMix(state: 9)
        let output = random.values(12).map { 6 * $0 - 3 }
        let target = random.values(12)
        let (o, p) = (try Guarded(output), try Guarded(own))
        for places in [Array(0..<12), [0], [11], [1, 2, 7, 8], []] {
            let found = likelihood.loss(o.region, target: target, at: places, parameters: p.region)
            // One value at a time, each with the parameter that is its.
            let expected = places.reduce(0.0) { sum, place in
                let parameters = own.isEmpty ? [] : [[Double(own[place % own.count])]]
                return sum
                    + likelihood.referenceLoss(
                        [Double(output[place])], targets: [Double(target[place])], parameters: parameters,
                        count: 1)[0]
            }
            #expect(abs(found - expected) <= 1e-13 * max(1, abs(expected)), "\(kind): \(places)")
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
