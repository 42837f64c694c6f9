import Foundation
import Testing
import VAE
import VAECore

@Suite("safetensors that are refused")
struct SafeTensorsRejectionTests {
    /// A file with this header and `data` bytes of data.
    static func file(_ header: [UInt8], data: Int = 0) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header
            + [UInt8](repeating: 0, count: data)
    }

    /// One tensor, one byte, as it should be; the cases below break one thing at a time.
    static let sound = #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#

    struct Broken: CustomTestStringConvertible, Sendable {
        let header: String
        let data: Int
        /// Words of the error that tell this failure from others.
        let says: String
        var testDescription: String { says + ": " + header.escapingControlCharacters() }

        init(_ header: String, data: Int = 1, _ says: String) {
            self.header = header
            self.data = data
            self.says = says
        }
    }

    static let layouts = [
        Broken(sound, data: 0, "ends within tensor"),
        Broken(sound, data: 2, "bytes follow the last tensor, from byte 62"),
        Broken(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, data: 2, "hole"),
        Broken(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#, "hole"),
        Broken(
            #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,1]}}"#,
            "hole"),
        Broken(
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,1]}}"#,
            data: 2, "ends before it begins"),
        Broken(
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
            data: 3, "overlaps"),
        Broken(
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#,
            data: 2, "overlaps"),
        Broken(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,1]}}"#, "size of its shape"),
        Broken(
            #"{"a":{"dtype":"U8","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, data: 0,
            "impossible shape"),
        Broken(
            #"{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}"#, data: 0,
            "impossible shape"),
        Broken(#"{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}"#, "impossible shape"),
        Broken(
            #"{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#,
            "impossible shape"),
    ]

    static let headers = [
        Broken("", "'{'"), Broken(" " + sound, "'{'"), Broken("[]", "'{'"),
        Broken("{", "the end of the header"),
        Broken(String(sound.dropLast()), "',' or '}'"),
        Broken(sound + "x", "the end of the header, found 'x'"),
        Broken(sound + "\0", "byte 0x0"), Broken(#"{"a" 1}"#, "':'"), Broken(#"{a:1}"#, "'\"'"),
        Broken(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],}}"#, "'\"'"),
        Broken(#"{"a":{"dtype":"U8","shape":[1,],"data_offsets":[0,1]}}"#, "a whole number"),
        Broken(#"{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}"#, "a whole number"),
        Broken(#"{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}"#, "a whole number"),
        Broken(#"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#, "a whole number"),
        Broken(#"{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}"#, "a leading zero"),
        Broken(#"{"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}"#, "a whole number"),
        Broken(#"{"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}}"#, "a whole number"),
        Broken(#"{"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]}}"#, "a larger one"),
        Broken(
            #"{"a":{"dtype":"U8","shape":[99999999999999999999999],"data_offsets":[0,1]}}"#, "a larger one"),
        Broken(#"{"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}"#, "'['"),
        Broken(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}"#, "two offsets"),
        Broken(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}"#, "two offsets"),
        Broken(#"{"a":{"dtype":"U8","shape":[1]}}"#, "only dtype, shape"),
        Broken(#"{"a":{}}"#, "none of them"),
        Broken(#"{"a":{"dtype":"u8","shape":[1],"data_offsets":[0,1]}}"#, "a type such as F32"),
        Broken(#"{"a":{"dtype":8,"shape":[1],"data_offsets":[0,1]}}"#, "'\"'"),
        Broken(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}}"#, "found \"x\""),
        Broken(#"{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, "\"dtype\" again"),
        Broken(#"{"a":["U8",[1],[0,1]]}"#, "'{'"), Broken(#"{"a":null}"#, "'{'"),
        Broken(String(repeating: #"{"a":"#, count: 50_000), "dtype, shape or data_offsets"),
        Broken(sound.dropLast() + "," + sound.dropFirst(), "\"a\" again"),
        Broken(
            sound.dropLast() + "," + sound.dropFirst().replacing("\"a\"", with: #""\u0061""#), "\"a\" again"),
        Broken(#"{"__metadata__":{"k":1}}"#, data: 0, "'\"'"),
        Broken(#"{"__metadata__":[]}"#, data: 0, "'{'"),
        Broken(#"{"__metadata__":null}"#, data: 0, "'{'"),
        Broken(#"{"__metadata__":{"k":{}}}"#, data: 0, "'\"'"),
        Broken(#"{"__metadata__":{"k":"1","k":"1"}}"#, data: 0, "\"k\" again"),
        Broken(#"{"__metadata__":{},"__metadata__":{}}"#, data: 0, "again"),
        Broken("{\"a\nb\":1}", "a control character"), Broken(#"{"\x":1}"#, "another escape"),
        Broken(#"{"\u12g4":1}"#, "hexadecimal"), Broken(#"{"\u12"#, "hexadecimal"),
        Broken(#"{"\"#, "escaped"),
        Broken(#"{"\ud800":1}"#, "a lone one"), Broken(#"{"\udc00":1}"#, "a lone one"),
        Broken(#"{"\udc00\udc00":1}"#, "a lone one"), Broken(#"{"\ud800xudc00":1}"#, "a lone one"),
        Broken(#"{"\ud800\ud800":1}"#, "a lone one"), Broken(#"{"\ud800\n":1}"#, "a lone one"),
        Broken(#"{"abc"#, "'\"'"),
    ]

    @Test(arguments: layouts + headers)
    func refuses(broken: Broken) {
        let error = failure { () throws(VAEError) in
            _ = try SafeTensors(
                bytes: Self.file(Array(broken.header.utf8), data: broken.data), source: "f.st")
        }
        #expect(error?.kind == .invalidData)
        #expect(error?.subject == "f.st")
        #expect(error?.description.contains(broken.says) == true, "\(error?.description ?? "no error")")
        #expect(error?.description.contains("byte") == true)
        #expect(error?.expected != nil && error?.found != nil && error?.advice != nil)
    }

    /// The cases of the reference reader's own tests (safetensors 0.8, src/tensor.rs), by the names they have there.
    static let reference: [(name: String, file: [UInt8])] = [
        ("header_too_large", Array("<".utf8) + [0, 0, 0, 0, 0, 0, 0xFF] + Array("{}".utf8)),
        ("header_too_small", []), ("invalid_header_length", Array("<".utf8) + [0, 0, 0, 0, 0, 0, 0]),
        ("invalid_header_non_utf8", [1, 0, 0, 0, 0, 0, 0, 0, 0xFF]),
        ("invalid_header_not_json", [1, 0, 0, 0, 0, 0, 0, 0, 0x7B]),
        ("whitespace_start_padded_header", file(Array("\t\n{}\r ".utf8))),
        ("invalid_info", file(Array(#"{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0, 4]}}"#.utf8))),
        (
            "validation_overflow of the shape",
            file(
                Array(
                    #"{"test":{"dtype":"I32","shape":[2,18446744073709551614],"data_offsets":[0,16]}}"#.utf8),
                data: 16)
        ),
        (
            "validation_overflow of the size",
            file(
                Array(
                    #"{"test":{"dtype":"I32","shape":[2,9223372036854775807],"data_offsets":[0,16]}}"#.utf8),
                data: 16)
        ),
        ("misaligned", file(Array(#"{"t":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}"#.utf8), data: 1)),
    ]

    @Test(arguments: reference.indices)
    func refusesWhatTheReferenceRefuses(index: Int) {
        let error = failure { () throws(VAEError) in
            _ = try SafeTensors(bytes: Self.reference[index].file, source: "f.st")
        }
        #expect(error?.kind == .invalidData, "\(Self.reference[index].name)")
    }

    @Test func theSoundFileIsRead() throws {
        for header in [
            Self.sound, Self.sound + "  ", Self.sound + "\n", Self.sound.replacing(":", with: " :\t"),
            Self.sound.replacing("\"a\"", with: #""\ud83d\ude00\u00e9\"\\\/\b\f\n\r\t""#),
            Self.sound.replacing("\"a\"", with: "\"\""), "{\"__metadata__\":{}," + Self.sound.dropFirst(),
            // Written in the other order than the data lies in.
            #"{"b":{"data_offsets":[0,0],"shape":[0,9223372036854775807],"dtype":"F64"},"#
                + Self.sound.dropFirst(),
        ] {
            let file = try SafeTensors(bytes: Self.file(Array(header.utf8), data: 1), source: "f.st")
            #expect(file.tensors.last?.bytes == [0])
        }
        #expect(try SafeTensors(bytes: Self.file(Array("{}".utf8)), source: "f.st") == SafeTensors([]))
    }

    @Test(
        arguments: [
            [], [1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 0, 0, 0, 0], [3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D],
            [1, 0xE1, 0xF5, 5, 0, 0, 0, 0], [255, 255, 255, 255, 255, 255, 255, 255, 0x7B],
            [0, 0, 0, 0, 0, 0, 0, 0x80, 0x7B],
        ] as [[UInt8]])
    func refusesBrokenStarts(bytes: [UInt8]) {
        let error = failure { () throws(VAEError) in _ = try SafeTensors(bytes: bytes, source: "f.st") }
        #expect(error?.kind == .invalidData)
    }

    @Test(
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]]
            as [[UInt8]])
    func refusesWhatIsNotUTF8(bytes: [UInt8]) {
        for text in [Self.sound.replacing("a\"", with: "%\""), #"{"__metadata__":{"k":"%"}}"#] {
            let header = text.utf8.flatMap { $0 == 0x25 ? bytes : [$0] }
            let error = failure { () throws(VAEError) in
                _ = try SafeTensors(bytes: Self.file(header, data: 1), source: "f.st")
            }
            #expect(error?.expected == "text in UTF-8")
        }
    }
}
