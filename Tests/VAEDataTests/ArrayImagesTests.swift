import Testing
import VAECore

@testable import VAEData

/// The images and labels of arrays, and what is said of their numbers.
@Suite struct ArrayImagesTests {
    private func images(
        _ shape: [Int], _ values: NumericArray.Values, _ layout: ImageLayout? = nil
    ) throws -> ArrayImages {
        try NumericArray(shape: shape, values: values).imageValues(layout: layout, path: "a.npy")
    }

    /// One row of values.
    private func row(_ values: NumericArray.Values) throws -> ArrayImages {
        try images([1, values.count], values)
    }

    @Test func bytesAndBools() throws {
        let bytes = try row(.bytes([0, 7, 255]))
        #expect(bytes.values == .bytes([0, 7, 255]) && bytes.note == nil)
        #expect(bytes.shape == ImageShape(height: 1, width: 3) && bytes.layout == .nd && bytes.count == 1)
        let bools = try row(.bools([false, true]))
        #expect(bools.values == .bytes([0, 255]) && bools.note == "bool, taken as 0 and 255")
    }

    @Test func sixteenBits() throws {
        let full = try row(.uint16([0, 4096, 65_535]))
        #expect(full.values == .floats([0, 4096 / 65_535, 1]) && full.note == "uint16, divided by 65,535")
        let few = try row(.uint16([0, 4095]))
        #expect(few.values == .floats([0, 4095 / 65_535]))
        #expect(few.note == "uint16, divided by 65,535; values reach only 4,095 of 65,535")
    }

    @Test func otherIntegers() throws {
        let few: [NumericArray.Values] = [
            .int8([0, 100]), .int16([0, 100]), .int32([0, 100]), .int64([0, 100]), .uint32([0, 100]),
            .uint64([0, 100]),
        ]
        for values in few {
            let read = try row(values)
            #expect(read.values == .bytes([0, 100]))
            #expect(read.note == "\(values.type.rawValue) from 0 to 100, taken as bytes")
        }
        #expect(try row(.int64([0, 255])).note == "int64 from 0 to 255, taken as bytes")
        let wide = try row(.int32([7, 256, 65_535]))
        #expect(wide.values == .floats([7 / 65_535, 256 / 65_535, 1]))
        #expect(wide.note == "int32 from 7 to 65,535, divided by 65,535")
        let bad: [(NumericArray.Values, String)] = [
            (.int32([-1, 5]), "int32 from -1 to 5"), (.int64([0, 65_536]), "int64 from 0 to 65,536"),
            (.uint64([.max]), "18446744073709551615"), (.int64([.min]), "-9223372036854775808"),
            (.int8([-128]), "int8 from -128 to -128"),
        ]
        for (values, words) in bad {
            expectError(.invalidData, saying: "a.npy", words, "Shift and scale") { _ = try row(values) }
        }
    }

