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

    @Test(.timeLimit(.minutes(1))) func bodiesWithoutEndAreNotRead() throws {
        let server = try TestServer(["file": .endless])
        #expect(throws: DownloadFailure(reason: "it does not say how long the file is")) {
            try Download.fetch(server.base + "file", size: file.count, rules: rules) { _ in }
        }
        // The connection is closed behind the caller's back: the server's writing comes to an end.
        while server.endlessBytes == nil { Thread.sleep(forTimeInterval: 0.01) }
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

    @Test(.timeLimit(.minutes(1))) func givesUpOnSilence() {
        var rules = rules
        rules.patience = 1
        expectFailure(.silence, saying: "no answer", rules: rules)
    }

    @Test(.timeLimit(.minutes(1))) func givesUpOnATrickle() {
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

    @Test func followsRedirectsToAllowedAddressesOnly() throws {
        let server = try TestServer(["file": .file(file)])
        #expect(try fetch(.redirect(server.base + "file")) == file)
        expectFailure(.redirect("ftp://127.0.0.1/file"), saying: "not https")
        expectFailure(.redirect("file:///etc/hostname"), saying: "")
    }
}
