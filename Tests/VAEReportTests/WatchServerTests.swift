import Foundation
import Testing
import VAECore

@testable import VAEWatch

/// What is served of runs, and to whom.
@Suite struct WatchServerTests {
    let scratch: Scratch
    let folders: RunFolders

    init() throws {
        scratch = try Scratch()
        folders = RunFolders(scratch: scratch)
    }

    /// A server of runs at a free port.
    private func serve(
        _ paths: [String], host: String = "127.0.0.1"
    ) async throws -> (port: Int, prefix: String) {
        let url = try #require(
            URL(
                string: try await waiting {
                    try WatchServer.start(try WatchedRuns(paths), host: host, port: 0)
                }))
        return (
            try #require(url.port), url.path == "" ? "/" : url.path + (url.path.hasSuffix("/") ? "" : "/")
        )
    }

    private func get(
        _ port: Int, _ target: String, host: String? = nil, method: String = "GET", _ more: [String] = []
    ) async throws -> RawHTTP.Answer {
        try await waiting {
            try RawHTTP(port: port).ask(
                target, method: method, headers: ["Host: \(host ?? "127.0.0.1:\(port)")"] + more)
        }
    }

    private func news(_ port: Int) async throws -> [String: Any] {
        let answer = try await get(port, "/runs.json")
        #expect(answer.status == 200)
        return try #require(try JSONSerialization.jsonObject(with: answer.body) as? [String: Any])
    }

    private func runs(_ document: [String: Any]) throws -> [[String: Any]] {
        try #require(document["runs"] as? [[String: Any]])
    }

    @Test func thePageAndItsNews() async throws {
        let run = try folders.make("a", losses: [200, 150], epochs: 4)
        try folders.picture("samples.png", of: run)
        let (port, prefix) = try await serve([run])
        #expect(prefix == "/")
        let page = try await get(port, "/")
        #expect(page.status == 200 && page.headers["content-type"] == "text/html; charset=utf-8")
        #expect(
            page.headers["cache-control"] == "no-store" && page.headers["x-frame-options"] == "SAMEORIGIN")
        #expect(page.text.contains("a on digits") && page.text.contains("connect-src 'self'"))

        let answer = try await get(port, "/runs.json")
        let tag = try #require(answer.headers["etag"])
        #expect(try await get(port, "/runs.json", ["If-None-Match: \(tag)"]).status == 304)
        try folders.add(140, epoch: 3, to: run)
        let after = try await get(port, "/runs.json", ["If-None-Match: \(tag)"])
        #expect(after.status == 200 && after.headers["etag"] != tag)
        let found = try runs(try await news(port))[0]
        #expect((found["history"] as? [Any])?.count == 3 && found["state"] as? String == "stopped")
        let pictures = try #require(found["pictures"] as? [[String: String]])
        #expect(pictures.map { $0["name"] } == ["samples"])
        let picture = try await get(port, "/" + (pictures[0]["source"] ?? ""))
        #expect(picture.status == 200 && picture.headers["content-type"] == "image/png")
        #expect(picture.body == (try Data(contentsOf: URL(fileURLWithPath: run + "/samples.png"))))
        #expect(try await get(port, "/", method: "HEAD").body.isEmpty)
    }

    @Test func whatTrainsIsSaidToTrain() async throws {
        let run = try folders.make("a", losses: [200], epochs: 4)
        let done = try folders.make("b", losses: [200, 150])
        let (port, _) = try await serve([run, done])
        func states() async throws -> [String?] {
            try runs(try await news(port)).map { $0["state"] as? String }
        }
        #expect(try await states() == ["stopped", "finished"])
        let lock = try FolderLock(run)
        #expect(try await states() == ["training", "finished"])
        withExtendedLifetime(lock) {}
    }

    @Test func nothingElseIsServed() async throws {
        let run = try folders.make("a", losses: [10])
        try folders.picture("latent-space.png", of: run)
        try Data("secret".utf8).write(to: URL(fileURLWithPath: scratch.file("secret")))
        // Links and files that are no pictures, under names of pictures.
        for (name, target) in [("samples.png", "/latent-space.png"), ("report.html", "/../secret")] {
            try FileManager.default.createSymbolicLink(
                atPath: "\(run)/\(name)", withDestinationPath: run + target)
        }
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: run + "/manifold.png"))
        let (port, _) = try await serve([run])
        let source = try #require(
            (try runs(try await news(port))[0]["pictures"] as? [[String: String]])?.first?["source"])
        let base = "/" + source.split(separator: "/").prefix(2).joined(separator: "/")
        #expect(try await get(port, "/\(source)").status == 200)
        for target in [
            "\(base)/samples.png", "\(base)/report.html", "\(base)/manifold.png", "\(base)/config.json",
            "\(base)/metrics.csv", "\(base)/model.safetensors", "\(base)/../secret",
            "\(base)/..%2f..%2fsecret",
            "\(base)/latent-space.png/", "\(base)", "\(base)/", "/runs", "/runs/", "/../../etc/passwd", "//",
            "/runs/0/latent-space.png", "/runs/%2e%2e/latent-space.png", "/favicon.ico", "/runs.json/x",
            "\(base)/latent-space.svg", "\(base)/%00", "/\(String(repeating: "a/", count: 2000))",
        ] {
            let answer = try await get(port, target)
            #expect(answer.status == 404, "\(target): \(answer.status)")
            #expect(!answer.text.contains("secret") && !answer.text.contains("root:"), "\(target)")
        }
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            #expect(try await get(port, "/", method: method).status == 405, "\(method)")
        }
    }

    @Test func otherSitesNamesAreRefused() async throws {
        let (port, _) = try await serve([try folders.make("a", losses: [10])])
        for host in ["127.0.0.1", "127.0.0.1:\(port)", "localhost:\(port)", "[::1]:\(port)", "127.5.5.5"] {
            #expect(try await get(port, "/", host: host).status == 200, "\(host)")
        }
        for host in [
            "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "127.evil.example", "",
            "evil.example:\(port)", "[::1].evil.example", "0.0.0.0:\(port)",
        ] {
            #expect(try await get(port, "/", host: host).status == 403, "\(host)")
            #expect(try await get(port, "/runs.json", host: host).status == 403, "\(host)")
        }
    }

    @Test func otherMachinesNeedTheToken() async throws {
        let run = try folders.make("a", losses: [10])
        let (port, prefix) = try await serve([run], host: "0.0.0.0")
        #expect(prefix.count == 34 && prefix.hasPrefix("/") && prefix.hasSuffix("/"))
        #expect(try await get(port, prefix, host: "any.name").status == 200)
        #expect(try await get(port, prefix + "runs.json", host: "any.name").status == 200)
        for target in [
            "/", "/runs.json", String(prefix.dropLast()), "/" + String(repeating: "0", count: 32) + "/",
        ] {
            #expect(try await get(port, target).status == 404, "\(target)")
        }
        #expect(try await serve([run], host: "0.0.0.0").prefix != prefix)
    }

    @Test func aFolderOfRunsShowsThoseToCome() async throws {
        try folders.make("all/a", losses: [15])
        let (port, _) = try await serve([scratch.file("all")])
        #expect(try runs(try await news(port)).map { $0["name"] as? String } == ["a"])
        let second = try folders.make("all/b", losses: [16])
        #expect(try runs(try await news(port)).map { $0["name"] as? String } == ["a", "b"])
        // A run that vanishes and comes back, and one whose table is damaged.
        try FileManager.default.removeItem(atPath: scratch.file("all/a"))
        #expect(try runs(try await news(port)).map { $0["name"] as? String } == ["b"])
        try folders.make("all/a", losses: [15])
        #expect(try runs(try await news(port)).map { $0["name"] as? String } == ["a", "b"])
        try FileManager.default.removeItem(atPath: scratch.file("all/a"))
        #expect(try runs(try await news(port)).map { $0["name"] as? String } == ["b"])
        try Data("nonsense\n".utf8).write(to: URL(fileURLWithPath: second + "/metrics.csv"))
        let document = try await news(port)
        #expect(try runs(document).isEmpty)
        #expect((document["missing"] as? [String])?.first?.contains("metrics.csv") == true)
        try FileManager.default.removeItem(atPath: scratch.file("all"))
        #expect(try runs(try await news(port)).isEmpty)
        #expect(try await get(port, "/").status == 200)
    }

    /// A folder may be watched before the first run is in it, and the usual one before it is made.
    @Test func theFirstRunIsWaitedFor() async throws {
        let (all, later) = (scratch.file("all"), scratch.file("later"))
        try FileManager.default.createDirectory(atPath: all + "/half", withIntermediateDirectories: true)
        let toCome = try await waiting {
            try WatchServer.start(try WatchedRuns([later], toCome: later), port: 0)
        }
        let served = [(all, try await serve([all]).port), (later, try #require(URL(string: toCome)?.port))]
        for (folder, port) in served {
            let waits = try await news(port)
            #expect(try runs(waits).isEmpty && waits["awaited"] as? [String] == [folder])
            #expect(waits["missing"] as? [String] == [] && waits["title"] as? String == "No run yet")
            #expect(try await get(port, "/").status == 200)
            try folders.make("\(folder == all ? "all" : "later")/a", losses: [15])
            let found = try await news(port)
            #expect(try runs(found).map { $0["name"] as? String } == ["a"])
            #expect(found["awaited"] as? [String] == [] && found["title"] as? String == "a on digits")
        }
        // A run's folder that has lost its settings, and one that was not meant, are not waited for.
        try FileManager.default.removeItem(atPath: all + "/a/config.json")
        try FileManager.default.createDirectory(
            atPath: scratch.file("photos"), withIntermediateDirectories: true)
        try Data("p".utf8).write(to: URL(fileURLWithPath: scratch.file("photos/p.jpg")))
        for folder in [all + "/a", scratch.file("photos")] {
            #expect(throws: VAEError.self, "\(folder)") { try WatchedRuns([folder]) }
        }
    }

    /// Viewers that ask for much and read nothing keep nobody from what is asked.
    @Test func viewersThatNeverReadKeepNobody() async throws {
        let run = try folders.make("a", losses: [10])
        try folders.picture("samples.png", of: run, padding: 8 << 20)
        let (port, _) = try await serve([run])
        let source = try #require(
            (try runs(try await news(port))[0]["pictures"] as? [[String: String]])?.first?["source"])
        let idle = try (0..<10).map { _ in try RawHTTP(port: port) }
        for viewer in idle.prefix(6) { viewer.send("GET /\(source) HTTP/1.1\r\nHost: localhost\r\n\r\n") }
        // Half a request, and none.
        for viewer in idle[6..<8] { viewer.send("GET / HTTP/1.1\r\nHost: loc") }
        for _ in 0..<10 { #expect(try await get(port, "/runs.json").status == 200) }
        #expect(try await get(port, "/\(source)").body.count > 8 << 20)
        withExtendedLifetime(idle) {}
    }

    /// Where no port is asked for, the first that is free of those that are usual.
    @Test func aPortIsFoundWhereNoneIsAskedFor() async throws {
        let run = try folders.make("a", losses: [10])
        var ports: [Int] = []
        for _ in 0..<2 {
            let url = try await waiting { try WatchServer.start(WatchedRuns([run]), port: nil) }
            ports.append(try #require(URL(string: url)?.port))
        }
        #expect(ports[0] >= Int(WatchServer.usualPort) && ports[0] != ports[1], "\(ports)")
        for port in ports { #expect(try await get(port, "/").status == 200) }
    }

    @Test func badInput() async throws {
        func failure(_ body: @escaping @Sendable () throws -> Void) async -> VAEError? {
            do {
                try await waiting(body)
                return nil
            } catch { return error as? VAEError }
        }
        let run = try folders.make("a", losses: [10])
        let none = scratch.file("none")
        let (port, _) = try await serve([run])
        let taken = await failure {
            _ = try WatchServer.start(WatchedRuns([run]), port: UInt16(port))
        }
        #expect(taken?.kind == .unavailable && taken?.description.contains("\(port)") == true)
        #expect(await failure { _ = try WatchedRuns([none]) }?.kind == .missingInput)
        #expect(
            await failure { _ = try WatchServer.start(WatchedRuns([run]), host: "here", port: 0) }?.kind
                == .invalidArgument)
        // An address of the documentation's, which no machine has.
        #expect(
            await failure { _ = try WatchServer.start(WatchedRuns([run]), host: "192.0.2.1", port: 0) }?.kind
                == .unavailable)
    }
}
