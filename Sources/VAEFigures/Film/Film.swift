import VAECore

/// Figures of one size, one after the other, as an animated PNG of 256 colours that plays for ever.
public struct Film: Sendable {
    private let frames: [any Figure]
    private let milliseconds: [Int]

    /// Frames whose colours stand for those of all.
    private static let sampled = 8

    /// - Parameters:
    ///   - frames: figures of one size, in the order in which they are shown
    ///   - seconds: how long each frame but the last is shown
    ///   - lastSeconds: how long the last one is
    /// - Throws: `invalidArgument` when there are no frames or a duration is not within 0...60.
    public init(_ frames: [any Figure], seconds: Double, lastSeconds: Double) throws(VAEError) {
        guard !frames.isEmpty else {
            throw VAEError(.invalidArgument, "frames of a film", "are none", expected: "at least one")
        }
        for value in [seconds, lastSeconds] where !(0...60).contains(value) {
            throw VAEError(
                .invalidArgument, "frame of a film", "has a duration out of range",
                expected: "0 to 60 seconds",
                found: "\(value)")
        }
        self.frames = frames
        milliseconds = frames.indices.map {
            Int((1000 * ($0 == frames.count - 1 ? lastSeconds : seconds)).rounded())
        }
    }

    /// The film as a file. Its last frame is what programs show that do not play animations.
    ///
    /// One frame at a time is held as pixels, a few more while the colours are chosen.
    /// - Throws: `invalidArgument` when frames differ in size or are too large, `cannotCreate` when there is not memory enough.
    /// - Complexity: O(frames · pixels), each frame drawn twice at most.
    public func png() throws(VAEError) -> [UInt8] {
        var samples: [Raster] = []
        let count = min(frames.count, Self.sampled)
        for index in 1...count { samples.append(try frames[index * frames.count / count - 1].raster()) }
        let table = ColourTable(of: samples)
        samples = []
        var pictures: [AnimatedPNG.Frame] = []
        for (frame, milliseconds) in zip(frames, milliseconds) {
            pictures.append(
                AnimatedPNG.Frame(png: try frame.raster().png(table), milliseconds: milliseconds))
        }
        return try AnimatedPNG.encode(pictures, poster: pictures.last?.png)
    }

    /// Writes the file in place of one that is there, as a whole or not at all.
    /// - Throws: what ``png()`` throws; `cannotCreate` or `inputOutput` when it can't be written.
    public func write(to path: String) throws(VAEError) { try DurableFile.write(try png(), to: path) }
}
