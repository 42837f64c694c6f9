import VAECore

/// A checksum of a whole file within it, by which a changed byte shows.
extension SafeTensors {
    package static let checksumKey = "checksum"

    /// The tensors with the metadata and the checksum of both. The bytes of a file are a function of what it holds, so that
    /// the file without its checksum can be made again from the file with it.
    package static func sealed(
        _ tensors: [Tensor], _ metadata: [String: String]
    ) throws(VAEError) -> SafeTensors {
        let checksum = SHA256.digest(of: try SafeTensors(tensors, metadata: metadata).serialized())
        return try SafeTensors(
            tensors, metadata: metadata.merging([checksumKey: checksum.description]) { $1 })
    }

    /// The checksum that the file should have.
    package func rightChecksum() throws(VAEError) -> String? {
        var metadata = metadata
        metadata[Self.checksumKey] = nil
        return try Self.sealed(tensors, metadata).metadata[Self.checksumKey]
    }
}
