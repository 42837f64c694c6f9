import Foundation
import Testing
import VAECore

@testable import VAEData

/// One file from one server.
@Suite struct DownloadTests {
    private let file = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    private let rules = Download.Rules(allowsPlainHTTP: true, patience: 30)

    private func fetch(
        _ answer: TestServer.Answer, rules: Download.Rules? = nil, report: (Int) -> Void = { _ in }
    ) throws -> [UInt8] {
        let server = try TestServer(["file": answer])
        return try Download.fetch(
            server.base + "file", size: file.count, rules: rules ?? self.rules, report: report)
    }

    private func expectFailure(
        _ answer: TestServer.Answer, saying words: String, or others: String? = nil,
        rules: Download.Rules? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do {
            _ = try fetch(answer, rules: rules)
            Issue.record("nothing was thrown", sourceLocation: sourceLocation)
        } catch let error as DownloadFailure {
            #expect(
                words.isEmpty
                    || ([words] + [others].compactMap(\.self)).contains { error.reason.contains($0) },
                "\(error.reason)", sourceLocation: sourceLocation)
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
    }

    @Test func bringsTheFile() throws {
        var reports: [Int] = []
        #expect(try fetch(.file(file)) { reports.append($0) } == file)
        #expect(reports.last == file.count)
        #expect(reports == reports.sorted())
    }

    @Test func asksForTheBytesAsTheyAre() throws {
        let server = try TestServer(["file": .file(file)])
        _ = try Download.fetch(server.base + "file", size: file.count, rules: rules) { _ in }
        #expect(server.requestHeads.first?.contains("Accept-Encoding: identity") == true)
    }

    @Test func refusesOtherLengths() {
        expectFailure(.file(file + [0]), saying: "300001 bytes instead of 300000")
        expectFailure(.file(Array(file.dropLast())), saying: "299999 bytes instead of 300000")
        expectFailure(.unsized(file), saying: "does not say how long")
    }

    /// Answers without end, and what is said of them.
    static let endless: [(TestServer.Answer, String)] = [
        (.endless(), "does not say how long"), (.endless("HTTP/1.1 404 X\r\n\r\n"), "status 404"),
        (.endless("HTTP/1.1 302 X\r\nLocation: /other\r\n\r\n"), "status 404"),
        (.endless("HTTP/1.1 302 X\r\n\r\n"), "status 302"),
        (.endless("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n"), "how long"),
        (
            .endless(
                "HTTP/1.1 200 X\r\nContent-Length: 300000\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n"),
            "longer than 300000 bytes"
        ),
        (.endlessHead, "headers"), (.endless("HTTP/1.1 200 X\r\nX: "), ""),
    ]

    @Test(.timeLimit(.minutes(20)), arguments: endless.indices)
    func answersWithoutEndAreNotRead(index: Int) throws {
        let (answer, words) = Self.endless[index]
        let server = try TestServer(["file": answer])
        do {
            _ = try Download.fetch(server.base + "file", size: file.count, rules: rules) { _ in }
            Issue.record("nothing was thrown")
        } catch {
            #expect(words.isEmpty || error.reason.contains(words), "\(error.reason)")
        }
        // The connection is closed: the server's writing comes to an end, and what it has sent by then is what
        // the buffers of a connection hold, a few megabytes of them.
        while server.endlessBytes == nil { Thread.sleep(forTimeInterval: 0.01) }
        #expect(try #require(server.endlessBytes) < 32 << 20)
    }

    @Test func aLengthIsAllThatIsRead() throws {
        // Content-Length is right, and more follows on the connection: it is not the file's.
        let head = "HTTP/1.1 200 X\r\nContent-Length: \(file.count)\r\n\r\n"
        #expect(try fetch(.endless(head)).count == file.count)
    }

    @Test func refusesBytesThatWouldBeUnpacked() throws {
        // 20 MB in 20 KB, in the length expected: what arrives must not be more than that.
        let bomb = gzip([UInt8](repeating: 0, count: 20_000_000))
        let server = try TestServer(["file": .encoded(bomb)])
        #expect(throws: DownloadFailure(reason: "it sends the file in another encoding, gzip")) {
            try Download.fetch(server.base + "file", size: bomb.count, rules: rules) { _ in }
        }
    }

    @Test func refusesOtherAnswers() {
        expectFailure(.status(404), saying: "status 404")
        expectFailure(.status(503), saying: "status 503")
        // Status 206 or a page with 200 could have the right length; the hash finds those out.
        expectFailure(.status(206), saying: "status 206")
    }

    @Test func noticesALostConnection() {
        expectFailure(.cut(file, after: 100_000), saying: "")
        expectFailure(.cut(file, after: 0), saying: "")
        #expect(throws: DownloadFailure.self) {
            // Nobody listens on port 1.
            try Download.fetch("http://127.0.0.1:1/file", size: 1, rules: rules) { _ in }
        }
    }

    @Test(.timeLimit(.minutes(20))) func givesUpOnSilence() {
        var rules = rules
        rules.patience = 1
        expectFailure(.silence, saying: "no answer", rules: rules)
    }

    @Test(.timeLimit(.minutes(20))) func givesUpOnATrickle() {
        var rules = rules
        rules.patience = 0.7
        rules.slowest = 1e9
        // On a busy machine the next drop may come after the patience for silence, which is as good a reason.
        expectFailure(.trickle(file), saying: "too slow", or: "no answer", rules: rules)
    }

    @Test func insistsOnHTTPS() throws {
        for address in ["http://127.0.0.1/file", "ftp://127.0.0.1/file", "file:///etc/hostname", "", "file"] {
            #expect(throws: DownloadFailure(reason: "the address is not an https address")) {
                try Download.fetch(address, size: 1, rules: Download.Rules()) { _ in }
            }
        }
    }

    @Test func followsRedirectsWithinTheHostOnly() throws {
        let server = try TestServer(["file": .file(file)])
        #expect(throws: DownloadFailure.self) { try fetch(.redirect("file:///etc/hostname")) }
        expectFailure(.redirect("ftp://127.0.0.1/file"), saying: "not http")
        expectFailure(.redirect("https://127.0.0.1/file"), saying: "not http")
        expectFailure(
            .redirect("http://localhost:\(server.port)/file"), saying: "another host, http://localhost")
        expectFailure(.redirect("http://127.0.0.1@localhost:\(server.port)/file"), saying: "another host")
        expectFailure(.redirect("//[::1"), saying: "no address")
        // The same machine, another port: another server.
        expectFailure(.redirect(server.base + "file"), saying: "another host, \(server.base)")
        expectFailure(.redirect("/file"), saying: "redirects more than 5 times")
        let two = try TestServer(["file": .redirect("next?a=b#c"), "next?a=b": .file(file)])
        #expect(try Download.fetch(two.base + "file", size: file.count, rules: rules) { _ in } == file)
        #expect(two.requests == ["file", "next?a=b"])
    }
}
