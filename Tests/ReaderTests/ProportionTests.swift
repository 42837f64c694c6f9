import Foundation
import ReaderChecks
import Testing
import VAE

/// What files cost that are made to cost much.
///
/// Each is read in a process of its own, whose highest memory the kernel has noted. The time limit is far above what
/// reading takes, and far below what it took where time grew with the square of the size.
@Suite(.enabled(if: !isSanitized, "a sanitizer takes memory and time of its own"))
struct ProportionTests {
    enum Hostile: String, CaseIterable, Sendable {
        case oneLargeTensor, manyTensors, manyDimensions, longMetadata, manyKeys, accentsInAName,
            accentsInAType
        case accentsAsFormat, accentsAsKey, longConfiguration, nestedConfiguration
        case accentsAsCheckpoint, nestedTraining, manyEpochs
        case emptyLines, noLines, smallestRows, accentsInARow
        case nestedRecord, emptyCommands, longRecord, accentsInARecord
        case nestedEvaluation, manyNumbers, accentsInAnEvaluation
        case largeIDX, bomb
        case largeArray, arrayInFortranOrder, pictureBomb, pictureOfManyChunks, longProfile
        case manyScans
        case smallestPoints, longLineOfPoints
        case largeIDXOfDoubles, largeArchive, archiveBomb, manyEntries, smallestTable, longLineOfATable
    }

    @Test(.timeLimit(.minutes(20)), arguments: Hostile.allCases)
    func memoryStaysInProportion(hostile: Hostile) async {
        await #expect(processExitsWith: .success) { [name = hostile.rawValue as String] in
            let hostile = try #require(Hostile(rawValue: name))
            let file = FileInMemory()
            let (reader, size) = hostile.write(to: file)
            #expect(size > 0)
            let before = try peakMemory()
            try reader.checkReading(file)
            let taken = try peakMemory() - before
            #expect(taken <= 2 * size + 128 << 20, "\(hostile): \(taken >> 20) MiB for \(size >> 20) MiB")
        }
    }
}

extension ProportionTests.Hostile {
    private static let large = 16 << 20
    /// A letter under accents in an order that Unicode's normal form does not have.
    private static func accents(_ bytes: Int) -> String {
        "a" + String(repeating: "\u{0301}\u{0316}", count: bytes / 4)
    }

    /// - Returns: who reads it, and its size.
    func write(to file: FileInMemory) -> (Reader, Int) {
        let (reader, bytes) = content
        file.hold(bytes)
        return (reader, bytes.count)
    }

