import Foundation
import VAE
import VAECore
import VAEData

/// What rank 0 tells the others of a training: all that must be the same on every rank.
struct RankInvitation: Codable {
    let version: String
    let record: RunRecord
    /// Whether the processor has tiles.
    let tiles: Bool

    init(version: String, record: RunRecord, tiles: Bool) {
        (self.version, self.record, self.tiles) = (version, record, tiles)
    }

    init(_ bytes: [UInt8]) throws(VAEError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Foundation.Data(bytes))
        } catch {
            throw VAEError(
                .invalidData, "the invitation of rank 0", "is not understood", found: RunRecord.reason(error),
                advice: "Install the same version on all machines.")
        }
    }

    func encoded() throws(VAEError) -> [UInt8] {
        do { return Array(try JSONEncoder().encode(self)) } catch { throw .json("invitation", error) }
    }

    /// - Parameters:
    ///   - version: of this rank's program
    ///   - tiles: whether its processor has tiles
    ///   - kernels: of its OpenBLAS
    /// - Throws: `unavailable` where this rank's program or processor would give other bits.
    func check(version: String, tiles: Bool, kernels: String) throws(VAEError) {
        guard version == self.version else {
            throw VAEError(
                .unavailable, "program", "is another version than rank 0's", expected: self.version,
                found: version,
                advice: "Install the same version on all machines.")
        }
        let environment = record.resumptions?.last ?? record.environment
        let areTiled = environment.products.flatMap(Products.init(anyVersion:))?.areTiled == true
        guard !areTiled || tiles == self.tiles else {
            throw VAEError(
                .unavailable, "processor",
                tiles ? "has tiles, and rank 0's has none" : "has no tiles, and rank 0's has",
                advice: "Take machines of one kind, or --products blas with one kind of OpenBLAS kernels.")
        }
        guard (areTiled && tiles) || environment.blasKernels == kernels else {
            throw VAEError(
                .unavailable, "OpenBLAS", "has other kernels than rank 0's, which round otherwise",
                expected: environment.blasKernels, found: kernels,
                advice: "Set OPENBLAS_CORETYPE to the same on all machines.")
        }
    }
}
