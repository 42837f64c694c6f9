/// A codebook as running means: each code moves toward the mean of the vectors that it is the nearest of.
///
/// With n_k vectors z_e nearest to code k in a batch, and K codes in all,
///
///     N_k ← γ N_k + (1 − γ) n_k,    m_k ← γ m_k + (1 − γ) Σ z_e,    e_k = m_k / N̂_k,
///
/// where N̂_k = n (N_k + ε) / (n + Kε) with n = Σ N_k and ε = 10⁻⁵ keeps a code that is never used from a division by 0.
///
/// Source: van den Oord, Vinyals and Kavukcuoglu, "Neural Discrete Representation Learning", 2017, appendix A.1; the smoothing as in its authors'
/// `VectorQuantizerEMA` of Sonnet.
package struct RunningCodes: Sendable {
    package let size: Int
    package let dimension: Int
    /// γ.
    package let decay: Double
    /// ε of the smoothing.
    package static let epsilon = 1e-5

    package init(size: Int, dimension: Int, decay: Double) {
        self.size = size
        self.dimension = dimension
        self.decay = decay
    }

    /// Where a training begins: m_k = N_k e_k.
    package func begin(codes: FloatRegion, counts: FloatRegion, sums: FloatRegion) {
        check(codes, counts, sums)
        for code in 0..<size {
            for index in code * dimension..<(code + 1) * dimension {
                sums.base[index] = counts.base[code] * codes.base[index]
            }
        }
    }

    /// One step with the sums and the numbers of a batch's vectors.
    /// - Parameters:
    ///   - codes: e, (K, D)
    ///   - counts: N, (K)
    ///   - sums: m, (K, D)
    ///   - batchSums: Σ z_e, (K, D)
    ///   - batchCounts: n, (K)
    package func update(
        codes: FloatRegion, counts: FloatRegion, sums: FloatRegion, batchSums: FloatRegion,
        batchCounts: FloatRegion
    ) {
        check(codes, counts, sums)
        check(batchSums, batchCounts, batchSums)
        for code in 0..<size {
            counts.base[code] = running(counts.base[code], batchCounts.base[code])
        }
        let total = self.total(counts)
        let scale = total / (total + Double(size) * Self.epsilon)
        for code in 0..<size {
            let number = (Double(counts.base[code]) + Self.epsilon) * scale
            for index in code * dimension..<(code + 1) * dimension {
                sums.base[index] = running(sums.base[index], batchSums.base[index])
                codes.base[index] = Float(Double(sums.base[index]) / number)
            }
        }
    }

    /// Sets codes that are hardly used to vectors of the batch, drawn at random: those whose N_k is less than a share of the mean of all.
    ///
    /// Such a code begins again with the mean number, N_k = n / K, so that it has time to find vectors of its own.
    ///
    /// Source: Dhariwal et al., "Jukebox: A Generative Model for Music", 2020, section 3.1, where the limit is a number and not a share.
    /// - Parameters:
    ///   - share: of the mean of N; 1 and more with `all`
    ///   - all: restarts every code, as after the first step, which has codes that no vector was asked about
    ///   - vectors: z_e of the batch, (rows, D)
    ///   - stream: draws a row for each code, in their order
    /// - Returns: how many were restarted
    @discardableResult
    package func restart(
        codes: FloatRegion, counts: FloatRegion, sums: FloatRegion, below share: Double, all: Bool,
        from vectors: FloatRegion, rows: Int, _ stream: inout RandomStream
    ) -> Int {
        check(codes, counts, sums)
        precondition(rows > 0 && vectors.count >= rows * dimension, "\(rows) vectors")
        let mean = total(counts) / Double(size)
        var restarted = 0
        for code in 0..<size where all || Double(counts.base[code]) < share * mean {
            let row = Int(stream.index(below: UInt32(rows)))
            counts.base[code] = Float(mean)
            for index in 0..<dimension {
                let value = vectors.base[row * dimension + index]
                codes.base[code * dimension + index] = value
                sums.base[code * dimension + index] = counts.base[code] * value
            }
            restarted += 1
        }
        return restarted
    }

    private func total(_ counts: FloatRegion) -> Double {
        PairwiseSum.of(size) { Double(counts.base[$0]) }
    }

    private func running(_ value: Float, _ next: Float) -> Float {
        Float(decay * Double(value) + (1 - decay) * Double(next))
    }

    private func check(_ codes: FloatRegion, _ counts: FloatRegion, _ sums: FloatRegion) {
        precondition(
            codes.count == size * dimension && counts.count == size && sums.count == codes.count,
            "\(size) codes of \(dimension) numbers")
    }
}
