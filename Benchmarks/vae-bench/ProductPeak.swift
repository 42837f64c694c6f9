import Kernels
import VAECore

/// The speed of large matrix products on every thread at once: what a well-written program gets of the library.
///
/// Through the same call of `sgemm` and the same kind of thread team as the engine, one single-threaded product a thread.
/// How far `sgemm` itself is from what the processor could do is `MultiplyAddPeak`'s to say.
final class ProductPeak {
    /// Rows, columns and depth: large enough for `sgemm`'s full speed, small enough for rounds of a second.
    static let size = 1024
    private static let productsPerThread = 8

    let pool: WorkerPool
    /// On the same threads.
    let multiplyAdds: MultiplyAddPeak
    /// Three matrices a worker.
    private let storages: [FloatStorage]

    init(threads: Int) throws(VAEError) {
        // As the trainer: more threads than processors would take turns.
        let pool = WorkerPool(threads: min(threads, Machine.processors))
        let count = Self.size * Self.size
        var storages: [FloatStorage] = []
        for _ in 0..<pool.count {
            do throws(OutOfMemory) {
                let storage = try FloatStorage(count: 3 * count)
                // Not zeros: some processors draw less power on them, and clock higher.
                var stream = RandomStream(seed: 0, purpose: .initialWeights)
                stream.fillUniform(storage.region[0..<2 * count], limit: 1)
                storages.append(storage)
            } catch {
                throw VAEError(.unavailable, "memory", "could not be had", expected: "\(error.bytes) bytes")
            }
        }
        self.pool = pool
        multiplyAdds = MultiplyAddPeak(pool)
        self.storages = storages
        _ = round()
    }

    /// Operations per second of all threads together, over one round.
    func round() -> Double {
        let (size, count) = (Self.size, Self.size * Self.size)
        let parts = pool.count * Self.productsPerThread
        let seconds = seconds {
            pool.run(parts: parts) { worker, _ in
                let region = storages[worker].region
                multiply(
                    Matrix(region[0..<count], rows: size, columns: size),
                    Matrix(region[count..<2 * count], rows: size, columns: size),
                    into: Matrix(region[2 * count..<3 * count], rows: size, columns: size))
            }
        }
        return 2 * Double(size * size * size * parts) / seconds
    }
}
