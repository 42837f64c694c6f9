import Testing

@testable import vae_bench

/// The model of what a wire adds to a step of several machines.
@Suite("Several machines")
struct MachineSpeedTests {
    private let wire = MachineSpeed.Wire(name: "a wire", bytesPerSecond: 1e6, latency: 0.25)

    @Test func aWireAddsLatenciesAndBytes() {
        // One machine has none; of a million bytes of parameters two send as many, and four half as many again.
        #expect(wire.seconds(parameters: 250_000, ranks: 1) == 0)
        #expect(wire.seconds(parameters: 250_000, ranks: 2) == 0.75 + 1)
        #expect(wire.seconds(parameters: 250_000, ranks: 4) == 0.75 + 1.5)
    }

    @Test func aStepIsTheRanksJobsAndTheWire() {
        let jobs = [[Double](repeating: 1, count: 32)]
        let point = MachineSpeed.Point(
            model: "a model", parameters: 250_000, machines: 2,
            schedule: StepSchedule(jobs: jobs, serial: 0.5, barrier: 0))
        // Two rounds on 16 cores.
        #expect(point.computing == 2.5 && point.seconds(wire) == 2.5 + 1.75)
    }
}
