/// Draws of q(z|x), several of each image, and what is known of them: what bounds on ln p(x) are made of that no closed form gives.
///
/// Rows are ordered by draw, then by image: row d · spacing + i is draw d of image i.
package struct SampledLatents: Sendable {
    package let count: Int
    package let draws: Int
    /// Rows from one draw of an image to the next: `count`, or more where these are some of the images whose rows lie together.
    package let spacing: Int
    /// (count, size): the heads.
    package let mean, logVariance: FloatRegion
    /// (rows, size), to the last draw of the last image: ε, and z = μ + σ·ε.
    package let noise, z: FloatRegion

    package init(
        count: Int, draws: Int, spacing: Int? = nil, mean: FloatRegion, logVariance: FloatRegion,
        noise: FloatRegion, z: FloatRegion
    ) {
        let spacing = spacing ?? count
        let (rows, size) = ((draws - 1) * spacing + count, mean.count / max(count, 1))
        precondition(
            mean.count == logVariance.count && noise.count == rows * size && z.count == noise.count
                && mean.count == count * size && spacing >= count,
            "\(draws) draws of \(count) images, \(mean.count) means and \(z.count) latents")
        self.count = count
        self.draws = draws
        self.spacing = spacing
        self.mean = mean
        self.logVariance = logVariance
        self.noise = noise
        self.z = z
    }

    /// From the first draw of the first image to the last of the last.
    package var rows: Int { (draws - 1) * spacing + count }
    private var size: Int { mean.count / max(count, 1) }

    /// The importance-weighted bound −ln (1/k Σ w) over the k draws of each image, with w = p(x|z) p(z) / q(z|x), and the weights' shares.
    ///
    /// For k = 1 it is the evidence lower bound by one draw, and it rises towards ln p(x) with k. Computed in Double, relative to the largest
    /// weight, so that none overflows.
    ///
    /// Source: Burda, Grosse and Salakhutdinov, "Importance Weighted Autoencoders", 2016, equation 8.
    ///
    /// - Parameters:
    ///   - reconstruction: −ln p(x|z) of each row; afterwards, in the first `count`, its mean over the draws of each image by their shares
    ///   - logPrior: ln p(z) of each row
    ///   - penalties: receives the bound less that mean, of each image, in nats
    ///   - shares: receives w / Σ w of each row, over the draws of its image
    package func weigh(
        reconstruction: FloatRegion, logPrior: FloatRegion, penalties: FloatRegion, shares: FloatRegion
    ) {
        precondition(
            reconstruction.count >= rows && logPrior.count >= rows && shares.count >= rows
                && penalties.count >= count, "\(rows) rows")
        for image in 0..<count {
            func logWeight(_ draw: Int) -> Double {
                let row = draw * spacing + image
                return Double(logPrior.base[row]) - Double(reconstruction.base[row])
                    - logPosterior(draw, image)
            }
            var largest = -Double.infinity
            for draw in 0..<draws {
                let weight = logWeight(draw)
                // What is no number stays none, for the training to end with.
                if weight > largest || weight.isNaN { largest = weight }
            }
            var (sum, mean) = (0.0, 0.0)
            for draw in 0..<draws { sum += Elementary.exp(logWeight(draw) - largest) }
            for draw in 0..<draws {
                let (row, share) = (
                    draw * spacing + image, Elementary.exp(logWeight(draw) - largest) / sum
                )
                mean += share * Double(reconstruction.base[row])
                shares.base[row] = Float(share)
            }
            penalties.base[image] = Float(-(largest + Elementary.log(sum / Double(draws))) - mean)
            reconstruction.base[image] = Float(mean)
        }
    }

    /// KL(q(z|x) ‖ p(z)) of each image, in nats: the entropy of q in closed form, ln p by the mean over the draws.
    ///
    /// - Parameter logPrior: ln p(z) of each row
    package func divergence(logPrior: FloatRegion, into klDivergences: FloatRegion) {
        precondition(logPrior.count >= rows && klDivergences.count >= count, "\(rows) rows")
        for image in 0..<count {
            var entropy = 0.0
            for index in image * size..<(image + 1) * size {
                entropy += 0.5 * (1 + GaussianLatent.logTwoPi + Double(logVariance.base[index]))
            }
            var sum = 0.0
            for draw in 0..<draws { sum += Double(logPrior.base[draw * spacing + image]) }
            klDivergences.base[image] = Float(-sum / Double(draws) - entropy)
        }
    }

    /// The way back from the draws to the heads, along z = μ + σ·ε, of Σ share · (−ln p(x|z) − ln p(z) + ln q(z|x)).
    ///
    /// The plain gradient follows ln q along the draw, too, where it is −½ log σ² and a constant. The doubly reparameterised one does without the
    /// score of q: what goes to the encoder has the shares squared, and ln q's slope by z alone. Both have the same mean; the noise of the first
    /// drowns it as draws get more (Rainforth et al. 2018), that of the second does not.
    ///
    /// Source: Tucker, Lawson, Gu and Maddison, "Doubly Reparameterized Gradient Estimators for Monte Carlo Objectives", 2018, equation 8.
    ///
    /// - Parameters:
    ///   - zGradient: (rows, size), of share · (−ln p(x|z) − ln p(z)), already times `scale`
    ///   - shares: of each row; nil for one draw that counts whole
    ///   - scale: the factor of ln q in the loss
    package func backward(
        zGradient: FloatRegion, shares: FloatRegion?, scale: Float, isDoublyReparameterised: Bool,
        meanGradient: FloatRegion, logVarianceGradient: FloatRegion
    ) {
        precondition(
            zGradient.count == z.count && meanGradient.count == mean.count
                && logVarianceGradient.count == mean.count, "\(z.count) latents")
        for index in 0..<mean.count {
            let deviation = Elementary.exp(0.5 * Double(logVariance.base[index]))
            let image = index / size
            var (first, second) = (0.0, 0.0)
            for draw in 0..<draws {
                let place = draw * spacing * size + index
                let epsilon = Double(noise.base[place])
                var slope = Double(zGradient.base[place])
                if isDoublyReparameterised {
                    let share = Double(shares?.base[draw * spacing + image] ?? 1)
                    slope = share * (slope - Double(scale) * share * epsilon / deviation)
                }
                first += slope
                second += slope * deviation * epsilon
            }
            meanGradient.base[index] = Float(first)
            logVarianceGradient.base[index] =
                Float(0.5 * (second - (isDoublyReparameterised ? 0 : Double(scale))))
        }
    }

    /// ln q(z|x) of one draw.
    private func logPosterior(_ draw: Int, _ image: Int) -> Double {
        var sum = 0.0
        for index in image * size..<(image + 1) * size {
            let epsilon = Double(noise.base[draw * spacing * size + index])
            sum += epsilon * epsilon + Double(logVariance.base[index])
        }
        return -0.5 * (sum + Double(size) * GaussianLatent.logTwoPi)
    }
}

extension FloatRegion {
    /// Multiplies each row by its factor.
    /// - Parameter rows: how many there are, of one length
    package func scaleRows(_ rows: Int, by factors: FloatRegion) {
        let length = count / max(rows, 1)
        for row in 0..<rows { self[row * length..<(row + 1) * length].scale(by: factors[row]) }
    }
}

extension GaussianLatent {
    /// ln 2π.
    package static let logTwoPi = 1.837_877_066_409_345_5
}
