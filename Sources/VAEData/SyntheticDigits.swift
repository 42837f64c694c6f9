import Dispatch
import VAECore

/// Handwritten-looking digits that need no file and no network: 28×28 grey images with labels, in MNIST's
/// framing (20 pixels high or wide, centred by mass), drawn from pen strokes in several styles a digit.
///
/// An image depends only on the seed, on whether it is a training or a test image, and on its index:
/// machines, thread counts and the number of images asked for change nothing. The numbers are made of
/// integer and basic IEEE 754 operations alone, so that every machine makes the same bytes.
public enum SyntheticDigits {
    /// The seed of the data set that is meant when nothing else is said.
    public static let defaultSeed: UInt64 = 0

    /// Makes the data set. Labels are drawn uniformly, so that classes are about equal, as in MNIST.
    /// - Throws: `invalidArgument` if `trainCount` is less than 1, `testCount` negative or either more than
    ///   ten million. With `testCount` 0 there is no test set.
    public static func dataset(
        seed: UInt64 = defaultSeed, trainCount: Int = 60_000, testCount: Int = 10_000
    ) throws(VAEError) -> Dataset {
        let most = 10_000_000
        guard (1...most).contains(trainCount), (0...most).contains(testCount) else {
            throw VAEError(
                .invalidArgument, "synthetic digits", "can't be made in this number",
                expected: "1 to \(most) training and 0 to \(most) test images",
                found: "\(trainCount) and \(testCount)")
        }
        return try Dataset(
            name: "synthetic", train: images(seed, .train, trainCount),
            test: testCount == 0 ? nil : images(seed, .test, testCount),
            source: "built-in synthetic digits, seed \(seed)")
    }

    /// The two sequences of images; they share none.
    enum Split: UInt64 {
        case train, test
    }

    /// The first `count` images of a split, drawn on all cores.
    static func images(_ seed: UInt64, _ split: Split, _ count: Int) throws(VAEError) -> ImageSet {
        let size = StrokeCanvas.side * StrokeCanvas.side
        var labels = [Int](repeating: 0, count: count)
        var pixels = [UInt8](repeating: 0, count: count * size)
        labels.withUnsafeMutableBufferPointer { labels in
            pixels.withUnsafeMutableBufferPointer { pixels in
                // Every block writes its own images only.
                nonisolated(unsafe) let (labels, pixels) = (labels, pixels)
                let block = 256
                DispatchQueue.concurrentPerform(iterations: (count + block - 1) / block) { part in
                    var canvas = StrokeCanvas()
                    for index in part * block..<min(count, (part + 1) * block) {
                        let place = UnsafeMutableBufferPointer(
                            rebasing: pixels[index * size..<(index + 1) * size])
                        labels[index] = draw(seed, split, index, on: &canvas, into: place)
                    }
                }
            }
        }
        return try ImageSet(
            shape: ImageShape(height: StrokeCanvas.side, width: StrokeCanvas.side), pixels: pixels,
            labels: labels)
    }

    /// Draws one image and answers its label.
    private static func draw(
        _ seed: UInt64, _ split: Split, _ index: Int, on canvas: inout StrokeCanvas,
        into pixels: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        var random = SplitMix64(seed: seed, stream: split.rawValue, index: UInt64(index))
        let digit = random.below(10)
        let unsteadiness = random.uniform(0.006, 0.028)
        var pen = Pen(random: random, unsteadiness: unsteadiness)
        pen.write(digit)
        canvas.draw(pen, into: pixels)
        return digit
    }
}
