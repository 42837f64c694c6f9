import Foundation
import VAECore

extension VariationalAutoencoder {
    /// Whether two models are the same: the SHA-256 of the configuration and of every weight, bit by bit.
    package var fingerprint: SHA256.Digest {
        var hash = SHA256()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // A configuration is sizes and names, which JSON has.
        hash.update(Array((try? encoder.encode(configuration)) ?? Data()))
        hash.update(parameters.count)
        for value in parameters { hash.update(Int(value.bitPattern)) }
        return hash.digest()
    }
}
