import Foundation
import Synchronization

/// An HTTP server on 127.0.0.1 that behaves as badly as a test wants, one answer a path.
final class TestServer: Sendable {
    enum Answer: Sendable {
        case file([UInt8])
        /// The file without a length, so that its end is the connection's.
        case unsized([UInt8])
        /// The file, with the header `Content-Encoding: gzip`.
        case encoded([UInt8])
        /// A length, then that many bytes of the file only, then the end.
        case cut([UInt8], after: Int)
        /// A head, and bytes without end, at about 50 MB/s, as a fast network might.
        case endless(_ head: String = "HTTP/1.1 200 X\r\n\r\n")
        /// A head without end.
        case endlessHead
        case status(Int)
        case redirect(String)
        /// Takes the request and says nothing.
        case silence
        /// A length, then a byte now and then.
        case trickle([UInt8])
    }

    let port: UInt16
    private let listener: Int32
    private let answers: [String: Answer]
    private let log = Mutex<[String]>([])
    private let heads = Mutex<[String]>([])
    private let hungUpAfter = Mutex<Int?>(nil)

    /// Requested paths, in order.
    var requests: [String] { log.withLock { $0 } }
    /// The requests as they were sent.
    var requestHeads: [String] { heads.withLock { $0 } }
    /// Bytes of an endless answer that the client took before it hung up; nil while it still listens.
    var endlessBytes: Int? { hungUpAfter.withLock { $0 } }
    /// The address of the server, with a slash.
    var base: String { "http://127.0.0.1:\(port)/" }

    /// - Parameter answers: by path without the slash; others are answered with 404.
    init(_ answers: [String: Answer]) throws {
        self.answers = answers
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let ready = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                bind(descriptor, general, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, general, &length) == 0
            }
        }
        guard ready else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        let thread = Thread { [weak self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0, let self else { return }
                Thread.detachNewThread { self.serve(connection) }
            }
        }
        thread.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        var buffer = [UInt8](repeating: 0, count: 8192)
        let count = recv(connection, &buffer, buffer.count, 0)
        guard count > 0 else { return }
        let head = String(decoding: buffer[..<count], as: UTF8.self)
        let path = String(head.split(separator: " ").dropFirst().first?.dropFirst() ?? "")
        log.withLock { $0.append(path) }
        heads.withLock { $0.append(head) }
        switch answers[path] ?? .status(404) {
        case .file(let bytes):
            _ = send(connection, header(200, length: bytes.count)) && send(connection, bytes)
        case .unsized(let bytes):
            _ = send(connection, header(200, length: nil)) && send(connection, bytes)
        case .encoded(let bytes):
            let encoding = "Content-Encoding: gzip\r\n"
            _ = send(connection, header(200, length: bytes.count, encoding)) && send(connection, bytes)
        case .cut(let bytes, let length):
            _ =
                send(connection, header(200, length: bytes.count))
                && send(connection, Array(bytes[..<length]))
        case .endless, .endlessHead:
            var head = "HTTP/1.1 200 X\r\n"
            var piece = Array("X-More: \(String(repeating: "m", count: 1014))\r\n".utf8)
            if case .endless(let given) = answers[path] {
                (head, piece) = (given, [UInt8](repeating: 7, count: 1024))
            }
            piece = (0..<64).flatMap { _ in piece }
            var goesOn = send(connection, Array(head.utf8))
            var count = 0
            while goesOn {
                goesOn = send(connection, piece)
                count += 65536
                usleep(1000)
            }
            hungUpAfter.withLock { $0 = count }
        case .status(let code):
            _ = send(connection, header(code, length: 4) + Array("oops".utf8))
        case .redirect(let target):
            _ = send(
                connection,
                Array("HTTP/1.1 302 Found\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n".utf8))
        case .silence:
            _ = recv(connection, &buffer, buffer.count, 0)  // until the other side gives up
        case .trickle(let bytes):
            var goesOn = send(connection, header(200, length: bytes.count))
            for byte in bytes where goesOn {
                usleep(200_000)
                goesOn = send(connection, [byte])
            }
        }
    }

    private func header(_ code: Int, length: Int?, _ more: String = "") -> [UInt8] {
        let size = length.map { "Content-Length: \($0)\r\n" } ?? ""
        return Array("HTTP/1.1 \(code) X\r\n\(size)\(more)Connection: close\r\n\r\n".utf8)
    }

    /// Whether all the bytes went out.
    private func send(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                // Without the flag, a client that hangs up would end the process.
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }
}
