import Foundation
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

/// Priors that are trained, judged by PyTorch in float64: the plain form's losses, and its slopes as gradients.
@Suite("Learned priors against a golden file")
struct PriorsGoldenTests {
    static let priors = ["mixture", "vamp"]
    static let losses = ["elbo", "bound"]

    private struct Case {
        let file: SafeTensors
        let prior: String
        let reference: ReferenceModel
        let names: [String]

        init(_ prior: String) throws {
            let path = try #require(Bundle.module.path(forResource: "Golden/priors", ofType: "safetensors"))
            file = try SafeTensors(contentsOf: path)
            self.prior = prior
            let model = try JSONDecoder().decode(
                ModelConfiguration.self, from: Data(try #require(file.metadata[prior]).utf8))
            reference = try ReferenceModel(model)
            names = try Network(model).layout.entries.map(\.name)
        }

        func doubles(_ name: String) throws -> [Double] { try #require(file[name], "\(name)").doubles() }

        func parameters() throws -> [[Double]] {
            try names.map { try doubles("\(prior).parameter.\($0)") }
        }

        /// The loss as a function of the parameters.
        func loss(_ name: String) throws -> ([[Double]]) -> Double {
            let (images, noise, reference) = (try doubles("images"), try doubles("noise"), reference)
            let draws = name == "elbo" ? 1 : 3
            return { parameters in
                reference.sampledLoss(
                    images, noise: Array(noise.prefix(draws * 10)), parameters: parameters, draws: draws,
                    isWeighted: draws > 1, klWeight: draws > 1 ? 1 : 0.7)
            }
        }
    }

    /// Double against Double. A loss is a sum of some hundred terms, none above ten times the loss: 1e-14 or so of it.
    @Test(arguments: priors, losses) func lossesAgreeToThirteenDigits(prior: String, loss: String) throws {
        let golden = try Case(prior)
        #expect(golden.names.contains { $0.hasPrefix("prior.") })
        let expected = try golden.doubles("\(prior).\(loss).loss")[0]
        let found = try golden.loss(loss)(golden.parameters())
        #expect(abs(found - expected) < 1e-13 * expected)
    }

    /// Slopes over five points with steps of 10⁻³: the series leaves h⁴/30 of a fifth derivative, some 10⁻¹², and the losses' rounding some 10⁻¹⁵
    /// over 10⁻³, as much. Both are far below a billionth of a tensor's largest gradient, none of which is less than 0.05.
    @Test(arguments: priors, losses) func slopesAreTheGradients(prior: String, loss: String) throws {
        let golden = try Case(prior)
        let (parameters, value) = (try golden.parameters(), try golden.loss(loss))
        for (tensor, name) in golden.names.enumerated() {
            let slopes = parameters[tensor].indices.map { place in
                func at(_ steps: Double) -> Double {
                    var moved = parameters
                    moved[tensor][place] += steps * 1e-3
                    return value(moved)
                }
                return (at(-2) - at(2) + 8 * (at(1) - at(-1))) / 12e-3
            }
            let expected = try golden.doubles("\(prior).\(loss).gradient.\(name)")
            #expect(relativeError(slopes, expected) < 1e-9, "\(name)")
        }
    }
}
