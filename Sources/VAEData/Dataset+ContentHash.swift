import VAECore

extension Dataset {
    /// The SHA-256 of shapes, pixels and labels, as 64 hexadecimal digits: two data sets with the same hash train the same model. Names and
    /// source do not count. O(n) at the first call, for each set's own digest of its pixels.
    /// - Throws: what reading the images throws, for images that are not in memory.
    public func contentHash() throws(VAEError) -> String {
        var hash = SHA256()
        hash.update(Array("vae-dataset-2".utf8))
        for set in [train, test] {
            guard let set else {
                hash.update([0])
                continue
            }
            hash.update([set.labels == nil ? 1 : 2])
            hash.update(try set.digest.bytes)
            for label in set.labels ?? [] { hash.update(label) }
        }
        return hash.digest().description
    }

    /// Whether the data set has this content hash, of this version or of the first, which older runs have on record.
    package func has(contentHash: String) throws(VAEError) -> Bool {
        if contentHash == (try self.contentHash()) { return true }
        return contentHash == (try firstContentHash())
    }

    /// The hash of the first version, which bytes alone can have; nil for other data.
    private func firstContentHash() throws(VAEError) -> String? {
        var hash = SHA256()
        hash.update(Array("vae-dataset-1".utf8))
        for set in [train, test] {
            guard let set else {
                hash.update([0])
                continue
            }
            guard set.isInMemory, case .bytes(let pixels) = try set.values,
                set.labels?.allSatisfy({ (0...255).contains($0) }) ?? true
            else { return nil }
            hash.update([set.labels == nil ? 1 : 2])
            for value in [set.count, set.shape.height, set.shape.width, set.shape.channels] {
                hash.update(value)
            }
            hash.update(pixels)
            if let labels = set.labels { hash.update(labels.map { UInt8($0) }) }
        }
        return hash.digest().description
    }
}
