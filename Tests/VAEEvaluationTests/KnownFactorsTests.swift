import Testing
import VAE
import VAECore
import VAEEvaluation

/// Factors that images were made from, in an evaluation.
@Suite("Known factors") struct KnownFactorsTests {
    /// Images of 4 × 4: a bright square of 2 × 2 at one of three columns and one of three rows, and a grey of the ground that only a few
    /// digits of it tell apart.
    private static func squares(_ count: Int) throws -> (images: ImageSet, factors: [Float]) {
        var (pixels, factors) = ([UInt8](), [Float]())
        for image in 0..<count {
            let (x, y) = (image % 3, image / 3 % 3)
            for row in 0..<4 {
                for column in 0..<4 {
                    pixels.append((x...x + 1).contains(column) && (y...y + 1).contains(row) ? 255 : 0)
                }
            }
            factors += [Float(x), 0.5 * Float(y) - 0.25]
        }
        return (try ImageSet(shape: ImageShape(height: 4, width: 4), pixels: pixels), factors)
    }

    @Test func evaluationsHaveTheGap() throws {
        let (images, values) = try Self.squares(90)
        let model = try VariationalAutoencoder(
            .fullyConnected(imageShape: images.shape, hiddenUnits: [8], latentSize: 3), seed: 2)
        let known = try KnownFactors(names: ["column", "row"], values: values)
        #expect(known.count == 90)
        func evaluation(_ factors: KnownFactors?) throws -> Evaluation {
            try Evaluation(
                of: model, train: images, test: images, options: .init(samples: 2), factors: factors)
        }
        let found = try #require(evaluation(known).factors)
        let gap = try MutualInformationGap(
            of: Points(model.encode(images)), factors: values.map { Int(4 * $0) }, count: 2)
        #expect(found.mutualInformationGap == gap.score && found.bins == 20)
        #expect(found.factors.map(\.name) == ["column", "row"])
        for (factor, index) in zip(found.factors, 0...) {
            #expect(factor.gap == gap.gaps[index] && factor.entropy == gap.entropies[index])
            #expect(factor.bestDimension == gap.bestDimensions[index] + 1)
            #expect(factor.information == gap.information[index].max())
            #expect(factor.secondInformation == gap.information[index].sorted()[1])
            #expect(factor.secondDimension != factor.bestDimension)
        }
        // Nothing else changes, and without factors nothing is said of them.
        let plain = try evaluation(nil)
        #expect(plain.factors == nil)
        #expect(try evaluation(known).loss == plain.loss)
        let error = #expect(throws: VAEError.self) {
            try Evaluation(of: model, train: images, test: images.slice(0..<80), factors: known)
        }
        #expect(error?.description.contains("expected 80 rows") == true, "\(error as Any)")
    }

    @Test func badInput() throws {
        let many = (0..<40).map(Float.init)
        for (names, values, words) in [
            ([], [], "factors"), (["a", "b"], [1, 2, 3], "multiple of 2"),
            (["a"], [], "no whole number of rows"),
            (["a"], [1, .nan, 2], "not finite"), (["a"], [1, .infinity], "not finite"),
            (["a", "b"], [1, 5, 2, 5, 1, 5], "factor \"b\": has the same value everywhere"),
            (["a"], many, "too many values"),
        ] as [([String], [Float], String)] {
            let error = #expect(throws: VAEError.self) { try KnownFactors(names: names, values: values) }
            #expect(error?.description.contains(words) == true, "\(words): \(error as Any)")
        }
        _ = try KnownFactors(names: ["a"], values: many.map { ($0 / 2).rounded(.down) })
    }
}
