import Testing
import VAECore

@testable import VAE

@Suite("Binarised images")
struct BinarizationTests {
    static let shape = ImageShape(height: 4, width: 8)

    /// Eight images with each grey value once, and labels.
    private func greys() throws -> ImageSet {
        try ImageSet(
            shape: Self.shape, pixels: (0...255).map(UInt8.init), labels: (0..<8).map(UInt8.init))
    }

    @Test func theThresholdIsTheMiddle() throws {
        let images = try greys()
        let binary = images.binarized(.threshold)
        #expect(binary.pixels == (0...255).map { $0 >= 128 ? 255 : 0 })
        #expect(binary.shape == Self.shape && binary.labels == images.labels)
        #expect(images.binarized(.threshold, seed: 5) == binary)
        // What is black and white stays as it is.
        #expect(binary.binarized(.stochastic) == binary && binary.binarized(.threshold) == binary)
    }

    /// The same draws for the same seed, and for an image whatever comes behind it.
    @Test func drawsAreNamedBySeedAndImage() throws {
        let images = try greys()
        let binary = images.binarized(.stochastic, seed: 3)
        #expect(binary.pixels.allSatisfy { $0 == 0 || $0 == 255 } && binary.labels == images.labels)
        #expect(binary.pixels[0] == 0 && binary.pixels[255] == 255)
        #expect(images.binarized(.stochastic, seed: 3) == binary)
        #expect(images.binarized(.stochastic, seed: 4) != binary)
        #expect(images.slice(0..<5).binarized(.stochastic, seed: 3) == binary.slice(0..<5))
        // One image eight times over has eight sets of draws.
        let same = try ImageSet(shape: Self.shape, pixels: [UInt8](repeating: 127, count: 256))
        let drawn = same.binarized(.stochastic)
        #expect(Set((0..<8).map { drawn.slice($0..<$0 + 1).pixels }).count == 8)
        // Of 256 draws with a chance of 127/255 within five standard deviations, 5 · 8.
        #expect(abs(drawn.pixels.count { $0 == 255 } - 127) <= 40)
    }
}
