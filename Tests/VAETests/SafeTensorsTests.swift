import Foundation
import Testing
import VAE
import VAECore

@Suite("safetensors")
struct SafeTensorsTests {
    /// Written by Python's safetensors 0.8: types of each width, a scalar, an empty tensor, a name and
    /// metadata that need escapes.
    static let writtenByPython = """
        aAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJtYWRlIGJ5IjoiUHl0aG9uIFxcIFx1MDAwMSDOqSJ9LCJzdGVwcyI6eyJkdHlw\
        ZSI6Ikk2NCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzAsMTZdfSwic2NhbGFyIjp7ImR0eXBlIjoiRjY0Iiwic2hh\
        cGUiOltdLCJkYXRhX29mZnNldHMiOlsxNiwyNF19LCJ3ZWlnaHRzIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDNdLCJk\
        YXRhX29mZnNldHMiOlsyNCw0OF19LCJlbXB0eSBcIsOpXCJcbiI6eyJkdHlwZSI6Ikk4Iiwic2hhcGUiOlswLDNdLCJkYXRh\
        X29mZnNldHMiOls0OCw0OF19LCJmbGFnIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzQ4\
        LDQ5XX19ICABAAAAAAAAAAAAAAAAAABAAAAAAAAA+L8AAAAAAACAPgAAAD8AAEA/AACAPwAAoD8B
        """

    static func sample() throws -> SafeTensors {
        try SafeTensors(
            [
                .init(name: "flag", dataType: .bool, shape: [1], bytes: [1]),
                .init(name: "weights", shape: [2, 3], floats: [0, 0.25, 0.5, 0.75, 1, 1.25]),
                .init(name: "empty \"é\"\n", dataType: .int8, shape: [0, 3], bytes: []),
                .init(
                    name: "steps", dataType: .int64, shape: [2],
                    bytes: [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x40]),
                .init(name: "scalar", shape: [], doubles: [-1.5]),
            ], metadata: ["made by": "Python \\ \u{1} Ω"])
    }

