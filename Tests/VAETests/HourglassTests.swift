import Foundation
import Kernels
import Testing
import VAECore

@testable import VAE

/// Values that a stride-2 convolution is not the first to give a gradient.
@Suite struct HourglassTests {
    /// A residual block whose branch halves its maps and doubles them again: on the way back the addition comes first, and the convolution adds
    /// to what that left. All ways of multiplying agree but for rounding.
    @Test func whatIsMultipliedLessAddsAsWell() throws {
        let description = """
            {"imageShape": {"height": 14, "width": 14, "channels": 1},
             "encoder": [
                {"type": "convolution", "filters": 32},
                {"type": "residual", "layers": [
                    {"type": "convolution", "filters": 64, "stride": 2},
                    {"type": "transposed_convolution", "filters": 32, "stride": 2}
                ]}
             ],
             "decoder": [{"type": "dense", "channels": 16}]}
            """
        let model = try JSONDecoder().decode(ModelConfiguration.self, from: Data(description.utf8))
        var random = RandomStream(seed: 3, purpose: .initialWeights)
        let images = try ImageSet(
            shape: model.imageShape,
            pixels: (0..<9 * model.imageShape.count).map { _ in UInt8(1 + random.index(below: 255)) })
        let found = try [Products.filtered, .tiles].map { products in
            let trainer = try Trainer(
                model, TrainingConfiguration(batchSize: images.count), threads: 1, products: products)
            return (trainer.model.weights, try trainer.gradient(of: images).gradient)
        }
        for (tensor, weight) in found[0].0.enumerated() {
            let (some, all) = (found[0].1[tensor].map(Double.init), found[1].1[tensor].map(Double.init))
            let size = sqrt(all.reduce(0) { $0 + $1 * $1 })
            let difference = sqrt(zip(some, all).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
            #expect(size > 0 && difference <= 1e-4 * size, "\(weight.name): \(difference) of \(size)")
        }
    }
}
