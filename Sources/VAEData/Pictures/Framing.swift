/// Which part of a picture becomes which part of an image.
struct Framing {
    let rows: FramedAxis
    let columns: FramedAxis
    /// Whether every pixel of the image is the picture's at the same place.
    let isIdentity: Bool

    init(_ source: PicturePreparation.Size, into target: PicturePreparation.Size, fit: PicturePreparation.Fit)
    {
        let (height, width) = (source.height, source.width)
        // Whether the height limits the scale: target.height / height < target.width / width.
        let isTaller = target.height * width < target.width * height
        switch fit {
        case .stretch:
            rows = FramedAxis(whole: height, onto: 0..<target.height)
            columns = FramedAxis(whole: width, onto: 0..<target.width)
        case .crop:
            // The side with the larger scale is covered whole; of the other one a part is seen, in the same scale.
            rows =
                isTaller
                ? FramedAxis(middleOf: height, onto: target.height, step: width, of: target.width)
                : FramedAxis(whole: height, onto: 0..<target.height)
            columns =
                isTaller
                ? FramedAxis(whole: width, onto: 0..<target.width)
                : FramedAxis(middleOf: width, onto: target.width, step: height, of: target.height)
        case .pad:
            let (room, size) = isTaller ? (target.height, height) : (target.width, width)
            func centred(_ side: Int, in target: Int) -> Range<Int> {
                // side · room / size, rounded to the nearest.
                let length = min(target, max(1, (2 * side * room + size) / (2 * size)))
                let start = (target - length) / 2
                return start..<start + length
            }
            rows = FramedAxis(whole: height, onto: centred(height, in: target.height))
            columns = FramedAxis(whole: width, onto: centred(width, in: target.width))
        }
        isIdentity = source == target
    }
}

/// One axis of a framing, in whole numbers: pixel i of `range` covers the length step / unit of the source from
/// (origin + i · step) / unit on.
struct FramedAxis {
    /// The pixels of the image that come from the picture.
    let range: Range<Int>
    /// Pixels of the picture.
    let source: Int
    private let origin: Int
    private let step: Int
    private let unit: Int

    /// All pixels of the source.
    init(whole source: Int, onto range: Range<Int>) {
        self.source = source
        self.range = range
        (origin, step, unit) = (0, source, range.count)
    }

    /// Those in the middle that `count` pixels of the length step / unit cover, which are not more than there are.
    init(middleOf source: Int, onto count: Int, step: Int, of unit: Int) {
        self.source = source
        range = 0..<count
        let left = source * unit - count * step
        // Halves of a pixel in 2 · unit; where nothing is scaled, a whole one, or the picture would be blurred.
        (self.origin, self.step, self.unit) =
            step == unit ? (left / unit / 2, 1, 1) : (left, 2 * step, 2 * unit)
    }

    /// The source pixels and weights of every pixel of `range`; each pixel's add up to 1.
    var taps: [Tap] {
        range.indices.map { index in
            let number = index - range.lowerBound
            return step < unit ? interpolation(number) : average(number)
        }
    }

    /// The average over the area that a pixel covers.
    private func average(_ number: Int) -> Tap {
        let (start, end) = (origin + number * step, origin + (number + 1) * step)
        let (first, last) = (start / unit, (end - 1) / unit)
        guard first < last else { return Tap(first: first, count: 1, head: 1, inner: 0, tail: 0) }
        let inner = 1 / (Double(step) / Double(unit))
        return Tap(
            first: first, count: last - first + 1,
            head: Float(Double((first + 1) * unit - start) / Double(step)), inner: Float(inner),
            tail: Float(Double(end - last * unit) / Double(step)))
    }

    /// The line between the two nearest centres of source pixels; at the edges the outermost pixel alone.
    private func interpolation(_ number: Int) -> Tap {
        // The pixel's centre less half a source pixel, in halves of a unit.
        let place = max(0, 2 * (origin + number * step) + step - unit)
        let first = place / (2 * unit)
        guard first < source - 1 else { return Tap(first: source - 1, count: 1, head: 1, inner: 0, tail: 0) }
        let share = Double(place % (2 * unit)) / Double(2 * unit)
        return Tap(first: first, count: 2, head: Float(1 - share), inner: 0, tail: Float(share))
    }
}

/// The source pixels that make a pixel on one axis: consecutive ones, of which all but the first and the last weigh the same.
struct Tap {
    let first: Int
    let count: Int
    /// The weight of the first.
    let head: Float
    /// That of each between the first and the last.
    let inner: Float
    /// That of the last, where there are two or more.
    let tail: Float
}
