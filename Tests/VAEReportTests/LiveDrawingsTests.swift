import Foundation
import Testing
import VAE
import VAEData

@testable import VAEWatch

/// Pictures of a run that trains, and how often they are drawn.
@Suite struct LiveDrawingsTests {
    let scratch: Scratch
    let run: String
    let data: Dataset

    init() throws {
        scratch = try Scratch()
        run = try RunFolders(scratch: scratch).make("a", losses: [200], epochs: 4)
        data = try SyntheticDigits.dataset(trainCount: 20, testCount: 10)
    }

    private func train(seed: UInt64) throws {
        try VariationalAutoencoder(ModelConfiguration(), seed: seed).write(to: run + "/model.safetensors")
    }

    /// The version of the samples once it is another than `old`, or after the time in which it would be.
    private func version(_ drawings: LiveDrawings, after old: String? = nil, seconds: Double) async throws
        -> String?
    {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            drawings.wish([run])
            let found = drawings.version(.samples, of: run)
            if found != old { return found }
            try await Task.sleep(for: .milliseconds(20))
        }
        return drawings.version(.samples, of: run)
    }

    @Test func picturesFollowTheModel() async throws {
        let drawings = LiveDrawings(.init(folder: run, data: data), restFactor: 0)
        try train(seed: 0)
        let first = try await version(drawings, seconds: 600)
        #expect(first != nil && drawings.picture(.samples, of: run)?.starts(with: [0x89, 0x50]) == true)
        #expect(drawings.picture(.latentSpace, of: run) != nil)
        try train(seed: 1)
        let second = try await version(drawings, after: first, seconds: 600)
        #expect(second != nil && second != first)
        drawings.wish([])
        #expect(drawings.picture(.samples, of: run) == nil)
    }

    @Test func drawingRestsLongerThanItWorks() async throws {
        // What takes milliseconds is not done again for hours.
        let drawings = LiveDrawings(.init(folder: run, data: data), restFactor: 1e6)
        try train(seed: 0)
        let first = try await version(drawings, seconds: 600)
        try #require(first != nil)
        try train(seed: 1)
        #expect(try await version(drawings, after: first, seconds: 1) == first)
    }
}
