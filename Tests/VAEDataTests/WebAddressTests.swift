import Testing

@testable import VAEData

/// Whose an address is.
@Suite struct WebAddressTests {
    @Test(arguments: [
        ("https://example.org/a", "https://example.org:443"),
        ("HTTPS://EXAMPLE.ORG/a", "https://example.org:443"),
        ("https://example.org:8443/", "https://example.org:8443"),
        ("http://example.org", "http://example.org:80"),
        ("https://example.org@evil.example/", "https://evil.example:443"),
        ("https://evil.example#@example.org/", "https://evil.example:443"),
        ("https://evil.example?@example.org/", "https://evil.example:443"),
    ])
    func originsAreWhatIsConnectedTo(text: String, origin: String) {
        #expect(WebAddress(text)?.origin == origin)
    }

    @Test(arguments: [
        "", "file", "/etc/hostname", "https://", "https://a b/", "https://a:99999/",
    ])
    func whatIsNoAddress(text: String) {
        #expect(WebAddress(text) == nil, "\(WebAddress(text)?.text ?? "")")
    }

    @Test func relativeOnesStayOnTheHost() throws {
        let base = try #require(WebAddress("https://example.org/a/b"))
        #expect(WebAddress("c", relativeTo: base)?.text == "https://example.org/a/c")
        #expect(WebAddress("/c", relativeTo: base)?.text == "https://example.org/c")
        #expect(WebAddress("//evil.example/c", relativeTo: base)?.origin == "https://evil.example:443")
    }
}
