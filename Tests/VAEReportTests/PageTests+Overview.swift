import Foundation
import Testing
import VAE
import VAECore
import VAERun

@testable import VAEWatch

/// The page of several runs, in a file and served.
extension PageTests {
    /// Names that would be markup, script or a way out of a page if they were taken as anything but text.
    private static let hostile = "</script><img src=x onerror=\"document.title='taken'\">"

    private func openComparison(_ paths: [String]) async throws -> WebDriver {
        let driver = try Chromium.current
        let path = scratch.file("comparison.html")
        try ComparisonPage.write(try RunComparison(paths), to: path)
        _ = try await driver.consoleMessages()
        try await driver.open(path)
        try await driver.wait(until: "document.documentElement.dataset.ready")
        return driver
    }

    @Test func runsStandSideBySide() async throws {
        let folders = RunFolders(scratch: scratch)
        var paths: [String] = []
        for (seed, loss) in [150.0, 160].enumerated() {
            paths.append(
                try folders.make("plain-\(seed)", losses: [200, 170, loss], seed: UInt64(seed)))
        }
        paths.append(
            try folders.make("warm", losses: [190, 150, 140]) { $0.klSchedule = KLSchedule(warmUpEpochs: 2) })
        for path in paths.dropLast() { try folders.picture("latent-space.png", of: path) }
        try folders.picture("samples.png", of: paths[2])
        let driver = try await openComparison(paths)
        let cells = try #require(
            try await driver.run(
                "return Array.from(document.querySelectorAll('#runs tbody tr')).map((row) => Array.from(row.cells).map((cell) => cell.textContent).join('|')).join('\\n');"
            ).text)
        let rows = cells.split(separator: "\n")
        #expect(rows.count == 3)
        #expect(
            rows[0].hasPrefix("plain-0|0|–|finished|3 of 3|150.00|144.00|6.00|150.00|134,165|5,000|0:06"),
            "\(cells)")
        #expect(rows[2].hasPrefix("warm|0|2|finished|3 of 3|140.00"), "\(cells)")
        // Two seeds have a band where they differ, a run alone has none.
        let counts = try await driver.run(
            "return ['.band', '.line', '#groups tbody tr', '#sheets img'].map((found) => document.querySelectorAll(found).length);"
        ).numbers
        #expect(counts == [2, 6, 1, 2])
        #expect(try await text(driver, "groups").contains("no KL warm-up2155.00"))
        let widths = try await driver.run(
            "return Array.from(document.querySelectorAll('#sheets img')).map((image) => image.naturalWidth);"
        ).numbers
        #expect(widths == [1, 1])
        try await Pointer(driver: driver).click(.init("#picture-choice label:nth-of-type(2)"))
        #expect(
            try await driver.run("return document.querySelector('#sheets img').alt;").text
                == "Samples of warm")
        #expect(try await driver.run("return document.getElementById('explore').hidden;") == .flag(true))
        try await expectSilence(driver)
    }

    @Test func namesOfRunsAreText() async throws {
        let folders = RunFolders(scratch: scratch)
        let path = try folders.make(
            "run", losses: [13, 12], data: Self.hostile + "\u{2028}{{data}}")
        let other = try folders.make("<b>b<\u{2215}b>", losses: [14], data: "other")
        let driver = try await openComparison([path, other])
        #expect(try await driver.run("return document.title;").text?.contains("taken") == false)
        #expect(try await text(driver, "runs").contains(Self.hostile))
        #expect(try await text(driver, "runs").contains("<b>b"))
        #expect(try await text(driver, "warning").contains("can't be held against each other"))
        try await expectSilence(driver)
    }

    @Test func anEmptyFoldersPageWaits() async throws {
        let folder = scratch.file("all")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let url = try await waiting { try WatchServer.start(WatchedRuns([folder]), port: 0) }
        let driver = try Chromium.current
        _ = try await driver.consoleMessages()
        try await driver.go(to: url)
        try await driver.wait(until: "document.documentElement.dataset.ready")
        #expect(try await text(driver, "lede") == "waiting for the first run in \(folder)")
        #expect(try await text(driver, "awaited-command") == "vae-train --out \(folder)/first")
        let hidden =
            "return ['awaited', 'losses', 'pictures', 'explore'].map((id) => Number(document.getElementById(id).hidden));"
        #expect(try await driver.run(hidden).numbers == [0, 1, 1, 1])
        try RunFolders(scratch: scratch).make("all/a", losses: [200])
        try await driver.wait(until: "document.getElementById('runs').textContent.includes('200.00')")
        #expect(try await driver.run(hidden).numbers == [1, 0, 0, 1])
        #expect(try await text(driver, "title") == "a on digits")
        try await expectSilence(driver)
    }

    /// A page that is served follows a training by itself, and says so when nobody answers any more.
    @Test func aServedPageFollowsItsRun() async throws {
        let folders = RunFolders(scratch: scratch)
        let run = try folders.make("now", losses: [200], epochs: 3)
        let lock = try FolderLock(run)
        let url = try await waiting { try WatchServer.start(WatchedRuns([run]), port: 0) }
        let driver = try Chromium.current
        _ = try await driver.consoleMessages()
        try await driver.go(to: url)
        try await driver.wait(until: "document.documentElement.dataset.ready")
        #expect(try await text(driver, "lede").hasPrefix("epoch 2 of 3, about 0:04 left"))
        #expect(try await driver.run("return document.getElementById('explore').hidden;") == .flag(true))
        try folders.add(150, epoch: 2, to: run)
        try folders.picture("samples.png", of: run)
        try Fixtures.digits.get().report().write(to: run + "/report.html")
        try await driver.wait(
            until:
                "document.getElementById('runs').textContent.includes('150.00') && document.querySelector('#sheets img')?.naturalWidth === 1"
        )
        #expect(try await text(driver, "lede").hasPrefix("epoch 3 of 3"))
        // The run's own page, with its own script, in the frame.
        try await driver.wait(
            until: "document.getElementById('explorer').contentDocument?.documentElement.dataset.ready")
        try await expectSilence(driver)
        withExtendedLifetime(lock) {}
        try FileManager.default.removeItem(atPath: run)
        try await driver.wait(until: "!document.querySelector('#runs tbody tr')")
        #expect(try await text(driver, "lede").contains("now"))
    }
}
