import Foundation
import Testing

/// Debian's Chromium and its driver, started once for all tests of a suite and ended with it.
enum Chromium {
    /// The browser of the suite that runs.
    @TaskLocal static var driver: WebDriver?

    static var current: WebDriver {
        get throws { try #require(driver, "no browser: the suite lacks its trait") }
    }

    static let browserPath = find("VAE_CHROMIUM", ["chromium", "chromium-browser", "google-chrome"])
    static let driverPath = find("VAE_CHROMEDRIVER", ["chromedriver"])
    static var isInstalled: Bool { browserPath != nil && driverPath != nil }
    static let skipped: Comment =
        "SKIPPED, and the report's page is not tested: there is no chromium with chromedriver here. `make browser` installs both on Debian."

    /// What an environment variable names, else the first of the names that is on the path.
    private static func find(_ variable: String, _ names: [String]) -> String? {
        let environment = ProcessInfo.processInfo.environment
        if let chosen = environment[variable] { return chosen }
        for folder in (environment["PATH"] ?? "").split(separator: ":") {
            for name in names where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
                return "\(folder)/\(name)"
            }
        }
        return nil
    }

    /// Starts the driver and a browser without a window, calls `body`, and ends both.
    static func run(_ body: @Sendable (WebDriver) async throws -> Void) async throws {
        guard let browserPath, let driverPath else { throw WebDriver.Failure(description: "no Chromium") }
        let profile = FileManager.default.temporaryDirectory.appendingPathComponent(
            "vae-chromium-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: profile) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: driverPath)
        process.arguments = ["--port=0"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // The driver has no child left by then. It is not asked to end: signals that a thread of Swift's pool blocks are blocked
        // in the programs that it starts.
        defer { kill(process.processIdentifier, SIGKILL) }
        let port = try readPort(output.fileHandleForReading)
        var arguments: [JSON] = [
            "--headless=new", "--disable-gpu", "--hide-scrollbars", "--window-size=1440,900", "--lang=en",
            .text("--user-data-dir=\(profile.path)"),
        ]
        // Chromium's sandbox refuses to run for root, in containers above all.
        if getuid() == 0 { arguments.append("--no-sandbox") }
        let driver = try await WebDriver.start(
            port: port,
            capabilities: [
                "goog:chromeOptions": ["binary": .text(browserPath), "args": .list(arguments)],
                "goog:loggingPrefs": ["browser": "ALL"],
            ])
        do {
            try await body(driver)
        } catch {
            try? await driver.quit()
            throw error
        }
        try await driver.quit()
    }

    /// The port that the driver chose, from the line in which it says so.
    private static func readPort(_ output: FileHandle) throws -> Int {
        var text = ""
        while true {
            let data = output.availableData
            guard !data.isEmpty else { throw WebDriver.Failure(description: "the driver ended: \(text)") }
            text += String(decoding: data, as: UTF8.self)
            if let match = text.firstMatch(of: /started successfully on port (\d+)/), let port = Int(match.1)
            {
                return port
            }
        }
    }
}

/// Gives a suite its browser.
struct ChromiumTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await Chromium.run { driver in
            try await Chromium.$driver.withValue(driver) { try await function() }
        }
    }
}

extension Trait where Self == ChromiumTrait {
    /// A browser for the whole suite.
    static var chromium: ChromiumTrait { ChromiumTrait() }
}
