import FlyingFox
import Foundation
import VAECore
import VAEReport
import VAERun

/// Answers requests: the page, its news, and the pictures and pages of the runs, by names that are known beforehand. No path of a request
/// ever becomes a path of a file.
struct WatchHandler: HTTPHandler {
    let runs: WatchedRuns
    let address: WatchAddress

    private static let mostBytes = 256 << 20

    func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard address.allows(host: request.headers[.host]) else {
            return Self.refusal(.forbidden, "This server is for this machine alone.")
        }
        guard request.method == .GET || request.method == .HEAD else {
            var response = Self.refusal(.methodNotAllowed, "There is nothing here to change.")
            response.headers[HTTPHeader("Allow")] = "GET, HEAD"
            return response
        }
        // As it was sent: the addresses of the page have nothing in them that would be written another way.
        let path = request.target.path()
        guard path.hasPrefix(address.prefix) else { return Self.refusal(.notFound, "Nothing is here.") }
        let parts = path.dropFirst(address.prefix.count)
            .split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var response = try await answer(parts, request)
        if request.method == .HEAD { response.payload = .httpBody(HTTPBodySequence(data: Data())) }
        return response
    }

    private func answer(_ parts: [String], _ request: HTTPRequest) async throws -> HTTPResponse {
        switch (parts.count, parts[0]) {
        case (1, ""):
            return Self.response("text/html; charset=utf-8", try OverviewPage.bytes(await runs.overview()))
        case (1, "runs.json"): return try await news(request)
        case (3, "runs") where parts[2] == RunReport.fileName:
            guard let folder = await runs.folder(parts[1]),
                let bytes = ServedFile.bytes(RunReport.fileName, of: folder, limit: Self.mostBytes)
            else { return Self.refusal(.notFound, "The run has no page.") }
            return Self.response("text/html; charset=utf-8", bytes)
        case (3, "runs"):
            guard let name = PictureName(fileName: parts[2]),
                let bytes = await runs.picture(name, of: parts[1], limit: Self.mostBytes)
            else { return Self.refusal(.notFound, "There is no such picture.") }
            return Self.response("image/png", bytes)
        default: return Self.refusal(.notFound, "Nothing is here.")
        }
    }

    /// The document of the runs, where it is another than the asker knows.
    private func news(_ request: HTTPRequest) async throws -> HTTPResponse {
        let document = try OverviewPage.json(await runs.overview())
        let tag = "\"\(SHA256.digest(of: document).description.prefix(20))\""
        var response =
            request.headers[HTTPHeader("If-None-Match")] == tag
            ? HTTPResponse(statusCode: .notModified, headers: Self.headers)
            : Self.response("application/json", document)
        response.headers[HTTPHeader("ETag")] = tag
        return response
    }

    private static func response(_ type: String, _ bytes: [UInt8]) -> HTTPResponse {
        var response = HTTPResponse(statusCode: .ok, headers: headers, body: Data(bytes))
        response.headers[.contentType] = type
        return response
    }

    private static func refusal(_ status: HTTPStatusCode, _ words: String) -> HTTPResponse {
        var response = HTTPResponse(statusCode: status, headers: headers, body: Data((words + "\n").utf8))
        response.headers[.contentType] = "text/plain; charset=utf-8"
        return response
    }

    /// Nothing is kept, guessed, told on or shown in other sites' frames.
    private static let headers: HTTPHeaders = [
        HTTPHeader("Cache-Control"): "no-store",
        HTTPHeader("X-Content-Type-Options"): "nosniff",
        HTTPHeader("Referrer-Policy"): "no-referrer",
        HTTPHeader("X-Frame-Options"): "SAMEORIGIN",
        HTTPHeader("Cross-Origin-Resource-Policy"): "same-origin",
        HTTPHeader("Cross-Origin-Opener-Policy"): "same-origin",
    ]
}
