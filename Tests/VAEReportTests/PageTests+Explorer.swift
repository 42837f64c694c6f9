import Testing
import VAE
import VAECore

/// The explorer under real pointers, fingers and keys.
extension PageTests {
    /// z as the page has it.
    private func z(_ driver: WebDriver) async throws -> [Double] {
        try #require(try await driver.run("return Array.from(vae.latents.z);").numbers)
    }

    /// Where on the plane a test image lies, as shares of the plane's box.
    private func spot(_ driver: WebDriver, ofImage index: Int) async throws -> Pointer.Spot {
        let shares = try #require(
            try await driver.run(
                """
                const { scatter, plane } = vae, i = arguments[0];
                return [scatter.screenX(plane.xs[i]) / scatter.width, scatter.screenY(plane.ys[i]) / scatter.height];
                """, .number(Double(index))
            ).numbers)
        return Pointer.Spot("#overlay", shares[0], shares[1])
    }

    @Test func movingDecodesLive() async throws {
        let driver = try await openDigits()
        let mouse = Pointer(driver: driver)
        try await mouse.move(to: .init("#overlay", 0.3, 0.3))
        try await driver.run("globalThis.frames = 0; vae.latents.onFrame(() => { frames++; });")
        var pictures: Set<String> = []
        for step in 0..<10 {
            try await mouse.move(to: .init("#overlay", 0.3 + 0.04 * Double(step), 0.35))
            try await driver.wait(until: "frames > \(step)")
            pictures.insert(
                try #require(
                    try await driver.run("return document.getElementById('decoded').toDataURL();").text))
        }
        #expect(pictures.count > 5, "the image changes as the pointer moves")
        // What is shown is what the decoder gives at the pointer's place.
        let z = try await z(driver)
        let place = try #require(
            try await driver.run(
                "const { scatter } = vae; return scatter.place(0.66 * scatter.width, 0.35 * scatter.height);"
            ).numbers)
        // Pointers go by whole pixels of a plane of hundreds.
        #expect(abs(z[0] - place[0]) < 0.03 && abs(z[1] - place[1]) < 0.03)
        let fixture = try Fixtures.digits.get()
        let expected = try fixture.model.decode(z.map { Float($0) }).map { Double(($0 * 255).rounded()) }
        let shown = try await greys(driver, "decoded")
        #expect(zip(shown, expected).allSatisfy { abs($0 - $1) <= 1 } && shown.count == expected.count)
        try await expectSilence(driver)

        let times = try #require(
            try await driver.run(
                """
                const times = [];
                for (let i = 0; i < 200; i++) {
                  const z = vae.latents.z.map(() => 4 * Math.random() - 2), start = performance.now();
                  vae.model.decode(z);
                  times.push(performance.now() - start);
                }
                return times.sort((a, b) => a - b);
                """
            ).numbers)
        print("the page decodes an image in \(times[100]) ms (median), \(times[197]) ms (99 of 100)")
    }

    @Test func hoveringAPointShowsItsImageAndLoss() async throws {
        let driver = try await openDigits()
        let mouse = Pointer(driver: driver)
        try await mouse.move(to: spot(driver, ofImage: 17))
        try await driver.wait(until: "vae.explorer.hovered >= 0")
        // Another point may lie over this one; the nearest is what counts.
        let index = Int(try #require(try await driver.run("return vae.explorer.hovered;").number))
        let fixture = try Fixtures.digits.get()
        let loss = try fixture.model.losses(of: fixture.test.slice(index..<index + 1), sampling: false).mean()
        let label = try #require(fixture.test.labels)[index]
        #expect(try await text(driver, "nearest-title") == "Test image \(index), digit \(label)")
        let words = try await text(driver, "nearest-loss").split(separator: " ").map(String.init)
        #expect(abs(try #require(Double(words[1])) - loss.total) < 0.05, "\(words)")
        let original = try await greys(driver, "original")
        let pixels = try fixture.test.slice(index..<index + 1).pixels
        #expect(original.count == pixels.count && zip(original, pixels).allSatisfy { $0 == Double($1) })
        // Away from all points, what stays is named as the last.
        try await mouse.move(to: .init("#overlay", 0.98, 0.02))
        try await driver.wait(until: "vae.explorer.hovered < 0")
        #expect(try await text(driver, "nearest-title") == "Last test image: \(index), digit \(label)")
        try await expectSilence(driver)
    }

    @Test func twoClicksMakeAJourney() async throws {
        let driver = try await openDigits()
        let mouse = Pointer(driver: driver)
        let ends = try await (spot(driver, ofImage: 3), spot(driver, ofImage: 40))
        try await mouse.click(ends.0)
        #expect(try await text(driver, "journey-text").contains("Click a second place"))
        try await mouse.click(ends.1)
        try await driver.wait(until: "vae.journey.ends.length === 2")
        #expect(try await text(driver, "journey-text").contains("straight line"))
        let places = try #require(
            try await driver.run("return vae.journey.ends.map((z) => Array.from(z)).flat();").numbers)
        // The slider, by the keyboard: End is the second end, Home the first.
        try await driver.run("document.getElementById('progress').focus();")
        try await Keyboard(driver: driver).press("\u{E010}")
        try await driver.wait(until: "document.getElementById('progress').value === '1000'")
        let last = try await z(driver)
        #expect(abs(last[0] - places[2]) < 1e-5 && abs(last[1] - places[3]) < 1e-5)
        try await mouse.click(.init("#progress", 0.5, 0.5))
        let middle = try await z(driver)
        // A slider's thumb is some pixels wide, and its track a few hundred.
        #expect(abs(middle[0] - (places[0] + places[2]) / 2) < 0.1 * abs(places[0] - places[2]) + 1e-3)
        #expect(try await driver.run("return document.getElementById('film').hidden;") == false)
        try await mouse.click(.init("#forget"))
        #expect(try await driver.run("return vae.journey.ends.length;") == 0)
        try await expectSilence(driver)
    }

    @Test(arguments: [Pointer.Kind.mouse, .touch])
    func draggingPlaysAPath(kind: Pointer.Kind) async throws {
        let driver = try await openDigits()
        try await driver.run(
            "globalThis.seen = new Set(); vae.latents.onFrame(() => seen.add(Array.from(vae.latents.z).join()));"
        )
        let hand = Pointer(driver: driver, kind: kind)
        try await hand.drag([
            .init("#overlay", 0.3, 0.6), .init("#overlay", 0.4, 0.4), .init("#overlay", 0.55, 0.35),
            .init("#overlay", 0.7, 0.6),
        ])
        try await driver.wait(until: "vae.journey.track.length > 3")
        #expect(try await text(driver, "journey-text").contains("path"))
        #expect(try await driver.run("return vae.journey.ends.length;") == 0)
        #expect(try await driver.run("return vae.journey.playing;") == true)
        try await driver.run("seen.clear();")
        try await driver.wait(until: "seen.size > 5")
        try await hand.click(.init("#play"))
        try await driver.wait(until: "!vae.journey.playing")
        try await expectSilence(driver)
    }

    @Test func keysMoveZ() async throws {
        let driver = try await openDigits()
        let keys = Keyboard(driver: driver)
        try await driver.run("document.getElementById('plane').focus();")
        try await keys.press(.home)
        #expect(try await z(driver) == [0, 0])
        try await keys.press(.right)
        try await keys.press(.up, shift: true)
        let z = try await z(driver)
        #expect(abs(z[0] - 0.1) < 1e-6 && abs(z[1] - 0.5) < 1e-6)
        try await keys.press("n")
        let first = try await driver.run("return vae.explorer.hovered;").number
        try await keys.press("n")
        #expect(try await driver.run("return vae.explorer.hovered;").number == first.map { $0 + 1 })
        try await keys.press(.enter)
        try await keys.press("n")
        try await keys.press(.enter)
        #expect(try await driver.run("return vae.journey.ends.length;") == 2)
        try await keys.press(.escape)
        #expect(try await driver.run("return vae.journey.ends.length;") == 0)
        try await expectSilence(driver)
    }

    @Test func moreDimensionsHaveSlidersAndPlanes() async throws {
        let driver = try await open(Fixture(Fixtures.odd[0]).report())
        #expect(try await driver.run("return document.querySelectorAll('#sliders input').length;") == 5)
        #expect(try await driver.run("return document.getElementById('plane-choice').hidden;") == false)
        // Dimensions 4 and 2, behind the principal axes.
        let axes = try #require(
            try await driver.run("return vae.plane.axes.map((axis) => axis.label);").items?.compactMap(\.text)
        )
        #expect(
            axes.count == 10 && axes[0].hasPrefix("principal axis 1 (")
                && axes[5...] == ["z₁", "z₂", "z₃", "z₄", "z₅"])
        for (menu, value) in [("axis-x", "8"), ("axis-y", "6")] {
            try await driver.run(
                """
                const menu = document.getElementById(arguments[0]);
                menu.value = arguments[1];
                menu.dispatchEvent(new Event('change'));
                """,
                .text(menu), .text(value))
        }
        try await driver.run("document.querySelectorAll('#sliders input')[4].focus();")
        try await Keyboard(driver: driver).press(.right)
        let before = try await z(driver)
        try await Pointer(driver: driver).move(to: .init("#overlay", 0.7, 0.3))
        let after = try await z(driver)
        #expect(before[0] == after[0] && before[2] == after[2] && before[4] == after[4])
        #expect(before[3] != after[3] && before[1] != after[1])
        // On principal axes too the pointer's place is z's.
        try await driver.run("vae.plane.choose(0, 1);")
        try await Pointer(driver: driver).move(to: .init("#overlay", 0.4, 0.6))
        let error = try await driver.run(
            """
            const { scatter, plane, latents } = vae, [x, y] = plane.project(latents.z);
            return Math.hypot(scatter.screenX(x) / scatter.width - 0.4, scatter.screenY(y) / scatter.height - 0.6);
            """
        ).number
        #expect(try #require(error) < 0.005)
        try await expectSilence(driver)
    }
}
