import VAE
import VAECore

/// A model as the bytes of its file, and the names that it has in a run's folder.
package struct ModelFile {
    let bytes: [UInt8]
    let sha256: SHA256.Digest
    let names: [String]

    /// - Parameters:
    ///   - model: of the last finished epoch
    ///   - isBest: whether no epoch had a lower loss
    package init(_ model: VariationalAutoencoder, isBest: Bool) throws(VAEError) {
        bytes = try model.serialized()
        sha256 = SHA256.digest(of: bytes)
        names = [RunFolder.model] + (isBest ? [RunFolder.best] : [])
    }
}
