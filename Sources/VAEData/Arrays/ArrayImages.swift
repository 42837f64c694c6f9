import VAECore

/// The images of an array, and what was made of its numbers.
package struct ArrayImages: Sendable, Equatable {
    /// Height, width and channels of every image; rows of values are one pixel high.
    package let shape: ImageShape
    /// Given, or told by the array's sizes.
    package let layout: ImageLayout
    /// (images, height, width, channels)
    package let values: PixelValues
    /// What became of the numbers, as a phrase for people; nil where they are as they were.
    package let note: String?

    /// Images, not values.
    package var count: Int { values.count / shape.count }
}

extension NumericArray {
    /// The numbers as images, bytes where those lose nothing.
    ///
    /// uint8 stays as it is, bool becomes 0 and 255, uint16 a 65,535th; other integers are bytes where all lie within 0 to 255, and
    /// a 65,535th where all lie within 0 to 65,535. Floats have to lie within 0 to 1.
    /// - Parameters:
    ///   - layout: the order of the dimensions; nil where the sizes tell
    ///   - path: what errors name
    /// - Throws: `invalidData` when the array has no shape of images, the sizes leave open where the channels are, or the numbers are
    ///   in another range or not finite.
    /// - Complexity: O(n); takes memory for the result, and once more to bring channels to the end. Floats of single precision
    ///   are shared.
    package func imageValues(
        layout given: ImageLayout? = nil, path: String
    ) throws(VAEError) -> ArrayImages {
        let layout: ImageLayout = if let given { given } else { try ImageLayout(of: shape, path: path) }
        let image = try layout.imageShape(shape, path: path)
        var (values, note) = try pixels(path)
        if layout == .nchw, image.channels > 1 {
            let size = image.height * image.width
            switch values {
            case .bytes(let planes): values = .bytes(Self.interleaved(planes, image.channels, size))
            case .floats(let planes): values = .floats(Self.interleaved(planes, image.channels, size))
            }
        }
        return ArrayImages(shape: image, layout: layout, values: values, note: note)
    }

    private func pixels(_ path: String) throws(VAEError) -> (PixelValues, note: String?) {
        switch values {
        case .bytes(let values): return (.bytes(values), nil)
        case .bools(let values): return (.bytes(values.map { $0 ? 255 : 0 }), "bool, taken as 0 and 255")
        case .uint16(let values):
            let largest = values.max() ?? 0
            let note = "uint16, divided by 65,535"
            return (
                .floats(values.map { Float($0) / 65_535 }),
                largest >= 4096 ? note : "\(note); values reach only \(grouped(Double(largest))) of 65,535"
            )
        case .int8(let values): return try integers(values, path)
        case .int16(let values): return try integers(values, path)
        case .int32(let values): return try integers(values, path)
        case .int64(let values): return try integers(values, path)
        case .uint32(let values): return try integers(values, path)
        case .uint64(let values): return try integers(values, path)
        case .halves(let values):
            try check(values, path)
            return fractions(values.map { Float($0) })
        case .floats(let values):
            try check(values, path)
            return fractions(values)
        case .doubles(let values):
            try check(values, path)
            return fractions(values.map { Float($0) })
        }
    }

    private func integers<T: FixedWidthInteger>(
        _ values: [T], _ path: String
    ) throws(VAEError) -> (PixelValues, note: String?) {
        guard let least = values.min(), let largest = values.max() else { return (.bytes([]), nil) }
        let range = "\(Self.text(least)) to \(Self.text(largest))"
        guard least >= 0, largest <= 65_535 else {
            throw VAEError(
                .invalidData, path, "holds integers that are no brightness",
                expected: "0 to 255, or 0 to 65,535", found: "\(type.rawValue) from \(range)",
                advice: "Shift and scale the values to 0 (black) to 255 (white), and save them as uint8.")
        }
        guard largest > 255 else {
            let bytes = values.map { UInt8(truncatingIfNeeded: $0) }
            return (.bytes(bytes), "\(type.rawValue) from \(range), taken as bytes")
        }
        return (
            .floats(values.map { Float($0) / 65_535 }), "\(type.rawValue) from \(range), divided by 65,535"
        )
    }

    private static func text(_ value: some BinaryInteger) -> String {
        // What has more digits is no brightness, and is said as it is.
        value.magnitude < 1_000_000_000 ? grouped(Double(value)) : "\(value)"
    }

    /// - Throws: `invalidData` unless all are within 0...1, with the range found and what can be done about it.
    private func check<T: BinaryFloatingPoint>(_ values: [T], _ path: String) throws(VAEError) {
        var (least, largest): (T, T) = (0, 0)
        var isFinite = true
        for value in values {
            // False for NaN.
            if !(value.magnitude <= T.greatestFiniteMagnitude) {
                isFinite = false
                break
            }
            least = min(least, value)
            largest = max(largest, value)
        }
        guard isFinite else {
            let index = values.firstIndex { !$0.isFinite } ?? 0
            throw VAEError(
                .invalidData, path, "holds a value that is not finite", expected: "0 to 1 in floats",
                found: "\(values[index]) at \(place(of: index))",
                advice: "Leave such images out, or fill the gaps in.")
        }
        guard least < 0 || largest > 1 else { return }
        let found = "\(type.rawValue) from \(values.min() ?? 0) to \(largest)"
        let advice =
            if least >= 0, largest <= 255 {
                "Divide the values by 255."
            } else if least >= -1, largest <= 1 {
                "Rescale the values: (x + 1) / 2."
            } else {
                "Scale the values to 0 (black) to 1 (white), or save them as uint8."
            }
        throw VAEError(
            .invalidData, path, "holds a value that is no brightness", expected: "0 to 1 in floats",
            found: found, advice: advice)
    }

    /// Bytes where every value is one's 255th, to the bit.
    private func fractions(_ values: [Float]) -> (PixelValues, note: String?) {
        let note: String? =
            switch type {
            case .float16: "float16, kept in single precision"
            case .float64: "float64, rounded to single precision"
            default: nil
            }
        var bytes: [UInt8] = []
        for value in values {
            let byte = UInt8((value * 255).rounded())
            // −0 is equal to 0, and as black.
            guard Float(byte) / 255 == value else { return (.floats(values), note) }
            if bytes.isEmpty { bytes.reserveCapacity(values.count) }
            bytes.append(byte)
        }
        return (.bytes(bytes), "\(type.rawValue) of 255ths, kept as bytes without loss")
    }

    /// (n, channels, size) to (n, size, channels).
    private static func interleaved<T>(_ planes: [T], _ channels: Int, _ size: Int) -> [T] {
        var result: [T] = []
        result.reserveCapacity(planes.count)
        for start in stride(from: 0, to: planes.count, by: channels * size) {
            for pixel in start..<start + size {
                for channel in 0..<channels { result.append(planes[pixel + channel * size]) }
            }
        }
        return result
    }
}
