import Foundation
import Glibc
import Kernels
import VAEConsole
import VAECore
import VAERun

/// The MPI job that this process is part of.
enum MPIJob {
    /// The processes of the job by what `mpirun` or `srun` tells each of them; nil where none of these has started this one.
    static func size(_ environment: [String: String]) -> Int? {
        for name in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"] {
            if let size = environment[name].flatMap({ Int($0) }) { return size }
        }
        // Slurm's own PMIx names the rank only.
        return environment["PMIX_RANK"] == nil ? nil : environment["SLURM_NTASKS"].flatMap { Int($0) }
    }

    /// Whether another process than this one prints, writes and decides.
    static let isFollower =
        ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"].lazy
        .compactMap { ProcessInfo.processInfo.environment[$0].flatMap { Int($0) } }.first ?? 0 > 0

    /// Joins the job.
    /// - Returns: nil for a process that is alone
    /// - Throws: `unavailable` when MPI can't begin, or this program was built without it and there are others, which would all train the same.
    static func join() throws(VAEError) -> Ranks? {
        guard let size = size(ProcessInfo.processInfo.environment), size > 1 else { return nil }
        #if MPI
            guard let communicator = MPICommunicator() else {
                throw VAEError(.unavailable, "MPI", "can't begin", advice: "Its own message says why.")
            }
            let ranks = Ranks(communicator, onThisMachine: communicator.localCount) { communicator.end() }
            guard communicator.count > 1 else {
                ranks.end()
                throw VAEError(
                    .unavailable, "MPI", "sees one process, and \(size) were started",
                    advice: "Start them with the mpirun of the library that this program was built with.")
            }
            return ranks
        #else
            throw VAEError(
                .unavailable, "vae-train", "is one of \(size) processes, and was built without MPI",
                expected: "a program that was built with it",
                advice: "Build it: make mpi. Or start it without mpirun.")
        #endif
    }
}

/// The ranks of a job, from the first to the last word.
final class Ranks {
    let job: RankJob
    private let localCount: Int
    private let leave: () -> Void

    /// - Parameter leave: ends this process's part of the job, when all others do
    init(_ communicator: any Communicator, onThisMachine localCount: Int, leave: @escaping () -> Void) {
        job = RankJob(communicator)
        (self.localCount, self.leave) = (localCount, leave)
    }

    /// The workers of this rank: as many as were asked for, or its share of the cores that the ranks of a machine have together. A rank that was
    /// bound to some cores has these for itself.
    func threads(_ given: Int?) throws(VAEError) -> Int {
        let threads = try Threads.checked(given)
        guard given == nil, Machine.processors == sysconf(Int32(_SC_NPROCESSORS_ONLN)) else { return threads }
        return max(1, threads / localCount)
    }

    /// Lets all ranks go.
    func end() {
        if job.rank == 0 { job.end() }
        leave()
    }
}

extension Interruption {
    /// Leaves the signals that ask for an end to rank 0, which decides for all.
    static func leaveToRankZero() {
        for number in requests + warnings.map(\.0) { signal(number, SIG_IGN) }
    }
}
