import Foundation
import Testing

/// `vae-train` as one of the processes that `mpirun` or `srun` starts, in a build without MPI.
@Suite struct RankCommandTests {
    private let scratch = try! Scratch()

    private func train(_ arguments: [String], _ environment: [String: String]) throws -> Tool.Outcome {
        try Tool("vae-train").run(arguments, environment: environment)
    }

    @Test(arguments: [
        ["OMPI_COMM_WORLD_SIZE": "2"], ["PMI_SIZE": "2"], ["PMIX_RANK": "0", "SLURM_NTASKS": "2"],
    ])
    func oneOfSeveralIsRefused(_ environment: [String: String]) throws {
        let outcome = try train(["--dataset", "synthetic", "--out", scratch.file("run")], environment)
        #expect(outcome.status == 69, "\(outcome.errors)")
        #expect(
            outcome.errors.contains("is one of 2 processes, and was built without MPI"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: scratch.file("run")))
    }

    @Test func oneAloneTrains() throws {
        let small = ["--dataset", "synthetic", "--limit", "200", "--epochs", "1", "--no-figures", "--out"]
        let alone = try train(small + [scratch.file("a")], ["OMPI_COMM_WORLD_SIZE": "1"])
        #expect(alone.status == 0, "\(alone.errors)")
        // A job of Slurm that started one process of its own.
        let inJob = try train(small + [scratch.file("b")], ["SLURM_NTASKS": "4"])
        #expect(inJob.status == 0, "\(inJob.errors)")
    }

    /// Each of the others would say the same.
    @Test(arguments: [["--no-such-flag"], ["--dataset", "synthetic"]])
    func rankZeroSaysWhatIsWrong(_ arguments: [String]) throws {
        let ranks = try ["0", "1"].map { rank in
            try train(arguments, ["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": rank])
        }
        #expect(ranks[0].status == ranks[1].status && ranks[0].status != 0)
        #expect(!ranks[0].errors.isEmpty && ranks[1].errors.isEmpty && ranks[1].output.isEmpty)
    }
}
