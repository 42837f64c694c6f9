import Foundation

/// Bytes sent to a server on this machine as they are, for requests that no client would make.
final class RawHTTP: Sendable {
    struct Answer: Sendable {
        let status: Int
        /// Names in lower case.
        let headers: [String: String]
        let body: Data

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let connection: Int32

    /// Connects to a port of 127.0.0.1.
    init(port: Int) throws {
        connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var patience = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw LocalHTTP.Failure(description: "no server at port \(port)") }
    }

    deinit { close(connection) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// The answer to a request line and headers, which say that the connection ends with it.
    func ask(_ target: String, method: String = "GET", headers: [String]) throws -> Answer {
        let lines = ["\(method) \(target) HTTP/1.1"] + headers + ["Connection: close", "", ""]
        send(lines.joined(separator: "\r\n"))
        var answer = Data()
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = recv(connection, &piece, piece.count, 0), count > 0 {
            answer += piece[..<count]
        }
        guard let blank = answer.firstRange(of: Data("\r\n\r\n".utf8)) else {
            throw LocalHTTP.Failure(description: "no answer to \(target)")
        }
        let head = String(decoding: answer[..<blank.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        var found: [String: String] = [:]
        for line in head.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            found[parts[0].lowercased()] =
                parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        return Answer(
            status: Int(head[0].split(separator: " ")[1]) ?? 0, headers: found,
            body: answer.suffix(from: blank.upperBound))
    }
}

/// Runs what waits on a thread of its own: the server that it waits for answers on the threads of Swift's pool, which are as few as the
/// machine's cores.
func waiting<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
