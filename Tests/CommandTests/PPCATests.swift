import Foundation
import Testing

/// `vae ppca`: what a linear run reached, beside the closed form.
@Suite struct PPCATests {
    let train = Tool("vae-train")
    let tool = Tool("vae")
    let scratch = try! Scratch()

    @Test func comparesALinearRun() throws {
        let trained = try train.run(
            scratch.digits() + [
                "--filters", "none", "--hidden", "none", "--likelihood", "gaussian", "--epochs", "2",
                "--batch-size", "50", "--no-figures", "--quiet", "--out", scratch.file("run"),
            ])
        #expect(trained.status == 0, "\(trained.errors)")
        let text = try tool("ppca", scratch.file("run"))
        #expect(text.status == 0, "\(text.errors)")
        for part in ["closed form", "ELBO", "largest angle", "σ²"] {
            #expect(text.output.contains(part), "\(text.output)")
        }
        let json = try tool("ppca", scratch.file("run"), "--json", "--quiet")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let document = try decoder.decode(Found.self, from: Data(json.output.utf8))
        // Two epochs are far from the optimum, and nothing is above it.
        #expect(document.bound.mean < document.logLikelihood + 1)
        #expect(document.logLikelihood < document.optimalLogLikelihood)
        #expect(document.angle > 0 && document.angle <= 90 && document.variance > document.optimalVariance)
    }

    struct Found: Decodable {
        struct Bound: Decodable { let mean, standardError: Double }
        let bound: Bound
        let logLikelihood, optimalLogLikelihood, angle, variance, optimalVariance: Double
    }

    @Test func otherModelsAreRefused() throws {
        let trained = try train.run(
            scratch.digits() + ["--epochs", "1", "--no-figures", "--quiet", "--out", scratch.file("run")])
        #expect(trained.status == 0, "\(trained.errors)")
        let outcome = try tool("ppca", scratch.file("run"))
        #expect(outcome.status == 65 && outcome.output.isEmpty)
        #expect(
            outcome.errors.contains("linear") && outcome.errors.contains("filters 32-64"), "\(outcome.errors)"
        )
        #expect(try tool("ppca", scratch.file("none")).status == 66)
    }
}
