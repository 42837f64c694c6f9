import Foundation
import Testing
import VAECore

@testable import VAE

/// Models of tables: what their files keep, and what each column costs.
@Suite struct StandardizedModelTests {
    let folder = try! ScratchFolder()

    private func configuration(_ likelihood: Likelihood = .gaussianValue) -> ModelConfiguration {
        .fullyConnected(
            imageShape: ImageShape(height: 1, width: 3), hiddenUnits: [4], likelihood: likelihood,
            latentSize: 2)
    }

    private func table(_ columns: [String] = ["a", "b, \"c\"", "ü"]) throws -> Standardization {
        try Standardization(
            columns: columns, values: (0..<columns.count * 4).map { Float($0 * $0) / 3 })
    }

    @Test func fileKeepsStandardization() throws {
        let plain = try VariationalAutoencoder(configuration(), seed: 3)
        try plain.write(to: folder("plain"))
        #expect(try VariationalAutoencoder(contentsOf: folder("plain")).standardization == nil)
        #expect(try SafeTensors(contentsOf: folder("plain")).metadata["standardization"] == nil)
        let model = plain.standardizing(by: try table())
        try model.write(to: folder("model"))
        let read = try VariationalAutoencoder(contentsOf: folder("model"))
        #expect(try read.standardization == table() && read.configuration == plain.configuration)
        #expect(try read.sha256 == model.sha256 && model.sha256 != plain.sha256)
        #expect(read.weights.map(\.values) == plain.weights.map(\.values))
    }

    @Test(arguments: [
        "", "null", "{}", "[1]", #"{"columns":["a","b"],"means":[1,2],"scales":[1,1],"constantColumns":[]}"#,
        #"{"columns":["a","b","c"],"means":[1,2,3],"scales":[1,1,0],"constantColumns":[]}"#,
        #"{"columns":["a","b","c"],"means":[1,2],"scales":[1,1,1],"constantColumns":[]}"#,
        String(repeating: "[", count: 1 << 20 + 1),
    ])
    func damagedStandardizations(json: String) throws {
        try VariationalAutoencoder(configuration()).write(to: folder("model"))
        let file = try SafeTensors(contentsOf: folder("model"))
        var metadata = file.metadata
        metadata["standardization"] = json
        try SafeTensors(file.tensors, metadata: metadata).write(to: folder("damaged"))
        do {
            _ = try VariationalAutoencoder(contentsOf: folder("damaged"))
            Issue.record("it was read")
        } catch {
            #expect(error.kind == .invalidData && error.subject == folder("damaged"))
            #expect(error.description.count < 400)
        }
    }

    /// What a model's file could not give back is not written.
    @Test func namesThatAreTooLong() throws {
        let names = (0..<5000).map { String(repeating: "x", count: 250) + "\($0)" }
        #expect(throws: VAEError.self) { _ = try VariationalAutoencoder.json(table(names)) }
    }

    @Test(arguments: Likelihood.allCases) func valueLossesAddUp(likelihood: Likelihood) throws {
        let model = try VariationalAutoencoder(configuration(likelihood), seed: 3)
        let rows = try ImageSet(
            shape: ImageShape(height: 1, width: 3),
            unbounded: .floats((0..<60).map { Float($0 % 7) - 3.5 + Float($0) / 50 }))
        guard likelihood.isUnbounded else {
            #expect(throws: VAEError.self) { _ = try model.valueLosses(of: rows) }
            return
        }
        let found = try model.valueLosses(of: rows, threads: 2)
        let losses = try model.losses(of: rows, sampling: false)
        #expect(try found.means == model.reconstruct(rows))
        for row in 0..<rows.count {
            let sum = found.losses[row * 3..<row * 3 + 3].reduce(0, +)
            // Three terms up to some 20 in single precision: 2⁻²⁴ · 60.
            #expect(abs(sum - Double(losses.reconstruction[row])) < 4e-6, "\(row)")
        }
    }
}
