import CCurl

/// One request and its answer, by libcurl, on the thread that asks for it.
///
/// Whatever a server sends, no more is kept than the file's size and `mostHeaders` bytes: what goes beyond ends
/// the transfer as it arrives.
final class Transfer {
    enum Answer {
        case body([UInt8])
        /// The server says that the file is at this address.
        case redirect(String)
    }

    private let handle: UnsafeMutableRawPointer
    private let size: Int
    private let patience: Double
    private let deadline: ContinuousClock.Instant

    private var bytes: [UInt8] = []
    private var head = ResponseHead()
    private var headerBytes = 0
    private var target: String?
    private var failure: String?
    private var lastArrival = ContinuousClock.now

    private static let mostHeaders = 1 << 16
    /// Whether libcurl is there. Opened once for the process, before anything else of it.
    static let isReady = vae_curl_open() == 1

    /// - Parameters:
    ///   - size: bytes of the file, no more and no less.
    ///   - patience: seconds without a byte.
    init(size: Int, patience: Double, deadline: ContinuousClock.Instant) throws(DownloadFailure) {
        guard Self.isReady, let handle = vae_curl_make() else {
            throw DownloadFailure(reason: "libcurl does not start")
        }
        self.handle = handle
        self.size = size
        self.patience = patience
        self.deadline = deadline
    }

    deinit { vae_curl_end(handle) }

    /// Asks for the file and waits for the answer.
    /// - Parameter report: is told how many bytes have arrived.
    func perform(_ address: WebAddress, _ report: (Int) -> Void) throws(DownloadFailure) -> Answer {
        // The bytes as published: unpacked on the way, they would have another length and hash.
        let headers = vae_curl_append(nil, "Accept-Encoding: identity")
        defer { vae_curl_free_list(headers) }
        prepare(address, headers)
        let code = withoutActuallyEscaping(report) { report in
            let watch = Watch(self, report)
            return withExtendedLifetime(watch) {
                let context = Unmanaged.passUnretained(watch).toOpaque()
                vae_curl_receive(handle, Self.receivedHeader, Self.receivedBody, Self.isOver, context)
                return vae_curl_perform(handle)
            }
        }
        if let target { return .redirect(target) }
        if let failure { throw DownloadFailure(reason: failure) }
        guard code == CURLE_OK else { throw DownloadFailure(reason: reason(code)) }
        guard bytes.count == size else {
            throw DownloadFailure(reason: "the file ends after \(bytes.count) of \(size) bytes")
        }
        return .body(bytes)
    }

    private func prepare(_ address: WebAddress, _ headers: UnsafeMutablePointer<curl_slist>?) {
        vae_curl_set_text(handle, CURLOPT_URL, address.text)
        vae_curl_set_headers(handle, headers)
        vae_curl_allow_only(handle, address.scheme == "https" ? 1 : 0)
        let milliseconds = max(1, Int((deadline - .now) / .milliseconds(1)))
        for (option, value) in [
            (CURLOPT_TIMEOUT_MS, milliseconds), (CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(1000 * patience))),
            // Signals would reach the whole process; redirects are for `Download` to judge.
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, 0),
            // A proxy's own answer is not the server's.
            (CURLOPT_SUPPRESS_CONNECT_HEADERS, 1), (CURLOPT_NOPROGRESS, 0),
        ] {
            vae_curl_set_number(handle, option, value)
        }
    }

    /// Takes a line of the head; false ends the transfer.
    private func take(header line: UnsafeRawBufferPointer) -> Bool {
        lastArrival = .now
        headerBytes += line.count
        guard headerBytes <= Self.mostHeaders else {
            failure = "its answer has more than \(Self.mostHeaders) bytes of headers"
            return false
        }
        guard head.isComplete(with: String(decoding: line, as: UTF8.self)) else { return true }
        if head.isRedirect, let location = head.location {
            target = location
            return false
        }
        failure = head.refusal(size: size)
        return failure == nil
    }

    /// Takes a piece of the file; false ends the transfer.
    private func take(body piece: UnsafeRawBufferPointer, _ report: (Int) -> Void) -> Bool {
        lastArrival = .now
        guard piece.count <= size - bytes.count else {
            failure = "the file is longer than \(size) bytes"
            return false
        }
        bytes.append(contentsOf: piece)
        report(bytes.count)
        return true
    }

    /// Whether the server has been silent for too long. Asked about once a second, and at every arrival.
    private func isSilent() -> Bool {
        guard .now - lastArrival > .seconds(patience) else { return false }
        failure = noAnswer
        return true
    }

    private var noAnswer: String { "no answer within \(Int(patience.rounded(.up))) s" }

    private func reason(_ code: CURLcode) -> String {
        let said = String(cString: vae_curl_words(code))
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: return "the host can't be found"
        case CURLE_COULDNT_CONNECT: return "the host can't be reached"
        case CURLE_OPERATION_TIMEDOUT:
            return bytes.isEmpty ? noAnswer : "too slow: \(bytes.count) of \(size) bytes in the time allowed"
        case CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_GOT_NOTHING:
            return "the connection was lost after \(bytes.count) of \(size) bytes"
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE:
            return "no secure connection (\(said))"
        default: return said
        }
    }

    /// The context that libcurl's callbacks are given.
    private final class Watch {
        let transfer: Transfer
        let report: (Int) -> Void

        init(_ transfer: Transfer, _ report: @escaping (Int) -> Void) {
            self.transfer = transfer
            self.report = report
        }
    }

    private static func watch(_ context: UnsafeMutableRawPointer?) -> Watch? {
        context.map { Unmanaged<Watch>.fromOpaque($0).takeUnretainedValue() }
    }

    private static let receivedHeader: vae_curl_receiver = { data, size, count, context in
        let line = UnsafeRawBufferPointer(start: data, count: size * count)
        return watch(context)?.transfer.take(header: line) == true ? line.count : 0
    }

    private static let receivedBody: vae_curl_receiver = { data, size, count, context in
        guard let watch = watch(context) else { return 0 }
        let piece = UnsafeRawBufferPointer(start: data, count: size * count)
        return watch.transfer.take(body: piece, watch.report) ? piece.count : 0
    }

    private static let isOver: vae_curl_watcher = { context, _, _, _, _ in
        watch(context)?.transfer.isSilent() == false ? 0 : 1
    }
}
