import Foundation
import Testing

@testable import VAEData

/// Who serves a file must be who the address says.
@Suite struct CertificateTests {
    /// A server whose certificate nobody vouches for: its own.
    private final class Impostor {
        private let process = Process()
        let port: Int

        init(in folder: String, serving file: [UInt8]) throws {
            try Data(file).write(to: URL(fileURLWithPath: folder + "/file"))
            let made = try OpenSSL.run(
                [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", "key", "-out", "certificate",
                ], in: folder)
            try #require(made == 0)
            // Port 0 lets the system choose one, which the server then says.
            OpenSSL.prepare(
                process,
                ["s_server", "-accept", "127.0.0.1:0", "-key", "key", "-cert", "certificate", "-HTTP"],
                in: folder)
            let said = Pipe()
            process.standardOutput = said
            try process.run()
            var text = ""
            var number: Int?
            while number == nil {
                let piece = said.fileHandleForReading.availableData
                try #require(!piece.isEmpty, "\(text)")
                text += String(decoding: piece, as: UTF8.self)
                number = text.firstMatch(of: /ACCEPT [^\n]*:([0-9]+)\n/).flatMap { Int($0.1) }
            }
            port = number ?? 0
        }

        deinit {
            // It may have been started with other signals blocked.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    @Test(.enabled(if: OpenSSL.isThere, "needs the openssl command"))
    func oneThatNobodyVouchesForIsRefused() throws {
        let folder = try TemporaryFolder()
        let server = try Impostor(
            in: folder.path, serving: Array("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc".utf8))
        let error = #expect(throws: DownloadFailure.self) {
            try Download.fetch("https://localhost:\(server.port)/file", size: 3, rules: .init(patience: 5)) {
                _ in
            }
        }
        #expect(error?.reason.contains("no secure connection") == true, "\(error?.reason ?? "")")
        #expect(error?.reason.contains("certificate") == true, "\(error?.reason ?? "")")
    }
}

/// The command-line tool.
private enum OpenSSL {
    static let isThere = (try? run(["version"], in: "/")) == 0

    static func prepare(_ process: Process, _ arguments: [String], in folder: String) {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
    }

    static func run(_ arguments: [String], in folder: String) throws -> Int32 {
        let process = Process()
        prepare(process, arguments, in: folder)
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
