import Foundation
import Kernels
import ReferenceKernels
import Testing
import VAECore

@testable import VAE

/// Models whose z is made of codes: what they compute, how they train, and what is refused.
@Suite("Models with a codebook", .oversubscribed)
struct CodesTests {
    static let grid = try! smallModelWithoutUnits.quantized(
        by: Codebook(size: 5, dimension: 3, decay: 0.7, restart: 0.6))
    static let row = try! smallPerceptron.quantized(
        by: Codebook(size: 6, dimension: 2, decay: 0.8, restart: 0.9))
    static let models = [grid, row]

    private static var smallModelWithoutUnits: ModelConfiguration {
        var model = smallModel
        model.encoderUnits = []
        return model
    }

    @Test func shapes() throws {
        let model = try VariationalAutoencoder(Self.grid)
        #expect(Self.grid.latentSize == 4)
        #expect(try #require(model.codeGrid) == (2, 2))
        #expect(try #require(VariationalAutoencoder(Self.row).codeGrid) == (1, 3))
        #expect(try #require(model.codes).count == 15)
        #expect(
            model.weights.map(\.name) == [
                "encoder.convolution.0.kernel", "encoder.convolution.0.bias", "encoder.convolution.1.kernel",
                "encoder.convolution.1.bias", "encoder.vectors.kernel", "encoder.vectors.bias",
                "decoder.convolution.0.kernel", "decoder.convolution.0.bias",
                "decoder.transposed_convolution.0.kernel", "decoder.transposed_convolution.0.bias",
                "decoder.transposed_convolution.1.kernel", "decoder.transposed_convolution.1.bias",
                "decoder.output.kernel", "decoder.output.bias", "latent.codes", "latent.counts",
            ])
        // Listed layers: the feature maps' dense layer becomes a 1×1 convolution.
        let listed = try ModelConfiguration(
            imageShape: smallModel.imageShape, layers: .init(filters: [4, 6], residualBlocks: 1, groups: 2)
        ).quantized(by: Codebook(size: 4, dimension: 2))
        #expect(listed.latentSize == 4)
        #expect(try VariationalAutoencoder(listed).codeGrid! == (2, 2))
    }

    /// Ends are the images' own codes, and what lies between has the codes that the loops in Double find nearest to the line: none of these points
    /// is as near to a second code as Float and Double differ.
    @Test(arguments: models) func linesBetweenImages(configuration: ModelConfiguration) throws {
        let images = try bars(12, configuration.imageShape)
        // Trained, so that codes lie where vectors do.
        let trainer = try Trainer(
            configuration, TrainingConfiguration(epochs: 20, batchSize: 6, learningRate: 0.01), threads: 1)
        let model = try trainer.fit(images)
        let reference = try ReferenceModel(configuration)
        let vectors: [Double] = try reference.run(
            images.pixels.map { Double(Float($0) / 255) }, noise: [],
            parameters: model.weights.map { $0.values.map(Double.init) }
        ).mean
        let layer = try #require(reference.topology.quantisation)
        let codes = try #require(model.codes).map(Double.init)
        let size = layer.positions * layer.dimension
        var changed = 0
        for (first, last) in [(0, 1), (4, 9), (11, 2)] {
            let line = try model.codes(between: images.selecting([first, last]), steps: 9, threads: 2)
            let own = try model.codes(of: images.selecting([first, last]))
            #expect(line.count == 9)
            #expect(
                Array(line.numbers.prefix(layer.positions) + line.numbers.suffix(layer.positions))
                    == own.numbers)
            for step in 0..<9 {
                let point = (0..<size).map { index in
                    vectors[first * size + index] * Double(8 - step) / 8
                        + vectors[last * size + index] * Double(step) / 8
                }
                let expected = layer.referenceNumbers(point, codes: codes)
                let found = line.numbers[step * layer.positions..<(step + 1) * layer.positions]
                #expect(found.map { Int($0) } == expected, "step \(step) from \(first) to \(last)")
                changed += step > 0 && Array(found) != Array(line.numbers.prefix(layer.positions)) ? 1 : 0
            }
        }
        #expect(changed > 3, "lines that stay where they are would agree with anything")
        #expect(throws: VAEError.self) { try model.codes(between: images, steps: 3) }
        #expect(throws: VAEError.self) {
            try VariationalAutoencoder(smallModel).codes(between: images.selecting([0, 1]), steps: 3)
        }
    }

    /// A likelihood with parameters of its own: they come behind the codebook.
    @Test func parametersThatNoOptimiserTrains() throws {
        let network = try Network(Self.row)
        let names = network.layout.entries.map(\.name)
        #expect(names.suffix(3) == ["latent.codes", "latent.counts", "decoder.log_variance"])
        let codes = try #require(network.topology.codebookParameters)
        #expect(network.optimizedCount == codes.lowerBound)
        #expect(network.topology.likelihoodParameters.lowerBound == codes.upperBound)
    }

    /// A trainer's work done again in Double, without new beginnings, which are the trainer's alone.
    @Test(arguments: models, Products.allCases)
    func agreesWithTrainingByHand(model: ModelConfiguration, products: Products) throws {
        var model = model
        model.codebook?.restart = 0
        var training = TrainingConfiguration(epochs: 2, batchSize: 9, learningRate: 0.05, epsilon: 1, seed: 2)
        (training.weightDecay, training.clipNorm, training.averaging) = (0.3, 5, 0.6)
        let images = try bars(30, model.imageShape)
        let trainer = try Trainer(model, training, threads: 2, products: products)
        let reference = try model.reference
        var parameters = trainer.model.weights.map { $0.values.map(Double.init) }
        var average = parameters
        try trainer.fit(images)
        var optimizer = ReferenceOptimizer<Double>(
            reference, learningRate: 0.05, epsilon: 1, weightDecay: 0.3, clipNorm: 5)
        var steps = 0
        let size = model.imageShape.count
        for epoch in 1...2 {
            var stream = RandomStream(seed: 2, purpose: .shuffle, epoch: epoch)
            let order = stream.permutation(of: 30).map(Int.init)
            for start in stride(from: 0, to: 30, by: 9) {
                let pixels = try order[start..<min(start + 9, 30)].flatMap { image in
                    try images.pixels[image * size..<(image + 1) * size].map { Double($0) / 255 }
                }
                let pass = reference.run(pixels, noise: [], parameters: parameters)
                steps += 1
                optimizer.step(&parameters, gradients: pass.gradients)
                let share = min(0.6, Double(1 + steps) / Double(10 + steps))
                for (index, values) in parameters.enumerated() {
                    for place in values.indices {
                        average[index][place] =
                            share * average[index][place] + (1 - share) * values[place]
                    }
                }
            }
        }
        for (weight, expected) in zip(trainer.model.weights, average) {
            #expect(relativeError(weight.values, expected) < 1e-5, "\(weight.name)")
        }
    }

    /// The loss has no slope through the choice of a code: that of the decoder is its own, that of the encoder's last bias straight through and the
    /// commitment's.
    @Test(arguments: models) func gradientsAreWhatTheyAreDefinedAs(model: ModelConfiguration) throws {
        let reference = try model.reference
        let images = try bars(4, model.imageShape).values(of: 0..<4).floats.map(Double.init)
        var random = SplitMix(state: 3)
        let parameters = try VariationalAutoencoder(model, seed: 1).weights.map { weight in
            weight.values.map { Double($0) + 0.1 * (Double(random.next() >> 11) * 0x1p-52 - 1) }
        }
        let names = try Network(model).layout.entries.map(\.name)
        let pass = reference.run(images, noise: [], parameters: parameters)
        func loss(_ index: Int, _ element: Int, _ step: Double) -> Double {
            var moved = parameters
            moved[index][element] += step
            return reference.run(images, noise: [], parameters: moved, backward: false).loss
        }
        for (index, name) in names.enumerated() where name.hasPrefix("decoder.") && index < names.count - 3 {
            let element = parameters[index].count / 2
            let slope = (loss(index, element, 1e-5) - loss(index, element, -1e-5)) / 2e-5
            // Off by h²/6 times a third derivative, and by rounding of losses of some tens over h.
            let gradient = pass.gradients[index][element]
            #expect(abs(slope - gradient) < 1e-7 * (abs(slope) + 10), "\(name)")
        }
        // Codes moved as the vectors would be: what the decoder says of them comes through to the bias, and beside it the commitment.
        let (bias, codes) = (
            try #require(names.firstIndex(of: "encoder.vectors.bias")),
            try #require(names.firstIndex(of: "latent.codes"))
        )
        let dimension = try #require(model.codebook).dimension
        func shifted(_ step: Double) -> Double {
            var moved = parameters
            for code in 0..<model.codebook!.size { moved[codes][code * dimension] += step }
            // The choice stays, for vectors are moved with them; and so does the commitment.
            for place in stride(from: 0, to: moved[bias].count, by: dimension) { moved[bias][place] += step }
            return reference.run(images, noise: [], parameters: moved, backward: false).loss
        }
        let through = (shifted(1e-5) - shifted(-1e-5)) / 2e-5
        let pull = try #require(reference.topology.quantisation).referenceCommitment(
            pass.mean, pass.values[reference.topology.z], count: 4
        ).gradient
        func first(_ values: [Double]) -> Double {
            stride(from: 0, to: values.count, by: dimension).reduce(0) { $0 + values[$1] }
        }
        let (pulled, found) = (first(pull) / 4, first(pass.gradients[bias]))
        #expect(abs(through + pulled - found) < 1e-7 * (abs(found) + 10))
    }

    @Test(arguments: models) func sameBitsOnAnyThreads(model: ModelConfiguration) throws {
        let images = try bars(70, model.imageShape)
        let training = TrainingConfiguration(epochs: 2, batchSize: 33, seed: 8)
        let weights: [[[Float]]] = try [1, 2, 5].map {
            try Trainer(model, training, threads: $0).fit(images).weights.map(\.values)
        }
        #expect(identical(weights[0], weights[1]) && identical(weights[0], weights[2]))
        let trained = try Trainer(model, training, threads: 2).fit(images)
        let all = try trained.codes(of: images, threads: 2)
        #expect(try trained.codes(of: images, threads: 1) == all)
        // An image's codes are the same alone.
        for image in [0, 13, 69] {
            let one = try trained.codes(of: images.slice(image..<image + 1), threads: 1)
            let start = image * all.positions
            #expect(one.numbers == Array(all.numbers[start..<start + all.positions]))
        }
        let (made, decoded) = (try trained.reconstruct(images), try trained.decode(all))
        #expect(identical(made, decoded) && made.count == 70 * model.imageShape.count)
    }

    /// Stopped after every step, in memory and through a file: codes that begin again do so as they would have.
    @Test(arguments: models) func goesOnFromEveryStep(model: ModelConfiguration) throws {
        let scratch = try ScratchFolder()
        let images = try bars(20, model.imageShape)
        let test = try bars(10, model.imageShape, seed: 2)
        let training = TrainingConfiguration(epochs: 3, batchSize: 8, seed: 4, averaging: 0.5)
        let whole = try Trainer(model, training, threads: 2)
        var checkpoints: [Checkpoint] = []
        try whole.fit(images, test: test, onStep: { _ in checkpoints.append(whole.checkpoint()) })
        #expect(checkpoints.count == 9)
        // Codes do begin again: their numbers leap.
        let entry = try #require(try Network(model).layout.entries.first { $0.name == "latent.counts" })
        let restarts = zip(checkpoints, checkpoints.dropFirst()).reduce(0) { found, pair in
            found
                + entry.range.count {
                    pair.1.parameters[$0] > pair.0.parameters[$0]
                        && Set(entry.range.map { pair.1.parameters[$0] }).count < entry.range.count
                }
        }
        #expect(restarts > 0)
        for checkpoint in checkpoints {
            try checkpoint.write(to: scratch("c"))
            let read = try Checkpoint(contentsOf: scratch("c"))
            #expect(read == checkpoint)
            let rest = try Trainer(resuming: read, threads: 1)
            try rest.fit(images, test: test)
            #expect(identical(rest.model.weights.map(\.values), whole.model.weights.map(\.values)))
            #expect(rest.history.map(\.train) == whole.history.map(\.train))
            #expect(rest.history.map(\.test) == whole.history.map(\.test))
        }
        // The file of the model gives the same codes.
        try whole.model.write(to: scratch("m"))
        let read = try VariationalAutoencoder(contentsOf: scratch("m"))
        #expect(read.configuration == model && read.codes == whole.model.codes)
    }

    @Test func lossesAddUp() throws {
        let images = try bars(40, Self.grid.imageShape)
        let trainer = try Trainer(Self.grid, TrainingConfiguration(epochs: 2, batchSize: 10), threads: 2)
        try trainer.fit(images, test: images)
        let report = try #require(trainer.history.last)
        let (train, test) = (report.train, try #require(report.test))
        for losses in [train, test] {
            #expect(abs(losses.kl - 4 * Foundation.log(5)) < 1e-5)
            #expect(losses.total == losses.reconstruction + (losses.penalty ?? .nan))
            #expect(!losses.isWeightedSum)
        }
        let measured = try trainer.model.losses(of: images)
        #expect(measured.commitment.count == 40 && measured.commitment.allSatisfy { $0 >= 0 })
        #expect(measured.mean() == test)
        #expect(try trainer.model.losses(of: images, sampling: false) == measured)
    }

    @Test func usage() {
        let usage = ImageCodes(height: 1, width: 4, numbers: [0, 0, 3, 3, 0, 0, 3, 3]).usage(of: 5)
        #expect(usage.counts == [4, 0, 0, 4, 0] && usage.used == 2 && usage.share == 0.4)
        #expect(abs(usage.perplexity - 2) < 1e-12)
    }

    @Test func onlyWhatIsThereIsWritten() throws {
        let encoder = JSONEncoder()
        let plain = String(decoding: try encoder.encode(smallModel), as: UTF8.self)
        #expect(!plain.contains("codebook"))
        for model in Self.models {
            let json = try encoder.encode(model)
            #expect(try JSONDecoder().decode(ModelConfiguration.self, from: json) == model)
        }
        let least = String(decoding: try encoder.encode(Codebook()), as: UTF8.self)
        #expect(["size", "dimension"].allSatisfy(least.contains) && !least.contains("decay"))
    }

    @Test func whatCannotBeIsRefused() throws {
        func refusal(_ change: (inout ModelConfiguration) -> Void) -> String {
            var model = Self.grid
            change(&model)
            do throws(VAEError) { try model.validate() } catch { return "\(error)" }
            return ""
        }
        #expect(refusal { $0.classes = [0, 1] }.contains("classes"))
        #expect(refusal { $0.prior = .mixture(components: 2) }.contains("prior of Gaussians"))
        #expect(refusal { $0.encoderUnits = [3] }.contains("hidden units"))
        #expect(refusal { $0.latentSize = 2 }.contains("4, of 2×2"))
        let standard = Codebook(size: 5, dimension: 3)
        for (change, words) in [
            ({ $0.size = 1 }, "2 to 65536"), ({ $0.dimension = 0 }, "code size"),
            ({ $0.decay = 1 }, "code decay"), ({ $0.commitment = .nan }, "commitment"),
            ({ $0.restart = 1 }, "code restart"),
        ] as [((inout Codebook) -> Void, String)] {
            var codebook = standard
            change(&codebook)
            let found = refusal { $0.codebook = codebook }
            #expect(found.contains(words), "\(found)")
        }
        for training in [
            TrainingConfiguration(klWeight: 2), TrainingConfiguration(klSchedule: KLSchedule(cycles: 2)),
            TrainingConfiguration(freeBits: 1), TrainingConfiguration(capacity: .init(nats: 1, epochs: 1)),
            TrainingConfiguration(importance: ImportanceWeighting(samples: 2)),
        ] {
            #expect(throws: VAEError.self) { try Trainer(Self.grid, training) }
        }
        let (model, images) = (try VariationalAutoencoder(Self.grid), try bars(3, Self.grid.imageShape))
        let (gaussian, codes) = (try VariationalAutoencoder(smallModel), try model.codes(of: images))
        #expect(throws: VAEError.self) { try model.encode(images) }
        #expect(throws: VAEError.self) { try model.decode([Float](repeating: 0, count: 4)) }
        #expect(throws: VAEError.self) { try model.sample(3) }
        #expect(throws: VAEError.self) { try gaussian.codes(of: images) }
        #expect(throws: VAEError.self) { try gaussian.decode(codes) }
        #expect(throws: VAEError.self) {
            try model.decode(ImageCodes(height: 2, width: 2, numbers: [0, 1, 2, 5]))
        }
        #expect(throws: VAEError.self) {
            try model.decode(ImageCodes(height: 1, width: 4, numbers: [0, 1, 2, 3]))
        }
    }
}
