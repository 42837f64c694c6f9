import Foundation
import ReaderChecks
import Testing

/// Sound files, and files that once broke a reader, go through what `make fuzz` demands.
@Suite struct FindingsTests {
    @Test(arguments: Reader.allCases)
    func seedsHold(reader: Reader) throws {
        let file = FileInMemory()
        #expect(!reader.seeds.isEmpty)
        for seed in reader.seeds { try reader.check(seed, in: file) }
    }

    @Test(arguments: Reader.allCases)
    func findingsStayMended(reader: Reader) throws {
        let folder = try #require(Bundle.module.resourceURL).appending(path: "Findings/\(reader.rawValue)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let file = FileInMemory()
        for name in names.sorted() {
            try reader.check([UInt8](Data(contentsOf: folder.appending(path: name))), in: file)
        }
    }
}
