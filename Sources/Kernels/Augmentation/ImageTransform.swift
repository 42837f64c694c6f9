/// A change of one image as augmentation draws it: mirrored left to right, then turned about its centre, then moved, then made
/// lighter or darker.
///
/// What lies beyond the border is the nearest pixel of the border. Turning and moving are one resampling, bilinear, so that nothing
/// is blurred twice; without a turn pixels are copied as they are.
package struct ImageTransform: Sendable, Equatable {
    package var isMirrored: Bool
    /// Counter-clockwise as one sees it, in whole turns.
    package var turns: Double
    /// Pixels to the right and down.
    package var right, down: Int
    /// The factor of every value. What would be more than 1 is 1.
    package var brightness: Float

    package init(
        isMirrored: Bool = false, turns: Double = 0, right: Int = 0, down: Int = 0, brightness: Float = 1
    ) {
        self.isMirrored = isMirrored
        self.turns = turns
        self.right = right
        self.down = down
        self.brightness = brightness
    }

    /// Floats that `apply` needs beside an image: those of one with a row and a column more.
    package static func scratchCount(height: Int, width: Int, channels: Int) -> Int {
        (height + 1) * (width + 1) * channels
    }

    /// Changes `image`, (height, width, channels) with values in [0, 1], in place. The results are in [0, 1], too.
    /// - Precondition: the image has a pixel and sides of at most 2¹⁴, `scratch` holds `scratchCount` floats, and the image is moved by
    ///   at most 2¹⁴ pixels.
    package func apply(to image: FloatRegion, height: Int, width: Int, channels: Int, scratch: FloatRegion) {
        precondition(
            min(height, width, channels) > 0 && max(height, width) <= 1 << 14
                && image.count == height * width * channels,
            "\(image.count) floats for an image of \(height)×\(width)×\(channels)")
        precondition(
            scratch.count >= Self.scratchCount(height: height, width: width, channels: channels),
            "\(scratch.count) floats of scratch for an image of \(height)×\(width)×\(channels)")
        precondition(
            max(right.magnitude, down.magnitude) <= 1 << 14, "an image moved by \(right), \(down) pixels")
        let frame = Frame(pixels: scratch.base, height: height, width: width, channels: channels)
        let (sine, cosine) = Elementary.sineAndCosine(turns: turns)
        let isTurned = sine != 0 || cosine != 1
        if isTurned || isMirrored || right != 0 || down != 0 {
            frame.take(image.base, mirrored: isMirrored)
            if isTurned {
                frame.turn(sine: sine, cosine: cosine, right: right, down: down, into: image.base)
            } else {
                frame.move(right: right, down: down, into: image.base)
            }
        }
        if brightness != 1 {
            for index in 0..<image.count { image.base[index] = min(1, brightness * image.base[index]) }
        }
    }
}

/// An image whose last column and last row come once more, so that each pixel has neighbours to the right and below.
private struct Frame {
    let pixels: UnsafeMutablePointer<Float>
    let height, width, channels: Int

    private var pitch: Int { (width + 1) * channels }

    func take(_ image: UnsafePointer<Float>, mirrored: Bool) {
        for y in 0..<height {
            let (from, to) = (image + y * width * channels, pixels + y * pitch)
            if mirrored {
                switch channels {
                case 1: mirror(1, from, to)
                case 3: mirror(3, from, to)
                default: mirror(channels, from, to)
                }
            } else {
                to.update(from: from, count: width * channels)
            }
            let last = to + (width - 1) * channels
            (last + channels).update(from: last, count: channels)
        }
        (pixels + height * pitch).update(from: pixels + (height - 1) * pitch, count: pitch)
    }

    @inline(__always)
    private func mirror(_ channels: Int, _ row: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
        var (pixel, place) = (row + (width - 1) * channels, target)
        for _ in 0..<width {
            for channel in 0..<channels { place[channel] = pixel[channel] }
            pixel -= channels
            place += channels
        }
    }

    /// Copies pixels to where they are moved, those of the border also to what is left open.
    func move(right: Int, down: Int, into target: UnsafeMutablePointer<Float>) {
        // Columns that the first column fills, and behind them those that the image's own fill.
        let open = min(max(right, 0), width)
        let end = max(min(width + right, width), open)
        for y in 0..<height {
            let from = pixels + min(max(y - down, 0), height - 1) * pitch
            let to = target + y * width * channels
            if end > open {
                (to + open * channels).update(
                    from: from + (open - right) * channels, count: (end - open) * channels)
            }
            for x in 0..<open { (to + x * channels).update(from: from, count: channels) }
            let last = from + (width - 1) * channels
            for x in end..<width { (to + x * channels).update(from: last, count: channels) }
        }
    }

    /// Looks up each pixel of the turned and moved image where it came from, between four pixels.
    func turn(sine: Double, cosine: Double, right: Int, down: Int, into target: UnsafeMutablePointer<Float>) {
        switch channels {
        case 1: turn(1, sine, cosine, right, down, target)
        case 3: turn(3, sine, cosine, right, down, target)
        default: turn(channels, sine, cosine, right, down, target)
        }
    }

    /// Places are whole numbers of 2⁻³² pixels: adding them along a row loses nothing, and they are the same on every processor.
    @inline(__always)
    private func turn(
        _ channels: Int, _ sine: Double, _ cosine: Double, _ right: Int, _ down: Int,
        _ target: UnsafeMutablePointer<Float>
    ) {
        let (s, c) = (Int((sine * 0x1p31).rounded()), Int((cosine * 0x1p31).rounded()))
        let (lastX, lastY, pitch) = ((width - 1) << 32, (height - 1) << 32, pitch)
        let source = UnsafePointer(pixels)
        var target = target
        // Twice the way from the centre, so that it is a whole number.
        let u = -2 * right - (width - 1)
        for row in 0..<height {
            let v = 2 * (row - down) - (height - 1)
            var (x, y) = (lastX / 2 + u * c - v * s, lastY / 2 + u * s + v * c)
            for _ in 0..<width {
                let (atX, atY) = (min(max(x, 0), lastX), min(max(y, 0), lastY))
                let pixel = source + ((atY >> 32) &* pitch &+ (atX >> 32) &* channels)
                let under = pixel + pitch
                let (shareX, shareY) = (Self.fraction(atX), Self.fraction(atY))
                for channel in 0..<channels {
                    let above = Self.between(pixel[channel], pixel[channels &+ channel], shareX)
                    let below = Self.between(under[channel], under[channels &+ channel], shareX)
                    target[channel] = Self.between(above, below, shareY)
                }
                target += channels
                x &+= 2 * c
                y &+= 2 * s
            }
        }
    }

    /// The first 24 bits of a place's fraction: a float has no more.
    @inline(__always)
    private static func fraction(_ place: Int) -> Float {
        Float(Int32(truncatingIfNeeded: place >> 8) & 0xFF_FFFF) * 0x1p-24
    }

    /// a for a share of 0, b for one of 1.
    @inline(__always)
    private static func between(_ a: Float, _ b: Float, _ share: Float) -> Float { a + share * (b - a) }
}
