import Foundation
import VAECore

extension VariationalAutoencoder {
    /// Whether two models are the same: a hash of the configuration and of every weight, bit by bit.
    package var fingerprint: Fingerprint {
        var fingerprint = Fingerprint()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // A configuration is sizes and names, which JSON has.
        fingerprint.add(Array((try? encoder.encode(configuration)) ?? Data()))
        fingerprint.add(UInt64(parameters.count))
        for value in parameters { fingerprint.add(UInt64(value.bitPattern)) }
        return fingerprint
    }
}
