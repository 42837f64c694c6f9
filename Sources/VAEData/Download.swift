import Dispatch
import Foundation
import Synchronization
import VAECore

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Why a server did not give a file, as a clause.
struct DownloadFailure: Error, Equatable {
    let reason: String
}

/// One file from one server, into memory: no more than the size expected, and nothing but HTTPS.
final class Download: NSObject, Sendable {
    /// How to treat a server.
    struct Rules: Sendable {
        /// Plain HTTP is for servers on this machine, in tests.
        var allowsPlainHTTP = false
        /// Seconds without a byte, from the first attempt to connect, until the server is given up.
        var patience: Double = 10
        /// Bytes a second, over all, below which a server is as good as silent.
        var slowest: Double = 20_000
    }

    private struct Progress {
        var bytes: [UInt8] = []
        /// Set once; nothing counts after it.
        var outcome: Result<Void, DownloadFailure>?
    }

    private let size: Int
    private let rules: Rules
    private let progress = Mutex(Progress())
    /// Signalled at every change of `progress`.
    private let change = DispatchSemaphore(value: 0)

    private init(size: Int, rules: Rules) {
        self.size = size
        self.rules = rules
    }

    /// Fetches a file of exactly `size` bytes, and waits for it.
    /// - Parameter report: is told from time to time, on the caller's thread, how many bytes have arrived.
    static func fetch(
        _ address: String, size: Int, rules: Rules, report: (Int) -> Void
    ) throws(DownloadFailure) -> [UInt8] {
        let download = Download(size: size, rules: rules)
        guard let url = URL(string: address), download.allows(url) else {
            throw DownloadFailure(reason: "the address is not an https address")
        }
        let configuration = URLSessionConfiguration.ephemeral
        // `wait` keeps the time; this is only never to be the first.
        configuration.timeoutIntervalForRequest = 2 * download.longest
        configuration.urlCache = nil
        configuration.httpCookieStorage = nil
        let session = URLSession(configuration: configuration, delegate: download, delegateQueue: nil)
        // The session keeps its delegate until it is told that it isn't needed any more.
        defer { session.finishTasksAndInvalidate() }
        var request = URLRequest(url: url)
        // The bytes as published: unpacked on the way, they would have another length and hash.
        request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        let task = session.dataTask(with: request)
        task.resume()
        return try download.wait(task, report)
    }

    /// Seconds after which even a download that goes on is given up.
    private var longest: Double { 3 * rules.patience + Double(size) / rules.slowest }

    private func wait(_ task: URLSessionTask, _ report: (Int) -> Void) throws(DownloadFailure) -> [UInt8] {
        let clock = ContinuousClock()
        let start = clock.now
        let deadline = start + .seconds(longest)
        var (lastArrival, lastReport) = (start, start)
        var received = 0
        while true {
            _ = change.wait(timeout: .now() + 0.25)
            let (count, outcome) = progress.withLock { ($0.bytes.count, $0.outcome) }
            let now = clock.now
            if count != received {
                received = count
                lastArrival = now
                if now - lastReport > .milliseconds(100) || count == size {
                    lastReport = now
                    report(count)
                }
            }
            if let outcome {
                try outcome.get()
                return progress.withLock { $0.bytes }
            }
            if now - lastArrival > .seconds(rules.patience) {
                fail(task, "no answer within \(Int(rules.patience.rounded(.up))) s")
            }
            if now > deadline {
                fail(task, "too slow: \(count) of \(size) bytes in \(now - start)")
            }
        }
    }

    private func allows(_ url: URL) -> Bool {
        switch url.scheme?.lowercased() {
        case "https": true
        case "http": rules.allowsPlainHTTP
        default: false
        }
    }

    /// Ends the download, unless it has ended already.
    private func end(_ outcome: Result<Void, DownloadFailure>) {
        progress.withLock { if $0.outcome == nil { $0.outcome = outcome } }
        change.signal()
    }

    private func fail(_ task: URLSessionTask, _ reason: String) {
        end(.failure(DownloadFailure(reason: reason)))
        task.cancel()
    }

    /// Answers a question of the session, unless the download has ended.
    ///
    /// Foundation ends the whole process when it is answered after the task was cancelled. Tasks are
    /// cancelled only once `outcome` is set, and answers given only before: the lock puts one ahead of the
    /// other, and Foundation keeps that order.
    private func answer(_ reply: () -> Void) {
        progress.withLock { if $0.outcome == nil { reply() } }
    }
}

extension Download: URLSessionDataDelegate {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        if let url = request.url, allows(url) {
            answer { completionHandler(request) }
        } else {
            fail(task, "it redirects to \(request.url?.absoluteString ?? "nowhere"), which is not https")
        }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        // A body without a length may have no end, and a compressed one may grow without bounds. Foundation
        // keeps what it has read until its delegate takes it, and reads on while a cancellation is on its
        // way; so both are refused here, before the first byte of the body.
        let http = response as? HTTPURLResponse
        let encoding = http?.value(forHTTPHeaderField: "Content-Encoding") ?? "identity"
        if let status = http?.statusCode, status != 200 {
            fail(dataTask, "it answers with status \(status)")
        } else if encoding.lowercased() != "identity" {
            fail(dataTask, "it sends the file in another encoding, \(encoding)")
        } else if response.expectedContentLength < 0 {
            fail(dataTask, "it does not say how long the file is")
        } else if response.expectedContentLength != Int64(size) {
            fail(dataTask, "the file has \(response.expectedContentLength) bytes instead of \(size)")
        } else {
            answer { completionHandler(.allow) }
        }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let fits = progress.withLock { progress in
            guard progress.outcome == nil else { return true }
            guard progress.bytes.count + data.count <= size else { return false }
            progress.bytes.append(contentsOf: data)
            return true
        }
        if fits { change.signal() } else { fail(dataTask, "the file is longer than \(size) bytes") }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if let error {
            end(.failure(DownloadFailure(reason: Self.reason(error))))
            return
        }
        let count = progress.withLock { $0.bytes.count }
        if count == size {
            end(.success(()))
        } else {
            end(.failure(DownloadFailure(reason: "the file ends after \(count) of \(size) bytes")))
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch (error as? URLError)?.code {
        case .cannotFindHost, .dnsLookupFailed, .notConnectedToInternet: "the host can't be found"
        case .cannotConnectToHost: "the host can't be reached"
        case .timedOut: "no answer in time"
        case .networkConnectionLost: "the connection was lost"
        case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
            .serverCertificateNotYetValid, .serverCertificateHasUnknownRoot:
            "no secure connection (\(error.localizedDescription))"
        default: error.localizedDescription
        }
    }
}
