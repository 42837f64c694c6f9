import Foundation
import VAECore

/// Why a server did not give a file, as a clause.
struct DownloadFailure: Error, Equatable {
    let reason: String
}

/// One file from one server, into memory: no more than the size expected, and nothing but HTTPS.
enum Download {
    /// The rules for the treatment of a server.
    struct Rules: Sendable {
        /// Plain HTTP is for servers on this machine, in tests.
        var allowsPlainHTTP = false
        /// Seconds without a byte, from the first attempt to connect, until the server is given up.
        var patience: Double = 10
        /// Bytes a second, over all, below which a server is as good as silent.
        var slowest: Double = 20_000

        /// Seconds after which even a download that goes on is given up.
        func longest(_ size: Int) -> Double { 3 * patience + Double(size) / slowest }
    }

    /// More redirects than a server has reason for.
    private static let mostRedirects = 5

    /// Fetches a file of exactly `size` bytes, and waits for it.
    ///
    /// Redirects are followed within the host, port and scheme of `address` only: who serves a file is decided
    /// here, not there.
    /// - Parameter report: is told from time to time, on the caller's thread, how many bytes have arrived.
    static func fetch(
        _ address: String, size: Int, rules: Rules, report: (Int) -> Void
    ) throws(DownloadFailure) -> [UInt8] {
        guard Transfer.isReady else {
            throw DownloadFailure(reason: "downloads take libcurl, which is not here or does not start")
        }
        guard var url = WebAddress(address),
            url.scheme == "https" || rules.allowsPlainHTTP && url.scheme == "http"
        else { throw DownloadFailure(reason: "the address is not an https address") }
        let origin = url.origin
        let deadline = ContinuousClock.now + .seconds(rules.longest(size))
        for _ in 0...mostRedirects {
            let transfer = try Transfer(size: size, patience: rules.patience, deadline: deadline)
            switch try transfer.perform(url, report) {
            case .body(let bytes): return bytes
            case .redirect(let target):
                guard let next = WebAddress(target, relativeTo: url) else {
                    throw DownloadFailure(reason: "it redirects to what is no address")
                }
                guard next.scheme == url.scheme else {
                    throw DownloadFailure(reason: "it redirects to \(next.shown), which is not \(url.scheme)")
                }
                guard next.origin == origin else {
                    throw DownloadFailure(reason: "it redirects to another host, \(next.shown)")
                }
                url = next
            }
        }
        throw DownloadFailure(reason: "it redirects more than \(mostRedirects) times")
    }
}
