import Foundation
import Testing
import VAE
import VAEData
import VAEFigures

/// Runs the code of `VAEData.docc/ImagesOfYourOwn.md`: `ArticleTests` compares the two.
@Suite struct ImagesTests {
    private let folder = ScratchFolder()

    @Test func theArticleRuns() throws {
        let values: [Float] = (0..<200 * 12 * 10).map { Float($0 % 7) / 7 }
        let classes = (0..<200).map { $0 % 3 }

        let shape = ImageShape(height: 12, width: 10)
        let images = try ImageSet(shape: shape, values: values, labels: classes)

        let data = try Dataset(name: "mine", train: images, test: nil, source: "a sensor")
            .holdingOutTest(fraction: 0.2)

        let idx = "\(folder.path)/mine"
        try data.export(to: idx)
        let read = try Dataset(contentsOf: idx)

        let paths = try pictures(of: images)
        let drawings = try ImageFiles(contentsOf: paths, shape: shape)
        print(drawings.names[0])

        let array = try NPYArray(drawings.images)
        try array.write(to: "\(folder.path)/images.npy")
        let again = try NPYArray(contentsOf: "\(folder.path)/images.npy")

        // What the article says of the results.
        #expect(data.train.count == 160 && data.test?.count == 40)
        #expect(read.train == data.train && read.test == data.test)
        try #expect(drawings.names == paths && drawings.images.pixels == images.slice(0..<3).pixels)
        #expect(again == array && again.shape == [3, 12, 10, 1])
        try #expect(again.values == .bytes(drawings.images.pixels) && images.values != .bytes(images.pixels))
    }

    @Test func valuesAreRoundedOrRefused() throws {
        let shape = ImageShape(height: 1, width: 4)
        #expect(try ImageSet(shape: shape, values: [0, 0.5, 0.998, 1]).pixels == [0, 128, 254, 255])
        for value: Float in [-0.01, 1.01, .nan, .infinity] {
            #expect { _ = try ImageSet(shape: shape, values: [0, 0, value, 1]) } throws: {
                ($0 as? VAEError)?.kind == .invalidData && "\($0)".contains("at value 2")
            }
        }
    }

    @Test func loading() throws {
        let loader = DatasetLoader(cacheFolder: folder.path)
        let data = try loader.load(.synthetic) { event in
            if case .downloading(let file, let received, let total) = event {
                print("\(file): \(received) of \(total) bytes")
            }
        }
        let few = try data.limited(to: 1_000)
        #expect(few.train.count == 1_000 && few.test?.count == 10_000)
    }

    private func pictures(of images: ImageSet) throws -> [String] {
        let floats = try FloatImages(images, at: 0..<3)
        return try (0..<3).map { index in
            let path = "\(folder.path)/\(index).png"
            try Data(floats.picture(at: index).png()).write(to: URL(filePath: path))
            return path
        }
    }
}
