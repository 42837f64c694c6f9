import Testing
import VAEReport

/// The evaluation's section of the page.
extension PageTests {
    static func evaluation(_ text: String) -> EvaluationSummary {
        EvaluationSummary(
            lead: text,
            scale: .init(
                title: "Good?", unit: "nats",
                marks: [
                    .init("rival", "200.00", place: 1, kind: .baseline, note: text),
                    .init("mine", "150.00", place: 0.5, kind: .model),
                    .init("floor", "100.00", place: 0, kind: .floor),
                ], remark: text),
            tables: [
                .init(
                    "Loss", columns: ["nats", "bits"],
                    rows: [.init("loss", ["150.00 ± 1.00", "0.3"]), .init("KL", ["6.00"], isPart: true)],
                    remarks: [text]),
                .init("Clusters", columns: [], remarks: ["Left out."]),
            ])
    }

    @Test func evaluationsAreShown() async throws {
        let hostile = "<img src=x onerror=alert(1)> & \"'"
        let report = try Fixtures.digits.get().report(evaluation: Self.evaluation(hostile))
        let driver = try await open(report)
        #expect(try await text(driver, "evaluation-lead") == hostile)
        #expect(
            try await driver.run("return document.getElementById('evaluation-link').checkVisibility();")
                == true)
        let widths = try #require(
            try await driver.run(
                """
                return Array.from(document.querySelectorAll('.scale .bar'), (bar) =>
                  bar.firstChild.getBoundingClientRect().width / bar.getBoundingClientRect().width);
                """
            ).numbers)
        // Of a bar of hundreds of pixels; the floor keeps two, to be seen.
        #expect(
            widths.count == 3 && abs(widths[0] - 1) < 0.01 && abs(widths[1] - 0.5) < 0.01 && widths[2] < 0.02,
            "\(widths)")
        #expect(
            try await driver.run("return document.querySelectorAll('#evaluation-tables .card').length;") == 2)
        #expect(
            try await driver.run(
                "return Array.from(document.querySelectorAll('#evaluation-tables tbody tr'), (row) => row.cells.length);"
            ).numbers == [3, 3])
        try await expectSilence(driver)
    }

    @Test func pagesWithoutAnEvaluationHaveNoSectionOfIt() async throws {
        let driver = try await openDigits()
        for id in ["evaluation", "evaluation-link"] {
            #expect(
                try await driver.run(
                    "return document.getElementById(arguments[0]).checkVisibility();", .text(id))
                    == false)
        }
        try await expectSilence(driver)
    }
}
