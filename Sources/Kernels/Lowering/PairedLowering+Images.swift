extension PairedLowering {
    /// Floats of the lines that `lower` and `raise` make of a row of tiles.
    var linesCount: Int { 6 * lineCount }

    /// The lowered matrix, [count · tiles × 25 · channels], of (count, height, width, channels).
    ///
    /// - Parameter lines: scratch for the five values along the vertical axis of each pixel of a row of tiles
    func lower(_ images: FloatRegion, count: Int, into lowered: FloatRegion, lines: FloatRegion) {
        precondition(
            images.count >= count * geometry.imageCount && lowered.count >= count * tiles * rowCount
                && lines.count >= linesCount)
        var target = lowered.base
        for image in 0..<count {
            for tileRow in 0..<tileRows {
                lowerRows(images.base + image * geometry.imageCount, tileRow, into: lines.base)
                for value in 0..<5 {
                    lowerLine(lines.base + value * lineCount, value, into: target)
                }
                target += tileColumns * rowCount
            }
        }
    }

    /// images = f(bias + the transpose of `lower`), f the rectification or nothing; overwritten, or added to when `accumulating`.
    func raise(
        _ lowered: FloatRegion, count: Int, bias: FloatRegion?, rectifying: Bool, into images: FloatRegion,
        accumulating: Bool, lines: FloatRegion
    ) {
        precondition(
            images.count >= count * geometry.imageCount && lowered.count >= count * tiles * rowCount
                && lines.count >= linesCount)
        let finish = Finish(
            bias: bias.map { UnsafePointer($0.base) }, channels: geometry.channels, rectifies: rectifying,
            adds: accumulating)
        var source = UnsafePointer(lowered.base)
        for image in 0..<count {
            for tileRow in 0..<tileRows {
                for value in 0..<5 {
                    raiseLine(source, value, into: lines.base + value * lineCount)
                }
                raiseRows(
                    lines.base, tileRow, finish, into: images.base + image * geometry.imageCount)
                source += tileColumns * rowCount
            }
        }
    }

    /// What happens to a pixel's sum.
    private struct Finish {
        let bias: UnsafePointer<Float>?
        let channels: Int
        let rectifies: Bool
        let adds: Bool
    }

    // MARK: The vertical axis

    /// A row of the image among the five that a row of tiles covers; nil where it is padding.
    private func row(_ index: Int, _ tileRow: Int) -> Int? {
        let y = 4 * tileRow + index - geometry.paddingTop
        return (0..<geometry.height).contains(y) ? y * geometry.width * geometry.channels : nil
    }

    /// The five values of each pixel along the vertical axis, with zeros beside the image.
    private func lowerRows(
        _ image: UnsafeMutablePointer<Float>, _ tileRow: Int, into lines: UnsafeMutablePointer<Float>
    ) {
        let rows = (
            row(0, tileRow), row(1, tileRow), row(2, tileRow), row(3, tileRow), row(4, tileRow)
        )
        line(image, rows.0, minus: rows.2, into: lines)
        line(image, rows.1, minus: nil, into: lines + lineCount)
        line(image, rows.4, minus: rows.2, into: lines + 2 * lineCount)
        line(image, rows.3, minus: nil, into: lines + 3 * lineCount)
        line(image, rows.2, minus: nil, into: lines + 4 * lineCount)
    }

    /// One row less another; a row that is not there is zero.
    @inline(__always)
    private func line(
        _ image: UnsafeMutablePointer<Float>, _ first: Int?, minus second: Int?,
        into line: UnsafeMutablePointer<Float>
    ) {
        let before = geometry.paddingLeft * geometry.channels
        let inside = geometry.width * geometry.channels
        let target = line + before
        Vectors.forEach(before) { $0.write(.zero, to: line) }
        if let first, let second {
            let (a, b) = (image + first, image + second)
            Vectors.forEach(inside) { $0.write($0.read(a) - $0.read(b), to: target) }
        } else if let first {
            let a = image + first
            Vectors.forEach(inside) { $0.write($0.read(a), to: target) }
        } else if let second {
            let b = image + second
            Vectors.forEach(inside) { $0.write(-$0.read(b), to: target) }
        } else {
            Vectors.forEach(inside) { $0.write(.zero, to: target) }
        }
        let end = target + inside
        Vectors.forEach(lineCount - before - inside) { $0.write(.zero, to: end) }
    }

    /// The rows of the image that end with a row of tiles. The last of its five lines goes on to the next row of tiles, whose first it is, too.
    private func raiseRows(
        _ lines: UnsafeMutablePointer<Float>, _ tileRow: Int, _ finish: Finish,
        into image: UnsafeMutablePointer<Float>
    ) {
        let before = geometry.paddingLeft * geometry.channels
        func at(_ value: Int) -> UnsafePointer<Float> { UnsafePointer(lines + value * lineCount + before) }
        let (first, second, third) = (at(0), at(1), at(2))
        let (fourth, both, carried) = (at(3), at(4), at(5))
        if let row = row(0, tileRow) {
            if tileRow == 0 {
                raiseRow(into: image + row, finish) { $0.read(first) }
            } else {
                raiseRow(into: image + row, finish) { $0.read(first) + $0.read(carried) }
            }
        }
        if let row = row(1, tileRow) { raiseRow(into: image + row, finish) { $0.read(second) } }
        if let row = row(2, tileRow) {
            raiseRow(into: image + row, finish) { $0.read(both) - $0.read(first) - $0.read(third) }
        }
        if let row = row(3, tileRow) { raiseRow(into: image + row, finish) { $0.read(fourth) } }
        let next = lines + 5 * lineCount + before
        Vectors.forEach(geometry.width * geometry.channels) { $0.write($0.read(third), to: next) }
    }

    @inline(__always)
    private func raiseRow(
        into row: UnsafeMutablePointer<Float>, _ finish: Finish, _ sum: (Vectors.Position) -> Vectors.Vector
    ) {
        var pixel = 0
        while pixel < geometry.width * finish.channels {
            var channel = 0
            while channel < finish.channels {
                let at = Vectors.Position(index: pixel + channel)
                var value = sum(at)
                if let bias = finish.bias { value += Vectors.Position(index: channel).read(bias) }
                if finish.adds { value += at.read(row) }
                if finish.rectifies { value.replace(with: 0, where: value .< 0) }
                at.write(value, to: row)
                channel &+= 16
            }
            pixel &+= finish.channels
        }
    }

    // MARK: The horizontal axis

    /// The values of a line of pixels, into the rows of the lowered matrix of a row of tiles.
    private func lowerLine(
        _ line: UnsafeMutablePointer<Float>, _ value: Int, into lowered: UnsafeMutablePointer<Float>
    ) {
        let channels = geometry.channels
        let offsets = (
            offset(value, 0), offset(value, 1), offset(value, 2), offset(value, 3), offset(value, 4)
        )
        for tile in 0..<tileColumns {
            let x0 = line + 4 * tile * channels
            let (x1, x2, x3, x4) = (
                x0 + channels, x0 + 2 * channels, x0 + 3 * channels, x0 + 4 * channels
            )
            let row = lowered + tile * rowCount
            Vectors.forEach(channels) { at in
                let shared = at.read(x2)
                at.write(at.read(x0) - shared, to: row + offsets.0)
                at.write(at.read(x1), to: row + offsets.1)
                at.write(at.read(x4) - shared, to: row + offsets.2)
                at.write(at.read(x3), to: row + offsets.3)
                at.write(shared, to: row + offsets.4)
            }
        }
    }

    /// The transpose of `lowerLine`.
    private func raiseLine(
        _ lowered: UnsafePointer<Float>, _ value: Int, into line: UnsafeMutablePointer<Float>
    ) {
        let channels = geometry.channels
        let offsets = (
            offset(value, 0), offset(value, 1), offset(value, 2), offset(value, 3), offset(value, 4)
        )
        for tile in 0..<tileColumns {
            let row = lowered + tile * rowCount
            let x0 = line + 4 * tile * channels
            let (x1, x2, x3, x4) = (
                x0 + channels, x0 + 2 * channels, x0 + 3 * channels, x0 + 4 * channels
            )
            Vectors.forEach(channels) { at in
                let (first, last) = (at.read(row + offsets.0), at.read(row + offsets.2))
                at.write(tile == 0 ? first : at.read(x0) + first, to: x0)
                at.write(at.read(row + offsets.1), to: x1)
                at.write(at.read(row + offsets.4) - first - last, to: x2)
                at.write(at.read(row + offsets.3), to: x3)
                at.write(last, to: x4)
            }
        }
    }
}