    @Test func readsAndWritesTheBytesOfPython() throws {
        let bytes = [UInt8](try #require(Data(base64Encoded: Self.writtenByPython)))
        let file = try SafeTensors(bytes: bytes, source: "python")
        #expect(try file == Self.sample())
        #expect(try file.serialized() == bytes)
        #expect(try file.floats("weights", shape: [2, 3]) == [0, 0.25, 0.5, 0.75, 1, 1.25])
        #expect(try file.doubles("weights", shape: [2, 3]).last == 1.25)
        #expect(try file.doubles("scalar", shape: []) == [-1.5])
        #expect(file.tensors.map(\.name) == ["steps", "scalar", "weights", "empty \"é\"\n", "flag"])
    }

    @Test func aFileRoundTrips() throws {
        let folder = try ScratchFolder()
        let sample = try Self.sample()
        try sample.write(to: folder("a.safetensors"))
        #expect(try SafeTensors(contentsOf: folder("a.safetensors")) == sample)
        #expect(failure { () throws(VAEError) in try sample.write(to: folder.path) }?.kind == .cannotCreate)
        let size = try DurableFile.read(folder("a.safetensors")).count
        let error = failure { () throws(VAEError) in
            _ = try SafeTensors(contentsOf: folder("a.safetensors"), limit: size - 1)
        }
        #expect(error?.kind == .invalidData)
    }

    @Test func headersThatAreTooLong() throws {
        let sample = try Self.sample()
        // Eight bytes say how long it is.
        let length = try SafeTensors(bytes: sample.serialized(), source: "s").tensors.reduce(
            try sample.serialized().count - 8
        ) { $0 - $1.bytes.count }
        #expect(try sample.serialized(headerLimit: length) == sample.serialized())
        let error = failure { () throws(VAEError) in _ = try sample.serialized(headerLimit: length - 1) }
        #expect(error?.kind == .invalidArgument && error?.found == "\(length)")
    }

    @Test(arguments: 0..<40)
    func anyContentRoundTrips(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let letters: [Unicode.Scalar] = [
            "a", "b", "\"", "\\", "/", "\u{0}", "\n", "\u{1F}", "\u{7F}", "é", "😀", "{",
        ]
        func text(_ prefix: String) -> String {
            var text = prefix
            for _ in 0..<Int.random(in: 0..<6, using: &random) {
                text.unicodeScalars.append(letters.randomElement(using: &random)!)
            }
            return text
        }
        var tensors: [SafeTensors.Tensor] = []
        for index in 0..<Int.random(in: 0..<8, using: &random) {
            let type = SafeTensors.DataType.allCases.randomElement(using: &random)!
            // A first size of 4 makes whole bytes of four- and six-bit elements.
            let shape =
                [4]
                + (0..<Int.random(in: 0..<4, using: &random)).map { _ in Int.random(in: 0..<4, using: &random)
                }
            let count = shape.reduce(type.bitWidth, *) / 8
            tensors.append(
                try .init(
                    name: text("\(index)"), dataType: type, shape: shape,
                    bytes: (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }))
        }
        var metadata: [String: String] = [:]
        for index in 0..<Int.random(in: 0..<4, using: &random) { metadata[text("\(index)")] = text("") }

        let file = try SafeTensors(tensors, metadata: metadata)
        let bytes = try file.serialized()
        #expect(try SafeTensors(bytes: bytes, source: "round trip") == file)
        #expect(try SafeTensors(tensors.shuffled(using: &random), metadata: metadata).serialized() == bytes)
        let header = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect(header.isMultiple(of: 8))
        #expect(bytes.count == 8 + header + tensors.reduce(0) { $0 + $1.bytes.count })
    }

    /// Every type, in scalars, vectors, empty tensors and more dimensions.
    @Test(arguments: SafeTensors.DataType.allCases)
    func everyTypeRoundTrips(type: SafeTensors.DataType) throws {
        var random = SplitMix(state: UInt64(type.bitWidth))
        // Elements of four and six bits make whole bytes by fours.
        var shapes = [[4], [0], [3, 0, 2], [2, 4], [1, 3, 4, 1, 2], [4, 1, 1, 1, 1, 1, 1, 1]]
        if type.bitWidth >= 8 { shapes += [[], [1], [7, 5]] }
        let tensors = try shapes.enumerated().map { index, shape in
            try SafeTensors.Tensor(
                name: "\(index)", dataType: type, shape: shape,
                bytes: (0..<shape.reduce(type.bitWidth, *) / 8).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                })
        }
        let read = try SafeTensors(bytes: SafeTensors(tensors).serialized(), source: "round trip")
        for tensor in tensors { #expect(read[tensor.name] == tensor) }
        #expect(read.tensors.count == tensors.count)
    }

    @Test func everyPatternOfBitsSurvives() throws {
        let floats: [Float] = [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.infinity, .nan]
        let doubles: [Double] = [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.infinity, .nan]
        let file = try SafeTensors([
            .init(name: "f", shape: [6], floats: floats), .init(name: "d", shape: [3, 2], doubles: doubles),
        ])
        let read = try SafeTensors(bytes: file.serialized(), source: "bits")
        #expect(try read.floats("f", shape: [6]).map(\.bitPattern) == floats.map(\.bitPattern))
        #expect(try read.doubles("d", shape: [3, 2]).map(\.bitPattern) == doubles.map(\.bitPattern))
    }

    @Test func refusesContentThatCannotBeAFile() throws {
        let tensor = try SafeTensors.Tensor(name: "a", shape: [1], floats: [1])
        let reserved = try SafeTensors.Tensor(name: "__metadata__", shape: [1], floats: [1])
        for tensors in [[tensor, tensor], [reserved]] {
            #expect(failure { () throws(VAEError) in _ = try SafeTensors(tensors) }?.kind == .invalidArgument)
        }
        let shapes: [(SafeTensors.DataType, [Int], Int)] = [
            (.float32, [2], 4), (.float32, [-1], 4), (.float32, [.max, 2], 8), (.float32, [.max], 4),
            (.float4, [3], 1), (.float64, [], 0), (.uint8, [0], 1),
        ]
        for (type, shape, count) in shapes {
            let error = failure { () throws(VAEError) in
                _ = try SafeTensors.Tensor(
                    name: "a", dataType: type, shape: shape, bytes: [UInt8](repeating: 0, count: count))
            }
            #expect(error?.kind == .invalidArgument, "\(type) \(shape)")
        }
    }

    @Test func refusesToReadATensorAsSomethingElse() throws {
        let file = try Self.sample()
        #expect(
            failure { () throws(VAEError) in _ = try file.floats("weight", shape: [6]) }?.problem
                == "is missing")
        #expect(
            failure { () throws(VAEError) in _ = try file.floats("weights", shape: [6]) }?.kind
                == .invalidData)
        #expect(
            failure { () throws(VAEError) in _ = try file.floats("scalar", shape: []) }?.kind == .invalidData)
        #expect(
            failure { () throws(VAEError) in _ = try file.doubles("steps", shape: [2]) }?.kind == .invalidData
        )
    }
}

/// A small generator of random numbers with a seed (Steele, Lea and Flood 2014), so that a failure repeats.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
