import Foundation
import Testing
import VAE
import VAECore

@testable import VAEReport

/// The page's other parts, and its behaviour as a whole.
extension PageTests {
    @Test func curvesShowTheirValues() async throws {
        let driver = try await openDigits()
        let history = try Fixtures.digits.get().history
        try await Pointer(driver: driver).move(to: .init("#curves svg", 0.14, 0.5))
        let test = try #require(history[0].test)
        let values = try await text(driver, "curve-values")
        #expect(
            values.hasPrefix("Epoch 1:") && values.contains(String(format: "test %.2f", test.total)),
            "\(values)")
        try await driver.run("document.getElementById('curves').focus();")
        try await Keyboard(driver: driver).press(.right)
        #expect(try await text(driver, "curve-values").hasPrefix("Epoch 2:"))
        #expect(
            try await driver.run("return document.querySelector('#epochs .chosen th').textContent;") == "2")
        #expect(try await driver.run("return document.querySelectorAll('#epochs tbody tr').length;") == 2)
        try await expectSilence(driver)
    }

    @Test func tablesAndCopiesAreComplete() async throws {
        let driver = try await openDigits()
        #expect(
            try await driver.run("return document.querySelector('#layers tfoot tr').lastChild.textContent;")
                == "134,165")
        #expect(try await driver.run("return document.querySelectorAll('#layers tbody tr').length;") == 10)
        #expect(
            try await driver.run(
                "return document.querySelector('#layers tbody').children[7].children[2].textContent;")
                == "14 × 14 × 64")
        #expect(try await text(driver, "summary").contains("\"parameters\": 134165"))
        try await driver.command(
            "Browser.grantPermissions", ["permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]])
        try await Pointer(driver: driver).click(.init("#summary + button"))
        try await driver.wait(until: "document.querySelector('#summary + button').textContent === 'Copied'")
        try await driver.run("document.getElementById('pictures').scrollIntoView({ behavior: 'instant' });")
        try await driver.wait(until: "document.getElementById('manifold').dataset.state === 'done'")
        // Every tile is drawn: no column of the sheet is all background.
        let blank = try await driver.run(
            """
            const canvas = document.getElementById('manifold');
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return data.filter((x, i) => i % 4 === 3 && x !== 255).length;
            """)
        #expect(blank == 0)
        // The tile in the lower left is the plane's lowest corner.
        try await Pointer(driver: driver).click(.init("#manifold", 0.02, 0.98))
        let z = try #require(try await driver.run("return Array.from(vae.latents.z);").numbers)
        let corner = normalQuantile(0.5 / 20)
        #expect(z.allSatisfy { abs($0 - corner) < 1e-4 }, "\(z)")
        let samples = "document.getElementById('samples').toDataURL()"
        let before = try await driver.run("return \(samples);")
        try await Pointer(driver: driver).click(.init("#resample"))
        #expect(try await driver.run("return \(samples);") != before)
        #expect(
            try await driver.run("return document.querySelectorAll('#reconstruction-rows canvas').length;")
                == 3)
        try await expectSilence(driver)
    }

    @Test func nothingBreaksOut() async throws {
        let hostile =
            #"</script><img src=x onerror="globalThis.broken = 1"><!-- {{script}} & \u2028 "# + "\u{2028}\"'"
        let report = try Fixtures.digits.get().report(
            title: hostile,
            facts: [.init(hostile, [.init(hostile, hostile), .init("path", "/tmp/<b>&amp;")])])
        let driver = try await open(report)
        #expect(try await driver.run("return typeof broken;") == "undefined")
        #expect(try await driver.run("return document.querySelectorAll('img, b').length;") == 0)
        #expect(try await driver.run("return document.querySelector('h1').textContent;") == .text(hostile))
        #expect(try await driver.run("return document.title;").text?.hasPrefix("</script>") == true)
        #expect(
            try await driver.run("return document.querySelector('#facts dd').textContent;") == .text(hostile))
        try await expectSilence(driver)
        // The policy is at work: no script comes from a string, none that is not the page's runs, and nothing is fetched.
        for attempt in [
            "document.body.innerHTML += '<b>x</b>'",
            "document.querySelector('h1').setAttribute('onclick', 'globalThis.broken = 1')",
            "const s = document.createElement('script'); s.text = 'globalThis.broken = 1'; document.body.append(s)",
        ] {
            let outcome = try await driver.run(
                "try { \(attempt); return 'done'; } catch { return 'refused'; }")
            #expect(outcome == "refused", "\(attempt)")
        }
        #expect(try await driver.run("return typeof broken;") == "undefined")
        #expect(
            try await driver.run("return fetch('data:text/plain,x').then(() => 'fetched', () => 'refused');")
                == "refused")
        _ = try await driver.consoleMessages()
    }

    @Test func worksWithoutATestSetOrEpochs() async throws {
        let model = try VariationalAutoencoder(ModelConfiguration(), seed: 1)
        let driver = try await open(Report(title: "Empty", model: model))
        #expect(try await driver.run("return document.getElementById('nearest').hidden;") == true)
        try await Pointer(driver: driver).move(to: .init("#overlay", 0.4, 0.4))
        try await expectSilence(driver)
        // A weighted divergence counts as often as it weighs.
        let weighted = Losses(reconstruction: 10, kl: 2, klWeight: 4)
        try await open(
            Report(
                title: "Weighted", model: model,
                history: [EpochReport(epoch: 1, train: weighted, test: nil, seconds: 1, imagesPerSecond: 1)]))
        #expect(try await text(driver, "curve-values").contains("training 18.00 = 10.00 + 4·2.00"))
        // What was added in place of a multiple of the divergence, and the divergence itself.
        let raised = Losses(reconstruction: 10, kl: 2, klWeight: 0.5, penalty: 0.7)
        let full = Losses(reconstruction: 11, kl: 3, klWeight: 4, penalty: 12)
        try await open(
            Report(
                title: "Raised", model: model,
                history: [EpochReport(epoch: 1, train: raised, test: full, seconds: 1, imagesPerSecond: 1)]))
        #expect(try await text(driver, "curve-values").contains("training 10.70 = 10.00 + 0.70 (KL 2.00)"))
        #expect(try await text(driver, "curve-values").contains("test 23.00 = 11.00 + 12.00 (KL 3.00)"))
        #expect(try await text(driver, "training-lead").contains("loss = reconstruction + penalty"))
        // Unlabelled, and unmeasured: the page measures what it shows.
        let fixture = try Fixtures.digits.get()
        let plain = try ImageSet(shape: fixture.test.shape, pixels: fixture.test.pixels)
        try await open(
            Report(
                title: "Plain", model: fixture.model, history: Array(fixture.history.prefix(1)),
                testSet: Report.TestSet(plain, model: fixture.model, measuringLosses: false)))
        let loss = try fixture.model.losses(of: plain.slice(0..<1), sampling: false).mean()
        let words = try await text(driver, "nearest-loss").split(separator: " ").map(String.init)
        #expect(abs(try #require(Double(words[1])) - loss.total) < 0.05, "\(words)")
        try await expectSilence(driver)
    }

    /// Phone, laptop and large screen in light and dark: nothing is wider than the window. With VAE_SCREENSHOTS set to a
    /// folder, pictures of each are left there for people to look at.
    @Test(
        arguments: [("phone", 390, 844), ("laptop", 1440, 900), ("large", 2560, 1440)],
        ["light", "dark", "told"])
    func fitsEveryScreen(screen: (name: String, width: Int, height: Int), look: String) async throws {
        // With the choice of a class, too.
        let isTold = look == "told"
        let theme = isTold ? "light" : look
        let driver = try Chromium.current
        try await driver.command(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .number(Double(screen.width)), "height": .number(Double(screen.height)),
                "deviceScaleFactor": .number(screen.name == "phone" ? 2 : 1),
                "mobile": .flag(screen.name == "phone"),
            ])
        try await driver.command(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": .text(theme)]]])
        let words = "mutual information of latents and images, as long as a line of text may well be"
        let fixture = try isTold ? Fixtures.toldDigits.get() : Fixtures.digits.get()
        try await open(fixture.report(evaluation: Self.evaluation(words)))
        #expect(try await driver.run("return document.documentElement.scrollWidth <= innerWidth;") == true)
        let dark = try await driver.run("return getComputedStyle(document.body).backgroundColor;")
        #expect(dark == (theme == "dark" ? "rgb(19, 21, 25)" : "rgb(250, 249, 246)"))
        // Everything that can be pressed is large enough for a finger (WCAG 2.2, target size).
        let small = try await driver.run(
            """
            return [...document.querySelectorAll('button, select, input[type=range], input[type=radio]')]
              .filter((e) => e.getClientRects().length && (e.offsetHeight < 24 || e.offsetWidth < 24))
              .map((e) => e.id || e.textContent);
            """)
        #expect(small == [])
        if let folder = ProcessInfo.processInfo.environment["VAE_SCREENSHOTS"] {
            for part in ["explore", "draw", "pictures", "training", "model"] {
                try await driver.run(
                    "document.getElementById(arguments[0]).scrollIntoView({ behavior: 'instant' });",
                    .text(part))
                if part == "pictures" {
                    try await driver.wait(
                        until: "document.getElementById('manifold').dataset.state === 'done'")
                }
                // Two frames, and what scrolled in is painted.
                try await Task.sleep(for: .milliseconds(150))
                try await driver.screenshot(to: "\(folder)/\(screen.name)-\(look)-\(part).png")
            }
        }
        try await Pointer(driver: driver).click(.init("#theme"))
        #expect(try await driver.run("return getComputedStyle(document.body).backgroundColor;") != dark)
        try await driver.run("localStorage.clear();")
        try await driver.command("Emulation.clearDeviceMetricsOverride", [:])
        try await driver.command("Emulation.setEmulatedMedia", ["features": []])
        try await expectSilence(driver)
    }

    /// Readers who want less motion get a path to play, and play it themselves.
    @Test func pathsWaitWhereMotionIsUnwelcome() async throws {
        let driver = try Chromium.current
        try await driver.command(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-reduced-motion", "value": "reduce"]]])
        _ = try await openDigits()
        try await Pointer(driver: driver).drag([.init("#overlay", 0.3, 0.6), .init("#overlay", 0.6, 0.4)])
        try await driver.wait(until: "vae.journey.track.length > 1")
        #expect(try await driver.run("return vae.journey.playing;") == false)
        try await driver.command("Emulation.setEmulatedMedia", ["features": []])
    }
}
