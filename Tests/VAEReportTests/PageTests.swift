import Testing
import VAE
import VAECore
import VAEReport

/// The page in a real Chromium without a window. One browser serves all tests, one after the other.
@Suite(.serialized, .enabled(if: Chromium.isInstalled, Chromium.skipped), .chromium)
struct PageTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Opens a report and waits until its images are unpacked.
    @discardableResult
    func open(_ report: Report) async throws -> WebDriver {
        let driver = try Chromium.current
        let path = scratch.file("report.html")
        try report.write(to: path)
        _ = try await driver.consoleMessages()
        try await driver.open(path)
        try await driver.wait(until: "document.documentElement.dataset.ready")
        return driver
    }

    /// A page of digits in the window of a laptop.
    func openDigits() async throws -> WebDriver {
        let driver = try await open(Fixtures.digits.get().report())
        try await driver.run("localStorage.clear(); scrollTo(0, 0);")
        return driver
    }

    func expectSilence(_ driver: WebDriver, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let messages = try await driver.consoleMessages()
        #expect(messages.isEmpty, sourceLocation: sourceLocation)
    }

    /// The text of an element.
    func text(_ driver: WebDriver, _ id: String) async throws -> String {
        try #require(
            try await driver.run("return document.getElementById(arguments[0]).textContent;", .text(id)).text)
    }

    /// The pixels of a canvas that shows a grey image, 0 to 255.
    func greys(_ driver: WebDriver, _ id: String) async throws -> [Double] {
        let script = """
            const canvas = document.getElementById(arguments[0]);
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return Array.from(data.filter((_, i) => i % 4 === 0));
            """
        return try #require(try await driver.run(script, .text(id)).numbers)
    }
}
