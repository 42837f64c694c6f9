import CCurl

/// An address as libcurl takes it apart. What it decides about hosts is then what it connects to: two parsers can
/// disagree on a hostile address.
struct WebAddress {
    let text: String
    let scheme: String
    /// Scheme, host and port.
    let origin: String

    /// The address as messages show it, cut off after 200 characters.
    var shown: String { text.count > 200 ? text.prefix(200) + "…" : text }

    /// nil for what is no address with a scheme and a host, and where there is no libcurl.
    init?(_ text: String, relativeTo base: WebAddress? = nil) {
        guard Transfer.isReady, let parts = vae_curl_address() else { return nil }
        defer { vae_curl_end_address(parts) }
        if let base {
            guard vae_curl_set_part(parts, CURLUPART_URL, base.text, 0) == CURLUE_OK else { return nil }
        }
        guard vae_curl_set_part(parts, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK
        else {
            return nil
        }
        func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
            var found: UnsafeMutablePointer<CChar>?
            guard vae_curl_get_part(parts, part, &found, UInt32(flags)) == CURLUE_OK, let found else {
                return nil
            }
            defer { vae_curl_free(found) }
            return String(cString: found)
        }
        guard let whole = part(CURLUPART_URL), let scheme = part(CURLUPART_SCHEME)?.lowercased(),
            let host = part(CURLUPART_HOST)?.lowercased(), !host.isEmpty
        else { return nil }
        self.text = whole
        self.scheme = scheme
        origin = "\(scheme)://\(host):\(part(CURLUPART_PORT, CURLU_DEFAULT_PORT) ?? "")"
    }
}
