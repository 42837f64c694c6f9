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

    #if MPI
        /// Joins the job.
        /// - Returns: nil for a process that is alone
        /// - Throws: `unavailable` when MPI can't begin.
        static func join() throws(VAEError) -> Ranks? {
            guard size(ProcessInfo.processInfo.environment) ?? 1 > 1 else { return nil }
            guard let communicator = MPICommunicator() else {
                throw VAEError(.unavailable, "MPI", "can't begin", advice: "Its own message says why.")
            }
            guard communicator.count > 1 else {
                communicator.end()
                throw VAEError(
                    .unavailable, "MPI", "sees one process, and more were started",
                    advice: "Start them with the mpirun of the library that this program was built with.")
            }
            return Ranks(communicator)
        }
    #else
        /// - Throws: `unavailable` where there are other processes, which would all train the same.
        static func join() throws(VAEError) -> Ranks? {
            guard let size = size(ProcessInfo.processInfo.environment), size > 1 else { return nil }
            throw VAEError(
                .unavailable, "vae-train", "is one of \(size) processes, and was built without MPI",
                expected: "a program that was built with it",
                advice: "Build it: make mpi. Or start it without mpirun.")
        }
    #endif
}

#if MPI
    /// The ranks of an MPI job, from the first to the last word.
    final class Ranks {
        let job: RankJob
        private let communicator: MPICommunicator

        init(_ communicator: MPICommunicator) {
            self.communicator = communicator
            job = RankJob(communicator)
        }

        /// The workers of this rank: as many as were asked for, or its share of the cores that the ranks of a machine have together. A rank that was
        /// bound to some cores has these for itself.
        func threads(_ given: Int?) throws(VAEError) -> Int {
            guard given == nil, Machine.processors == sysconf(Int32(_SC_NPROCESSORS_ONLN)) else {
                return try Threads.checked(given)
            }
            return max(1, try Threads.checked(given) / communicator.localCount)
        }

        /// Lets all ranks go.
        func end() {
            if job.rank == 0 { job.end() }
            communicator.end()
        }
    }
#else
    /// No process of this kind is ever made.
    final class Ranks {
        let job: RankJob
        private init(_ job: RankJob) { self.job = job }
        func threads(_ given: Int?) throws(VAEError) -> Int { try Threads.checked(given) }
        func end() {}
    }
#endif

extension Interruption {
    /// Leaves the signals that ask for an end to rank 0, which decides for all.
    static func leaveToRankZero() {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU] { signal(number, SIG_IGN) }
    }
}
