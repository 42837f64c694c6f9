import Foundation
import Testing
import VAE
import VAECore

/// Files that are damaged anywhere, or hold more of something than anybody needs.
@Suite("safetensors out of proportion")
struct SafeTensorsDamageTests {
    /// What the format allows and this reader does not, so that no file costs more than it is long.
    @Test func refusesWhatIsOutOfProportion() {
        func tensors(_ count: Int) -> String {
            "{"
                + (0..<count).map { #""\#($0)":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"# }.joined(
                    separator: ",")
                + "}"
        }
        func metadata(_ count: Int) -> String {
            #"{"__metadata__":{"# + (0..<count).map { #""\#($0)":"""# }.joined(separator: ",") + "}}"
        }
        func shape(_ count: Int) -> String {
            let sizes = [String](repeating: "0", count: count).joined(separator: ",")
            return #"{"a":{"dtype":"U8","shape":[\#(sizes)],"data_offsets":[0,0]}}"#
        }
        func name(_ length: Int) -> String {
            #"{"\#(String(repeating: "n", count: length))":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#
        }
        func key(_ length: Int) -> String {
            #"{"__metadata__":{"\#(String(repeating: "n", count: length))":""}}"#
        }
        for (make, most, says) in [
            (tensors, 65_536, "at most 65536 tensors"), (metadata, 4096, "at most 4096 entries"),
            (shape, 64, "at most 64 sizes"), (name, 4096, "at most 4096 bytes"),
            (key, 256, "at most 256 bytes"),
        ] as [((Int) -> String, Int, String)] {
            func read(_ count: Int) -> VAEError? {
                failure { () throws(VAEError) in
                    _ = try SafeTensors(
                        bytes: SafeTensorsRejectionTests.file(Array(make(count).utf8)), source: "f.st")
                }
            }
            #expect(read(most) == nil)
            #expect(read(most + 1)?.kind == .invalidData && read(most + 1)?.expected == says)
        }
    }

    /// "é" as one code point and as two: other names for tensors, as for the reference; in a dictionary the same.
    @Test func namesAreTheirBytes() throws {
        let entry = #"{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"#
        let file = try SafeTensors(
            bytes: SafeTensorsRejectionTests.file(Array("{\"\u{E9}\":\(entry),\"e\u{301}\":\(entry)}".utf8)),
            source: "f.st")
        #expect(file.tensors.count == 2 && file["\u{E9}"]?.name.utf8.count == 2)
        #expect(file["e\u{301}"]?.name.utf8.count == 3)
        let keys = Array("{\"__metadata__\":{\"\u{E9}\":\"\",\"e\u{301}\":\"\"}}".utf8)
        let error = failure { () throws(VAEError) in
            _ = try SafeTensors(bytes: SafeTensorsRejectionTests.file(keys), source: "f.st")
        }
        #expect(error?.found?.contains("composed otherwise") == true)
    }

    /// A letter may carry any number of accents, and all are one character.
    @Test func errorsDoNotGrowWithNames() {
        let name = "a" + String(repeating: "\u{301}", count: 2000)
        let error = failure { () throws(VAEError) in
            _ = try SafeTensors(
                bytes: SafeTensorsRejectionTests.file(Array("{\"\(name)\":{}}".utf8)), source: "f.st")
        }
        #expect(error?.kind == .invalidData)
        #expect(error.map { $0.description.utf8.count < 600 } == true)
    }

    /// Whatever happens to a file, reading it ends in a value or an error, and a value can be written.
    @Test func everyDamageIsSurvived() throws {
        let bytes = try SafeTensorsTests.sample().serialized()
        for length in 0..<bytes.count {
            #expect(
                failure { () throws(VAEError) in
                    _ = try SafeTensors(bytes: Array(bytes[..<length]), source: "cut")
                }?.kind == .invalidData)
        }
        var read = 0
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << (bit % 8)
            guard let file = try? SafeTensors(bytes: damaged, source: "damaged") else { continue }
            read += 1
            #expect(try SafeTensors(bytes: file.serialized(), source: "again") == file)
        }
        // Changes to values and within names can't be noticed.
        #expect(read > 0)
    }
}
