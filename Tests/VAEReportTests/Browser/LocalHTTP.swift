import Foundation

/// One HTTP request to a server on this machine, over a connection of its own.
///
/// `URLSession` refuses the driver's answers ("Failed writing header"): they have no space after a header's colon, which HTTP
/// allows.
enum LocalHTTP {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The body of the answer. Waits on a thread of its own.
    static func request(_ method: String, port: Int, path: String, body: Data = Data()) async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try exchange(method, port, path, body) })
            }
        }
    }

    private static func exchange(_ method: String, _ port: Int, _ path: String, _ body: Data) throws -> Data {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // A browser that hangs fails a test rather than stop it.
        var patience = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Failure(description: "no server at port \(port)") }

        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
            + "Content-Type: application/json; charset=utf-8\r\nContent-Length: \(body.count)\r\n\r\n"
        var rest = (Data(head.utf8) + body)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw Failure(description: "\(path): could not be sent") }
            rest = rest.dropFirst(sent)
        }

        var answer = Data()
        var end: Int?
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while answer.count < end ?? .max {
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else {
                throw Failure(description: "\(path): the answer ends after \(answer.count) bytes")
            }
            answer += piece[..<count]
            if end == nil, let blank = answer.firstRange(of: Data("\r\n\r\n".utf8)) {
                end = blank.upperBound + contentLength(answer[..<blank.lowerBound])
            }
        }
        return answer.suffix(from: (answer.firstRange(of: Data("\r\n\r\n".utf8))?.upperBound ?? 0))
    }

    private static func contentLength(_ head: Data) -> Int {
        for line in String(decoding: head, as: UTF8.self).lowercased().split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0] == "content-length" { return Int(parts[1].drop { $0 == " " }) ?? 0 }
        }
        return 0
    }
}