    private var content: (Reader, [UInt8]) {
        let large = Self.large
        switch self {
        case .oneLargeTensor:
            return (
                .safetensors,
                Self.file(#"{"a":{"dtype":"U8","shape":[\#(large)],"data_offsets":[0,\#(large)]}}"#, large)
            )
        case .manyTensors:
            let entries = (0..<65_536).map { #""\#($0)":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}"# }
            return (.safetensors, Self.file("{\(entries.joined(separator: ","))}"))
        case .manyDimensions:
            let shape = String(repeating: "0,", count: large / 2) + "0"
            return (
                .safetensors, Self.file(#"{"a":{"dtype":"U8","shape":[\#(shape)],"data_offsets":[0,0]}}"#)
            )
        case .longMetadata:
            let half = String(repeating: "a", count: large / 2)
            return (.safetensors, Self.file(#"{"__metadata__":{"a":"\#(half)\n\#(half)"}}"#))
        case .manyKeys:
            let entries = (0..<large / 12).map { #""\#($0)":"""# }
            return (.safetensors, Self.file(#"{"__metadata__":{\#(entries.joined(separator: ","))}}"#))
        case .accentsInAName:
            return (.safetensors, Self.file(#"{"\#(Self.accents(large))":{}}"#))
        case .accentsInAType:
            return (.safetensors, Self.file(#"{"a":{"dtype":"\#(Self.accents(large))"}}"#))
        case .accentsAsFormat:
            return (
                .model,
                Self.file(#"{"__metadata__":{"format":"\#(Self.accents(large))","configuration":""}}"#)
            )
        case .accentsAsKey:
            return (.model, Self.file(#"{"__metadata__":{"\#(Self.accents(large))":""}}"#))
        case .longConfiguration:
            let json = String(repeating: "[0,", count: large / 3)
            return (.model, Self.file(#"{"__metadata__":{"format":"vae-1","configuration":"\#(json)"}}"#))
        case .nestedConfiguration:
            let json = String(repeating: "[", count: 4000)
            return (.model, Self.file(#"{"__metadata__":{"format":"vae-1","configuration":"\#(json)"}}"#))
        case .accentsAsCheckpoint:
            let format = "vae-checkpoint-\(Self.accents(large))"
            return (.checkpoint, Self.file(#"{"__metadata__":{"format":"\#(format)"}}"#))
        case .nestedTraining:
            return (.checkpoint, Checkpoints.configured(String(repeating: "[", count: 4000)) ?? [])
        case .manyEpochs: return (.checkpoint, Checkpoints.finished(epochs: 250_000) ?? [])
        case .emptyLines: return (.metrics, Self.table(String(repeating: "\n", count: large)))
        case .noLines: return (.metrics, [UInt8](repeating: 0x2C, count: large))
        case .smallestRows:
            return (.metrics, Self.table((1...1_000_000).map { "\($0),3,1,2,,,,1,5\n" }.joined()))
        case .accentsInARow: return (.metrics, Self.table("1,3,1,2,\(Self.accents(large)),,,1,5\n"))
        case .nestedRecord: return (.record, Array(String(repeating: "[", count: 65_536).utf8))
        case .emptyCommands:
            return (.record, Array(#"{"command":[\#(String(repeating: "\"\",", count: 21_000))""]}"#.utf8))
        case .longRecord: return (.record, [UInt8](repeating: 0x5B, count: large))
        case .accentsInARecord: return (.record, Array(#"{"\#(Self.accents(65_000))":1}"#.utf8))
        case .nestedEvaluation: return (.evaluation, Array(String(repeating: "[", count: 262_144).utf8))
        case .manyNumbers:
            return (.evaluation, Array(#"{"version":[\#(String(repeating: "0,", count: 131_000))0]}"#.utf8))
        case .accentsInAnEvaluation:
            return (.evaluation, Array(#"{"\#(Self.accents(262_000))":1}"#.utf8))
        case .largeIDX: return (.idx, Self.idx(large))
        case .bomb: return (.gzip, Gzip.member(Self.idx(large)))
        case .largeArray: return (.npy, Self.array("(\(large),)", large))
        case .arrayInFortranOrder:
            return (.npy, Self.array("(\(large / 4096), 4, 1024)", isFortranOrder: true, large))
        case .pictureBomb:
            let rows = [UInt8](repeating: 0, count: 2048 * (1 + 4 * 4096))
            return (.png, PNGs.file(width: 4096, height: 2048, colour: 6, rows: rows))
        case .pictureOfManyChunks:
            let chunk = PNGs.chunk("teXt", [])
            let chunks = (0..<large / 12).flatMap { _ in chunk }
            return (.png, PNGs.file(width: 1, height: 1, rows: [0, 0], others: chunks))
        case .longProfile:
            let profile = PNGs.chunk("iCCP", [UInt8](repeating: 0x61, count: large))
            return (.png, PNGs.file(width: 1, height: 1, rows: [0, 0], others: profile))
        case .manyScans:
            // The last scan of a progressive picture a thousand times over.
            guard let sound = Reader.jpeg.seeds.dropFirst(2).first,
                let last = sound.indices.dropLast().last(where: { sound[$0] == 0xFF && sound[$0 + 1] == 0xDA }
                )
            else { return (.jpeg, []) }
            let scan = sound[last..<sound.count - 2]
            return (.jpeg, Array(sound.dropLast(2)) + (0..<1000).flatMap { _ in scan } + [0xFF, 0xD9])
        case .smallestPoints: return (.latents, Array(String(repeating: "0,0\n", count: large / 4).utf8))
        case .longLineOfPoints: return (.latents, [UInt8](repeating: 0x2C, count: large))
        case .largeIDXOfDoubles:
            return (.idx, Self.idx(large / 8, type: 0x0E) + [UInt8](repeating: 0, count: large / 8 * 7))
        case .largeArchive:
            return (.npz, Zips.file([("a.npy", Self.array("(\(large),)", large))], isDeflated: false))
        case .archiveBomb:
            return (.npz, Zips.file([("a.npy", Self.array("(\(large),)", large))], isDeflated: true))
        case .manyEntries:
            let entries = (0..<65_535).map { (name: "\($0).npy", content: [] as [UInt8]) }
            return (.npz, Zips.file(entries, isDeflated: false))
        case .smallestTable: return (.table, Array(String(repeating: "0\n", count: large / 2).utf8))
        case .longLineOfATable: return (.table, [UInt8](repeating: 0x2C, count: large))
        }
    }

    private static func file(_ header: String, _ data: Int = 0) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) } + header.utf8
            + [UInt8](repeating: 0, count: data)
    }

    private static func table(_ rows: String) -> [UInt8] {
        let names =
            "epoch,train_loss,train_reconstruction,train_kl,test_loss,test_reconstruction,test_kl,seconds"
        return Array("\(names),images_per_second\n\(rows)".utf8)
    }

    private static func array(_ shape: String, isFortranOrder: Bool = false, _ count: Int) -> [UInt8] {
        let order = isFortranOrder ? "True" : "False"
        let header = "{'descr': '|u1', 'fortran_order': \(order), 'shape': \(shape), }\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
            + [UInt8](repeating: 0, count: count)
    }

    private static func idx(_ count: Int, type: UInt8 = 8) -> [UInt8] {
        [0, 0, type, 1] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
            + [UInt8](repeating: 0, count: count)
    }
}

/// Whether the address or the thread sanitizer is part of this process.
private let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

/// The most memory that this process has had, in bytes.
private func peakMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
    return 1024 * (try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }))
}
