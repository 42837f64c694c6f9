import Testing

@testable import vae_bench

/// The two limits that vae-bench compares with, and what it says where the first is passed.
@Suite struct BenchLimitsTests {
    /// More than 100 % of `sgemm` has one of two reasons, which a line says; 100.0 % has none.
    @Test func beyondSgemmHasAReason() throws {
        let workload = try Workload(folder: nil, count: Workload.batch, products: .tiles)
        var report = Report(Measurements(), workload, threads: 1, repeats: 1, quick: true)
        report.blas.isOlderThanProcessor = false
        #expect(
            report.beyondSgemm([nil, 0.5, 1.1], sgemm: 0.779)
                == ["More than 100 % of sgemm: sgemm itself reaches 77.9 % of the processor's multiply-adds."]
        )
        #expect(report.beyondSgemm([1.0004, nil], sgemm: 0.8).isEmpty)
        #expect(report.beyondSgemm([4], sgemm: nil).isEmpty)
        report.blas.isOlderThanProcessor = true
        report.blas.core = "Prescott"
        #expect(
            report.beyondSgemm([4], sgemm: 0.2)
                == [
                    "More than 100 % of sgemm: the kernels of sgemm, Prescott, are older than this processor."
                ])
        #expect(report.beyondSgemm([0.9], sgemm: 0.2).isEmpty)
    }

    /// All tables count: the line is there for each that shows more than `sgemm`, and stands by itself.
    @Test func allTablesAreLookedAt() throws {
        let workload = try Workload(folder: nil, count: Workload.batch, products: .tiles)
        var measured = Measurements()
        var limits = Limits()
        limits.append(try ProductPeak(threads: 1))
        measured.limits = (limits, 1)
        var report = Report(measured, workload, threads: 1, repeats: 1, quick: true)
        let sgemm = try #require(report.sgemm).peakGflops
        #expect(!report.text.contains("More than"))
        var point = InferenceSpeed.Point(task: .decode, threads: 1, images: 1, flop: 1_000_000_000)
        point.speeds.append(2 * sgemm)
        report.inference = [.init(point)]
        #expect(report.text.contains("\nMore than 100 % of sgemm: ") && report.text.contains("200.0 %"))
        report.inference?[0].threads = 2
        #expect(!report.text.contains("More than"))
    }
}
