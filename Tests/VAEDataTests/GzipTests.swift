import Foundation
import Testing
import VAECore

@testable import VAEData

@Suite struct GzipTests {
    let folder: TemporaryFolder
    /// An IDX file of 5,000 values that compress to about half.
    let content: [UInt8]
    let packed: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        content = idxHeader([50, 10, 10]) + (0..<5000).map { _ in UInt8.random(in: 0...15) }
        packed = gzip(content)
    }

    private func read(_ bytes: [UInt8]) throws -> NumericArray {
        try IDX.read(folder.write(bytes, to: "file"))
    }

    @Test func membersMayFollowOneAnother() throws {
        let parts = gzip(Array(content[..<3])) + gzip([]) + gzip(Array(content[3..<2000]))
        let whole = parts + gzip(Array(content[2000...])) + gzip([])
        #expect(try read(whole).values == .bytes(Array(content[16...])))
    }

    @Test func everyCutIsRefused() throws {
        for length in Array(2..<30) + stride(from: 30, to: packed.count, by: 97)
            + (packed.count - 10..<packed.count)
        {
            expectError(.invalidData, saying: "gzip stream does not end") {
                _ = try read(Array(packed[..<length]))
            }
        }
        // A single byte is not yet gzip's magic.
        expectError(.invalidData, saying: "first four bytes") { _ = try read([0x1f]) }
        // A second member that is cut off, after all the values asked for.
        expectError(.invalidData, saying: "gzip stream does not end") { _ = try read(packed + [0x1f, 0x8b]) }
    }

    @Test func whatFollowsIsRefused() throws {
        expectError(.invalidData, saying: "goes on after", "at byte \(packed.count)", "3 other bytes") {
            _ = try read(packed + [1, 2, 3])
        }
        expectError(.invalidData, saying: "goes on after") { _ = try read(packed + [0, 0, 0, 0]) }
        expectError(.invalidData, saying: "trailing bytes") { _ = try read(packed + gzip([1])) }
    }

    @Test func damageIsRefused() throws {
        var crc = packed
        crc[crc.count - 5] ^= 1
        expectError(.invalidData, saying: "CRC-32") { _ = try read(crc) }
        var length = packed
        length[length.count - 1] ^= 1
        expectError(.invalidData, saying: "length of the content") { _ = try read(length) }
        var method = packed
        method[2] = 7
        expectError(.invalidData, saying: "not a valid gzip stream", "compression method") {
            _ = try read(method)
        }
        // A flipped bit past the header's free fields may not go unseen; only the bits that fill up the
        // last byte before the trailer mean nothing.
        for _ in 0..<200 {
            var bytes = packed
            bytes[Int.random(in: 10..<bytes.count - 9)] ^= 1 << UInt8.random(in: 0...7)
            #expect(throws: VAEError.self) { _ = try read(bytes) }
        }
    }

    @Test func contentOfAnotherLengthIsRefused() throws {
        expectError(.invalidData, saying: "cut off", "expected 5016 bytes uncompressed, found 5015") {
            _ = try read(gzip(Array(content.dropLast())))
        }
        expectError(.invalidData, saying: "trailing bytes", "expected 5016 bytes, found more") {
            _ = try read(gzip(content + [0]))
        }
    }

    @Test func aHeaderTooLargeForTheFileIsRefusedAtOnce() throws {
        let claim = gzip(idxHeader([1_000_000, 28, 28]) + [1, 2, 3])
        expectError(.invalidData, saying: "compressed bytes can't hold") { _ = try read(claim) }
    }

    @Test func aBombIsRefusedBeforeMemoryGrows() throws {
        // 20 MB of zeros behind a header that asks for 4 bytes: 20 KB on disk.
        let bomb = gzip(idxHeader([1, 2, 2]) + [UInt8](repeating: 0, count: 20_000_000), level: 9)
        let input = InputBytes(bomb, path: "bomb")
        expectError(.invalidData, saying: "trailing bytes") { _ = try IDX.read(input) }
        // Nearly all of it was not even inflated: what a bomb costs is what its header asks for.
        #expect(input.offset < 200)
    }

    @Test func theLengthThatGzipStatesIsNotTrusted() throws {
        var bytes = packed
        bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [255, 255, 255, 255])
        expectError(.invalidData, saying: "length of the content") { _ = try read(bytes) }
    }
}
