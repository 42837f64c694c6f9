import Foundation
import Kernels
import Testing
import VAECore

@testable import VAE

/// Cores and where workers are bound, from trees of files as kernels show them.
@Suite("Topologies of processors")
struct ProcessorTopologyTests {
    /// A processor of a made-up machine.
    struct Processor {
        let package, node: Int
        let siblings: String
    }

    let root = try! ScratchFolder()

    private func write(_ text: String, to path: String) throws {
        let file = URL(fileURLWithPath: root("sys/devices/system/" + path))
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("\(text)\n".utf8).write(to: file)
    }

    private func machine(_ processors: [Processor]) throws {
        try write("0-\(processors.count - 1)", to: "cpu/online")
        for (number, processor) in processors.enumerated() {
            try write("\(processor.package)", to: "cpu/cpu\(number)/topology/physical_package_id")
            try write(processor.siblings, to: "cpu/cpu\(number)/topology/thread_siblings_list")
        }
        let nodes = Set(processors.map(\.node)).sorted()
        try write(nodes.map(String.init).joined(separator: ","), to: "node/online")
        for node in nodes {
            let own = processors.indices.filter { processors[$0].node == node }
            try write(own.map(String.init).joined(separator: ","), to: "node/node\(node)/cpulist")
        }
    }

    /// Two sockets whose processors take turns, two hyper-threads a core, the second ones behind all first ones.
    private func twoSockets() throws {
        try machine(
            (0..<8).map { number in
                Processor(
                    package: number % 2, node: number % 2, siblings: "\(number % 4),\(number % 4 + 4)")
            })
    }

    @Test func socketsInOrderAndSiblingsTogether() throws {
        try twoSockets()
        let found = ProcessorTopology(allowed: Array(0..<8), root: root.path)
        #expect(found.cores.map(\.processors) == [[0, 4], [2, 6], [1, 5], [3, 7]])
        #expect(found.cores.map(\.package) == [0, 0, 1, 1])
        #expect(found.nodeCount == 2)
    }

    /// A core of which one hyper-thread is allowed is a core.
    @Test func whatIsNotAllowedIsNotThere() throws {
        try twoSockets()
        let found = ProcessorTopology(allowed: [6, 5, 1], root: root.path)
        #expect(found.cores.map(\.processors) == [[6], [1, 5]])
        #expect(ProcessorTopology(allowed: [0, 2], root: root.path).nodeCount == 1)
    }

    @Test func severalNodesOfASocket() throws {
        try machine(
            (0..<4).map { Processor(package: 0, node: ($0 + 1) % 2, siblings: "\($0)") })
        let found = ProcessorTopology(allowed: Array(0..<4), root: root.path)
        #expect(found.cores.map(\.node) == [0, 0, 1, 1])
        #expect(found.cores.map(\.processors) == [[1], [3], [0], [2]])
    }

    /// A kernel that shows nothing: each processor is a core, in one memory.
    @Test func withoutFiles() {
        let found = ProcessorTopology(allowed: [3, 1], root: root("absent"))
        #expect(found.cores.map(\.processors) == [[1], [3]] && found.nodeCount == 1)
        #expect(ProcessorTopology.online(root: root("absent")).isEmpty)
        #expect(!ProcessorTopology.hasSeveralNodes(root: root("absent")))
    }

    private func seats(
        _ workers: Int, _ allowed: [Int] = Array(0..<8), quota: Double? = nil, _ pinning: Pinning = .auto
    ) -> Seating {
        Seating(workers: workers, allowed: allowed, quota: quota, pinning, root: root.path)
    }

    /// One worker a core, where there are as many and the memories differ.
    @Test func boundWhereMemoriesDiffer() throws {
        try twoSockets()
        let bound = [[0, 4], [2, 6], [1, 5], [3, 7]]
        #expect(seats(4).processors == bound)
        #expect(seats(4, .off).processors.isEmpty)
        // Fewer than cores, and more.
        #expect(seats(3).processors.isEmpty && seats(8).processors.isEmpty)
        #expect(seats(3, .on).processors.isEmpty)
        // A quota below the workers, and one that is enough.
        #expect(seats(4, quota: 3.5).processors.isEmpty && seats(4, quota: 4).processors == bound)
        // Another program's mask: only where it is asked for.
        let mask = [0, 1, 4, 5]
        #expect(seats(2, mask).processors.isEmpty)
        #expect(seats(2, mask, .on).processors == [[0, 4], [1, 5]])
    }

    @Test func oneMemoryIsLeftToTheSystem() throws {
        try machine((0..<4).map { Processor(package: 0, node: 0, siblings: "\($0)") })
        #expect(seats(4, Array(0..<4)).processors.isEmpty)
        #expect(seats(4, Array(0..<4), .on).processors == [[0], [1], [2], [3]])
        #expect(seats(1, [0], .on).processors.isEmpty)
    }

    /// Threads watch where each has a processor, and its time.
    @Test func patienceNeedsAProcessorEach() throws {
        try twoSockets()
        #expect(seats(4).patience == Seating.usualPatience && seats(8).patience == Seating.usualPatience)
        #expect(seats(9).patience == 0 && seats(3, [0, 1]).patience == 0 && seats(2, []).patience == 0)
        #expect(seats(2, quota: 1.5).patience == 0 && seats(2, quota: 2).patience == Seating.usualPatience)
    }

    private func seats(_ workers: Int, _ pinning: Pinning) -> Seating {
        seats(workers, Array(0..<8), pinning)
    }

    @Test func wordsOfTheEnvironment() throws {
        #expect(try Pinning(environment: nil) == .auto && Pinning(environment: "") == .auto)
        #expect(try Pinning(environment: "on") == .on && Pinning(environment: "off") == .off)
        let error = #expect(throws: VAEError.self) { try Pinning(environment: "yes") }
        #expect(error?.kind == .invalidArgument)
        #expect(error?.description.contains("VAE_PIN") == true && error?.description.contains("yes") == true)
    }

    /// The engine takes its seats from the environment; each in a process of its own.
    @Test func theEngineHeedsTheEnvironment() async {
        await #expect(processExitsWith: .success) {
            setenv("VAE_PIN", "sideways", 1)
            let error = #expect(throws: VAEError.self) { try Trainer(threads: 1) }
            #expect(error?.kind == .invalidArgument)
        }
    }

    @Test func boundOnThisMachine() async {
        await #expect(processExitsWith: .success) {
            setenv("VAE_PIN", "on", 1)
            let cores = ProcessorTopology(allowed: Affinity.current).cores
            let trainer = try Trainer(threads: cores.count)
            guard trainer.threads == cores.count, cores.count > 1 else { return }
            let before = Affinity.current
            let masks = Masks(cores.count)
            trainer.pool.runOnEach { worker in masks.all[worker] = Affinity.current }
            #expect(masks.all.dropFirst() == cores.map(\.processors).dropFirst())
            #expect(masks.all.first == before && Affinity.current == before)
        }
    }

    final class Masks: @unchecked Sendable {
        var all: [[Int]]
        init(_ count: Int) { all = [[Int]](repeating: [], count: count) }
    }
}
