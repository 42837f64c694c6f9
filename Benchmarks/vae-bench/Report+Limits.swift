import Kernels

extension Report {
    /// Multiply-adds in registers alone, the limit of all products.
    struct MultiplyAddKeys: Codable {
        var threads: Int
        var instructionSet = MultiplyAdds.instructionSet
        var peakGflops: Double
        var medianGflops: Double
        var rounds: [Double]

        init(_ rounds: Rounds, threads: Int) {
            self.threads = threads
            peakGflops = rounds.best / 1e9
            medianGflops = rounds.median / 1e9
            self.rounds = rounds.speeds.map { $0 / 1e9 }
        }
    }

    /// The fractions of the speed of `sgemm` on as many threads, as the tables of training, scaling and inference show them.
    var fractionsOfSgemm: [Double?] {
        let speeds =
            (scaling ?? []).map { ($0.gflops, $0.threads) }
            + (inference ?? []).map { ($0.gflops, $0.threads) }
        return [train, trainOneThread, trainBlas].map { $0?.fractionOfPeak }
            + speeds.map { gflops, threads in
                sgemm.flatMap { $0.threads == threads ? gflops / $0.peakGflops : nil }
            }
    }

    /// Why something is faster than `sgemm`, in a line; none where nothing is.
    /// - Parameter sgemm: what it reached of the multiply-adds
    func beyondSgemm(_ fractions: [Double?], sgemm: Double?) -> [String] {
        // What a table rounds to 100.0 % asks for no reason.
        guard let sgemm, fractions.contains(where: { ($0 ?? 0) >= 1.0005 }) else { return [] }
        let reason =
            blas.isOlderThanProcessor
            ? "the kernels of sgemm, \(blas.core), are older than this processor"
            : "sgemm itself reaches \(number(100 * sgemm, 1)) % of the processor's multiply-adds"
        return ["More than 100 % of sgemm: \(reason)."]
    }
}
