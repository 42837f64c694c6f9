import CTiles

/// The processors that the calling thread may run on.
package enum Affinity {
    /// Processors that a mask has room for, as many as Linux can be built for.
    private static let most = 8192

    /// Numbers of the processors, ascending; none where the system does not say.
    package static var current: [Int] {
        var mask = [UInt64](repeating: 0, count: most / 64)
        guard vae_read_affinity(&mask, most / 8) else { return [] }
        return (0..<most).filter { mask[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
    }

    /// Binds the calling thread, and those that it will start, to some processors.
    /// - Returns: whether the system agreed: it does not where it allows this process none of them
    @discardableResult
    package static func bind(to processors: [Int]) -> Bool {
        var mask = [UInt64](repeating: 0, count: most / 64)
        for processor in processors where (0..<most).contains(processor) {
            mask[processor / 64] |= 1 << UInt64(processor % 64)
        }
        return vae_write_affinity(mask, most / 8)
    }
}
