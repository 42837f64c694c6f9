import FlyingFox
import FlyingSocks
import Foundation
import Synchronization
import VAECore
import VAERun

/// Serves the page of some runs, and what it shows, to browsers: read-only.
package final class WatchServer: Sendable {
    private let address: WatchAddress
    private let server: HTTPServer

    /// - Parameters:
    ///   - runs: what is shown
    ///   - address: where it listens
    /// - Throws: `invalidArgument` when the address is none of this machine.
    private init(_ runs: WatchedRuns, at address: WatchAddress) throws(VAEError) {
        self.address = address
        do {
            func configuration(_ socket: some SocketAddress) -> HTTPServer.Configuration {
                HTTPServer.Configuration(address: socket, timeout: 15, logger: .disabled)
            }
            server = HTTPServer(
                config: configuration(try address.socketAddress),
                handler: WatchHandler(runs: runs, address: address))
        } catch {
            throw VAEError(.invalidArgument, "host", "is no address of this machine", found: address.host)
        }
    }

    /// Serves until the surrounding task is cancelled.
    /// - Parameter ready: called once with the address for a browser, before anything is served
    /// - Throws: `unavailable` when the port is in use; `cannotCreate` when it can't be had otherwise.
    private func run(ready: @escaping @Sendable (_ url: String) -> Void) async throws(VAEError) {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.server.run() }
                group.addTask {
                    while await !self.server.isListening { try await Task.sleep(for: .milliseconds(5)) }
                    ready(self.address.url(port: await self.port))
                }
                // The first error ends both.
                while try await group.next() != nil {}
            }
        } catch is CancellationError {
        } catch SocketError.failed(_, EADDRINUSE, _) {
            throw VAEError(
                .unavailable, "port \(address.port)", "is in use by another program",
                advice: "Choose another: --port N, or --port 0 for any that is free.")
        } catch SocketError.failed(_, let number, let message) {
            throw VAEError(
                number == EADDRNOTAVAIL || number == EACCES ? .unavailable : .cannotCreate,
                "\(address.host):\(address.port)", "can't be listened on: \(message.lowercased())",
                advice: "Choose another address or port: --host, --port.")
        } catch {
            throw VAEError(.cannotCreate, "server", "has ended: \(error.localizedDescription)")
        }
    }

    /// Serves on other threads for as long as the process lives.
    /// - Returns: the address for a browser
    /// - Throws: as ``run(ready:)``, where listening fails.
    private func start() throws(VAEError) -> String {
        let settled = DispatchSemaphore(value: 0)
        let outcome = Mutex<Result<String, VAEError>?>(nil)
        Task.detached {
            do throws(VAEError) {
                try await self.run { url in
                    outcome.withLock { $0 = .success(url) }
                    settled.signal()
                }
            } catch {
                outcome.withLock { $0 = .failure(error) }
                settled.signal()
            }
        }
        settled.wait()
        guard let result = outcome.withLock(\.self) else {
            throw VAEError(.cannotCreate, "server", "has ended before it began")
        }
        return try result.get()
    }

    /// The port that is tried first where none is asked for, and how many after it.
    package static let usualPort: UInt16 = 8420
    private static let tries: UInt16 = 20

    /// A server that listens at a port, or where none is asked for at the first of some that is free.
    /// - Returns: the address for a browser
    /// - Throws: `unavailable` when the port is in use, or all of them are.
    package static func start(
        _ runs: WatchedRuns, host: String = "127.0.0.1", port: UInt16?
    ) throws(VAEError) -> String {
        func start(_ port: UInt16) throws(VAEError) -> String {
            try WatchServer(runs, at: WatchAddress(host: host, port: port)).start()
        }
        if let port { return try start(port) }
        for port in usualPort..<usualPort + tries {
            do throws(VAEError) {
                return try start(port)
            } catch  where error.kind == .unavailable {}
        }
        return try start(0)
    }

    private var port: UInt16 {
        get async {
            switch await server.listeningAddress {
            case .ip4(_, let port), .ip6(_, let port): port
            default: address.port
            }
        }
    }
}
