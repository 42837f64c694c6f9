import FlyingSocks
import Glibc
import VAECore

/// The address that a page is served at, and who may ask for it.
package struct WatchAddress: Sendable {
    /// An IPv4 or IPv6 address of this machine, or one that stands for all of them.
    package let host: String
    /// 0 for any that is free.
    package let port: UInt16
    /// What has to stand in the address where others than this machine can ask; nil where they can't.
    package let token: String?

    /// - Parameter host: an IP address, or `localhost`
    /// - Throws: `invalidArgument` when it is neither.
    package init(host: String, port: UInt16) throws(VAEError) {
        let address = host == "localhost" ? "127.0.0.1" : host
        guard (try? Self.socketAddress(address, port)) != nil else {
            throw VAEError(
                .invalidArgument, "host", "is no address that can be listened on",
                expected: "an IP address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them",
                found: host)
        }
        self.host = address
        self.port = port
        token = Self.isLoopback(address) ? nil : Self.newToken()
    }

    private static func isLoopback(_ address: String) -> Bool {
        address.hasPrefix("127.") || address == "::1"
    }

    /// 128 random bits.
    private static func newToken() -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(random.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    var socketAddress: any SocketAddress {
        get throws { try Self.socketAddress(host, port) }
    }

    private static func socketAddress(_ host: String, _ port: UInt16) throws -> any SocketAddress {
        host.contains(":")
            ? try sockaddr_in6.inet6(ip6: host, port: port) : try sockaddr_in.inet(ip4: host, port: port)
    }

    /// What the path of every request has to begin with.
    var prefix: String { token.map { "/\($0)/" } ?? "/" }

    /// The address for a browser.
    func url(port: UInt16) -> String {
        let name =
            switch host {
            case "0.0.0.0", "::": Self.hostName
            default: host.contains(":") ? "[\(host)]" : host
            }
        return "http://\(name):\(port)\(prefix)"
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether a request's `Host` is this machine as it calls itself. A page of another site whose name was made to lead here (DNS rebinding)
    /// sends its own; where there is a token it can't know that.
    func allows(host named: String?) -> Bool {
        guard token == nil else { return true }
        guard let named else { return false }
        // Without its port.
        let colon = named.lastIndex(of: ":") ?? named.endIndex
        let hasPort = named[colon...].dropFirst().allSatisfy { "0123456789".contains($0) }
        let name = hasPort && !named.hasSuffix("]") ? named[..<colon] : named[...]
        return name == "localhost" || name == "[::1]"
            || name.hasPrefix("127.") && name.allSatisfy { "0123456789.".contains($0) }
    }
}
