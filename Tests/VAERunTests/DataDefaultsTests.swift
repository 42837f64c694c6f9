import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

/// The model and the training that follow from the data.
@Suite("Defaults by the data")
struct DataDefaultsTests {
    private func images(_ count: Int, _ shape: ImageShape, _ value: (Int) -> UInt8) throws -> Dataset {
        try Dataset(
            name: "pictures",
            train: ImageSet(shape: shape, pixels: (0..<count * shape.count).map(value)), test: nil,
            source: "made here")
    }

    private static let grey: @Sendable (Int) -> UInt8 = { UInt8(64 + $0 % 128) }
    private static let blackAndWhite: @Sendable (Int) -> UInt8 = { $0 % 3 == 0 ? 128 : $0 % 2 == 0 ? 255 : 0 }

    /// Built-in digits, MNIST and its kin keep what Keras's example has.
    @Test func drawingsGetTheModelOfTheExample() throws {
        let digits = try DatasetLoader().load(.synthetic).limited(to: 300)
        let defaults = try DataDefaults(digits)
        #expect(defaults.model == ModelConfiguration() && defaults.training == TrainingConfiguration())
        let small = try DataDefaults(
            images(20, ImageShape(height: 28, width: 28), Self.blackAndWhite))
        #expect(small.kind == .drawings && small.model == ModelConfiguration())
    }

    /// Grey photographs, large drawings and colours are pictures.
    @Test func whatThingsAreTakenFor() throws {
        let (small, large) = (ImageShape(height: 32, width: 32), ImageShape(height: 64, width: 33))
        let photographs = try DataDefaults(images(20, small, Self.grey))
        #expect(photographs.kind == .pictures && photographs.likelihood == .gaussian)
        let sketches = try DataDefaults(images(20, large, Self.blackAndWhite))
        #expect(sketches.kind == .pictures && sketches.likelihood == .bernoulli)
        let colours = try DataDefaults(
            images(20, ImageShape(height: 28, width: 28, channels: 3), Self.blackAndWhite))
        #expect(colours.kind == .pictures && colours.likelihood == .gaussianChannel)
        let colourful = try DataDefaults(images(9, ImageShape(height: 4, width: 4, channels: 3), Self.grey))
        #expect(colourful.likelihood == .gaussianChannel)
    }

    @Test(arguments: [
        (32, 32, [32, 64, 128], [64, 32, 32], "32×32 halved three times, to 4×4"),
        (64, 64, [32, 64, 128, 256], [128, 64, 32, 32], "64×64 halved four times, to 4×4"),
        (48, 64, [32, 64, 128], [64, 32, 32], "48×64 halved three times, to 6×8"),
        (28, 28, [32, 64], [32, 32], "28×28 halved twice, to 7×7"),
        (9, 5, [32], [32], "9×5 halved once, to 5×3"),
        (
            256, 256, [32, 64, 128, 256, 256, 256], [256, 256, 128, 64, 32, 32],
            "256×256 halved six times, to 4×4"
        ),
        (
            500, 800, [32, 64, 128, 256, 256, 256], [256, 256, 128, 64, 32, 32],
            "500×800 halved six times, to 8×13"
        ),
    ])
    func filtersFollowTheSize(
        height: Int, width: Int, encoder: [Int], decoder: [Int], words: String
    ) throws {
        let defaults = DataDefaults(
            .pictures, ImageShape(height: height, width: width, channels: 3), images: 1000)
        #expect(defaults.model.encoderFilters == encoder && defaults.model.decoderFilters == decoder)
        #expect(defaults.halvings == words)
    }

    /// Every size makes a model, and no layer of a picture's is narrower than its latents.
    @Test func everySizeMakesAModel() throws {
        for side in [1, 2, 3, 4, 7, 8, 15, 16, 31, 33, 100, 255, 1024] {
            for channels in [1, 3, 4] {
                let model = DataDefaults(
                    .pictures, ImageShape(height: side, width: 1025 - side, channels: channels), images: 2
                ).model
                try model.validate()
                #expect(model.latentSize == 32 && model.encoderUnits == [])
            }
        }
        for columns in [1, 2, 17, 5000] {
            let table = DataDefaults(.table, ImageShape(height: 1, width: columns), images: 100)
            try table.model.validate()
            #expect(table.model.likelihood == .gaussianValue && table.model.encoderFilters == [])
            #expect(table.model.decoderUnits == table.model.encoderUnits.reversed())
        }
    }

    /// Some thousand steps, within bounds.
    @Test(arguments: [
        (DataDefaults.Kind.pictures, 270, 16, 60), (.pictures, 1_350, 16, 24), (.pictures, 10_000, 16, 15),
        (.pictures, 1_800, 16, 18),
        (.pictures, 1_000_000, 64, 15), (.table, 270, 32, 200), (.table, 100_000, 128, 10),
        (.drawings, 60_000, 128, 15), (.drawings, 100, 128, 15),
    ])
    func smallSetsGetMoreEpochs(kind: DataDefaults.Kind, images: Int, batch: Int, epochs: Int) {
        let defaults = DataDefaults(kind, ImageShape(height: 8, width: 8), images: images)
        #expect(defaults.training.batchSize == batch && defaults.training.epochs == epochs)
        #expect(defaults.training.schedule.decay == (kind == .pictures ? .cosine : .constant))
    }
}
