import CCrypto

/// SHA-256 (FIPS 180-4) of bytes as they come, by OpenSSL: 1.5 GB/s and more where the processor has instructions for it.
package struct SHA256: ~Copyable {
    /// The SHA-256 of some bytes.
    package struct Digest: Hashable, Sendable, CustomStringConvertible {
        /// 32 of them.
        package let bytes: [UInt8]

        fileprivate init(_ bytes: [UInt8]) { self.bytes = bytes }

        /// The digest that `description` wrote; nil for another text.
        package init?(_ text: some StringProtocol) {
            let digits = text.utf8.compactMap { SHA256.digits.firstIndex(of: $0) }
            guard digits.count == 64, text.utf8.count == 64 else { return nil }
            bytes = (0..<32).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }
        }

        /// 64 lower-case hexadecimal digits.
        package var description: String {
            let text = bytes.flatMap { [SHA256.digits[Int($0 >> 4)], SHA256.digits[Int($0 & 15)]] }
            return String(decoding: text, as: UTF8.self)
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private let context: OpaquePointer

    package init() {
        context = EVP_MD_CTX_new()
        // It depends on no input: it fails only without memory or with a broken OpenSSL.
        precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "OpenSSL offers no SHA-256")
    }

    deinit { EVP_MD_CTX_free(context) }

    package mutating func update(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    /// Four bytes each, the lowest first.
    package mutating func update(floats: [Float]) {
        // Every machine that this runs on has the lowest byte first.
        _ = floats.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    /// Eight bytes, the lowest first.
    package mutating func update(_ number: Int) {
        update(withUnsafeBytes(of: UInt64(truncatingIfNeeded: number).littleEndian) { Array($0) })
    }

    package consuming func digest() -> Digest {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        return Digest(digest)
    }

    /// The digest of all of `bytes`.
    package static func digest(of bytes: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.digest()
    }
}
