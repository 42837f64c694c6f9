import Foundation
import FuzzRuntime
import ReaderChecks

/// `vae-fuzz READER FOLDER [flag of libFuzzer]…`: tries a reader on inputs that libFuzzer makes, guided by the code that they
/// reach, from the seeds and what FOLDER holds. `vae-fuzz` alone lists the readers.
@main
enum Fuzz {
    private static let reader = CommandLine.arguments.dropFirst().first.flatMap(Reader.init(rawValue:))
    private static let file = FileInMemory()
    /// What a reader may take besides twice the file: zlib's window and tables, a file's first chunk, JSON's tables.
    private static let constant = 16 << 20

    static func main() throws {
        guard let reader, CommandLine.arguments.count > 2 else {
            return print(Reader.allCases.map(\.rawValue).joined(separator: " "))
        }
        let folder = CommandLine.arguments[2]
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (index, seed) in reader.seeds.enumerated() {
            try Data(seed).write(to: URL(fileURLWithPath: "\(folder)/seed-\(index)"))
        }
        let arguments = [CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)
        var count = Int32(arguments.count)
        // libFuzzer keeps them until the process ends.
        let copies = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
            capacity: arguments.count + 1)
        for (index, argument) in arguments.enumerated() { copies[index] = strdup(argument) }
        copies[arguments.count] = nil
        var start: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = copies
        exit(
            LLVMFuzzerRunDriver(&count, &start) { data, size in
                Fuzz.check(Array(UnsafeBufferPointer(start: data, count: size)))
                return 0
            })
    }

    /// Of this thread: on a shared machine the clock on the wall says little.
    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func check(_ bytes: [UInt8]) {
        let (before, start) = (memory_in_use(), processorSeconds)
        memory_peak_reset()
        do throws(Finding) {
            try reader?.check(bytes, in: file)
        } catch {
            fatalError("finding: \(error)")
        }
        let seconds = processorSeconds - start
        guard seconds < 1 else {
            fatalError("finding: \(seconds) seconds for a file of \(bytes.count) bytes")
        }
        let taken = memory_peak() - before
        guard taken <= 2 * bytes.count + constant else {
            fatalError("finding: \(taken) bytes of memory for a file of \(bytes.count)")
        }
    }
}