    @Test func floatsAreKept() throws {
        let floats: [Float] = [0, 0.1, 1, .leastNonzeroMagnitude]
        #expect(
            try row(.floats(floats))
                == ArrayImages(
                    shape: ImageShape(height: 1, width: 4), layout: .nd, values: .floats(floats), note: nil))
        let halves = try row(.halves([0.5, 0x1p-24]))
        #expect(
            halves.values == .floats([0.5, 0x1p-24]) && halves.note == "float16, kept in single precision")
        let doubles = try row(.doubles([0.1, 0.7]))
        #expect(doubles.values == .floats([0.1, 0.7]))
        #expect(doubles.note == "float64, rounded to single precision")
    }

    /// What was divided by 255, in either precision, is bytes again; one bit beside is not.
    @Test func two255thsAreBytes() throws {
        let all = (0...255).map { UInt8($0) }
        let floats = all.map { Float($0) / 255 }
        #expect(try row(.floats(floats)).values == .bytes(all))
        #expect(try row(.floats(floats)).note == "float32 of 255ths, kept as bytes without loss")
        #expect(try row(.doubles(all.map { Double($0) / 255 })).values == .bytes(all))
        #expect(try row(.floats([-0.0, 1])).values == .bytes([0, 255]))
        for index in 1..<255 {
            var other = floats
            other[index] = other[index].nextUp
            #expect(try row(.floats(other)).values == .floats(other))
        }
    }

    @Test(
        arguments: [
            ([0, 255], "from 0.0 to 255.0", "Divide the values by 255"),
            ([0.5, 1.5], "from 0.5 to 1.5", "Divide the values by 255"),
            ([-1, 1], "from -1.0 to 1.0", "(x + 1) / 2"), ([-0.001, 0], "from -0.001 to 0.0", "(x + 1) / 2"),
            ([0, 256], "from 0.0 to 256.0", "Scale the values"),
            ([-2, 1], "from -2.0 to 1.0", "Scale the values"),
            ([-1, 2], "from -1.0 to 2.0", "Scale the values"),
        ] as [([Float], String, String)])
    func floatsOfOtherRanges(values: [Float], range: String, advice: String) throws {
        expectError(.invalidData, saying: "a.npy", "float32 \(range)", advice) {
            _ = try row(.floats(values))
        }
        expectError(.invalidData, saying: advice) { _ = try row(.doubles(values.map { Double($0) })) }
        expectError(.invalidData, saying: advice) { _ = try row(.halves(values.map { Float16($0) })) }
    }

    @Test func valuesThatAreNotFinite() throws {
        for bad in [Float.nan, .infinity, -.infinity] {
            var values = [Float](repeating: 0.25, count: 12)
            values[7] = bad
            for kind in [
                .floats(values), .doubles(values.map { Double($0) }), .halves(values.map { Float16($0) }),
            ]
                as [NumericArray.Values]
            {
                expectError(.invalidData, saying: "not finite", "at (1, 0, 1)") {
                    _ = try images([2, 2, 3], kind)
                }
            }
        }
    }

    @Test(
        arguments: [
            ([2, 3], .nd, 1, 3, 1), ([2, 3, 4], .nhw, 3, 4, 1), ([2, 3, 3], .nhw, 3, 3, 1),
            ([2, 4, 5, 3], .nhwc, 4, 5, 3), ([1, 28, 28, 1], .nhwc, 28, 28, 1),
            ([2, 2, 5, 3], .nhwc, 2, 5, 3),
            ([2, 3, 5, 6], .nchw, 5, 6, 3), ([2, 1, 5, 6], .nchw, 5, 6, 1), ([2, 4, 5, 6], .nchw, 5, 6, 4),
            ([2, 1, 1, 1], .nhwc, 1, 1, 1),
        ] as [([Int], ImageLayout, Int, Int, Int)])
    func layoutsThatSizesTell(shape: [Int], layout: ImageLayout, height: Int, width: Int, channels: Int)
        throws
    {
        let read = try images(shape, .bytes([UInt8](repeating: 1, count: shape.reduce(1, *))))
        #expect(read.layout == layout && read.count == shape[0])
        #expect(read.shape == ImageShape(height: height, width: width, channels: channels))
    }

    @Test(
        arguments: [
            ([2, 3, 5, 4], nil, "channels first or last"), ([2, 3, 5, 3], nil, "channels first or last"),
            ([2, 1, 5, 1], nil, "channels first or last"), ([2, 2, 5, 6], nil, "no dimension"),
            ([2, 9, 9, 9], nil, "no dimension"), ([4], nil, "2 to 4 dimensions"),
            ([], nil, "2 to 4 dimensions"),
            ([1, 1, 1, 1, 1], nil, "2 to 4 dimensions"), ([2, 3, 4], .nhwc, "layout nhwc"),
            ([2, 3], .nhw, "layout nhw"), ([2, 3, 4, 5], .nhwc, "last dimension"),
            ([2, 5, 4, 3], .nchw, "second dimension"), ([0, 3, 4], nil, "no images"),
            ([2, 0, 4], nil, "no images"),
        ] as [([Int], ImageLayout?, String)])
    func shapesThatAreRefused(shape: [Int], layout: ImageLayout?, words: String) throws {
        let values = [UInt8](repeating: 1, count: shape.reduce(1, *))
        expectError(.invalidData, saying: "a.npy", words) { _ = try images(shape, .bytes(values), layout) }
    }

    /// Value 100 n + 10 (row · width + column) + channel, wherever the channels are.
    @Test func channelsGoLast() throws {
        var first: [UInt8] = []
        var last: [UInt8] = []
        for image in 0..<2 {
            for channel in 0..<3 {
                for pixel in 0..<4 { first.append(UInt8(100 * image + 10 * pixel + channel)) }
            }
            for pixel in 0..<4 {
                for channel in 0..<3 { last.append(UInt8(100 * image + 10 * pixel + channel)) }
            }
        }
        #expect(try images([2, 3, 2, 2], .bytes(first), .nchw).values == .bytes(last))
        #expect(try images([2, 2, 2, 3], .bytes(last), .nhwc).values == .bytes(last))
        let floats = try images([2, 3, 2, 2], .uint16(first.map { UInt16($0) }), .nchw)
        #expect(floats.values == .floats(last.map { Float($0) / 65_535 }))
    }

    private func labels(_ shape: [Int], _ values: NumericArray.Values) throws -> ArrayLabels {
        try NumericArray(shape: shape, values: values).labels(path: "y.npy")
    }

    @Test func wholeNumbersAreLabels() throws {
        let all: [NumericArray.Values] = [
            .int8([1, 0]), .int16([1, 0]), .int32([1, 0]), .int64([1, 0]), .bytes([1, 0]), .uint16([1, 0]),
            .uint32([1, 0]), .uint64([1, 0]), .bools([true, false]),
        ]
        for values in all {
            #expect(try labels([2], values) == ArrayLabels(values: [1, 0], note: nil))
            #expect(try labels([2, 1], values).values == [1, 0])
        }
        let floats: [NumericArray.Values] = [.halves([3, -1]), .floats([3, -1]), .doubles([3, -1])]
        for values in floats {
            let note = "whole numbers in \(values.type.rawValue)"
            #expect(try labels([2], values) == ArrayLabels(values: [3, -1], note: note))
        }
        #expect(
            try NumericArray(contentsOf: NumericArrayTests.path("labels.npy")).labels(path: "").values == [
                3, 1, 4, 1, 5,
            ])
        let bad: [NumericArray.Values] = [
            .floats([0, 1.5]), .doubles([0, .nan]), .floats([0, .infinity]), .doubles([0, 1e300]),
            .uint64([0, .max]), .halves([0, 0.5]),
        ]
        for values in bad {
            expectError(.invalidData, saying: "y.npy", "whole number", "at (1)") {
                _ = try labels([2], values)
            }
        }
    }

    @Test func rowsOfASingleOneAreLabels() throws {
        let read = try NumericArray(contentsOf: NumericArrayTests.path("one-hot.npy")).labels(path: "y")
        #expect(read == ArrayLabels(values: [2, 0, 3], note: "rows of a single 1 in 4 columns"))
        for bad in [[0, 1, 0, 0], [1, 0, 1, 1], [1, 0, 0, 2]] as [[UInt8]] {
            expectError(.invalidData, saying: "row 1", "single 1") { _ = try labels([2, 2], .bytes(bad)) }
        }
        let shapes = [[], [1, 1, 1], [1, 0, 2]]
        for shape in shapes {
            expectError(.invalidData, saying: "does not hold labels") {
                _ = try labels(shape, .bytes([UInt8](repeating: 0, count: shape.reduce(1, *))))
            }
        }
    }

    @Test func tableOfQMNIST() throws {
        let rows: [Int32] = [5, 0, 2029, 5, 53, 298_305, 0, 0, 4, 4, 1801, 4, 52, 300_013, 0, 0]
        let note = "QMNIST's table, column 0 used"
        #expect(try labels([2, 8], .int32(rows)) == ArrayLabels(values: [5, 4], note: note))
        expectError(.invalidData, saying: "row 0") { _ = try labels([2, 8], .int64(rows.map { Int64($0) })) }
    }
}
