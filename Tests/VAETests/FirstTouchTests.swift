import Glibc
import Kernels
import Testing
import VAECore

@testable import VAE

/// Memory goes to the NUMA node of the thread that writes it first: a workspace's must be its worker's.
@Suite("First touch of workspaces")
struct FirstTouchTests {
    /// Pages of a workspace that are in memory: none until its worker has used it, so that no other thread has. Of large pages those at its
    /// ends may be shared with what lies beside it.
    @Test func workspacesAreLeftToTheirWorkers() throws {
        let model = ModelConfiguration(imageShape: ImageShape(height: 256, width: 256))
        let trainer = try Trainer.oversubscribing { try Trainer(model, threads: 3) }
        let workspaces = trainer.engine.workspaces.map(\.all)
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let whole = workspaces[0].count * MemoryLayout<Float>.stride / page - 1
        let ends = 2 * (2 << 20) / page
        #expect(whole > 3 * ends)
        for workspace in workspaces { #expect(workspace.residentPages <= ends) }
        trainer.pool.runOnEach { worker in
            if worker == 1 { trainer.engine.workspaces[worker].all.fill(with: 0) }
        }
        #expect(workspaces[1].residentPages >= whole)
        #expect(workspaces[0].residentPages <= ends && workspaces[2].residentPages <= ends)
    }
}
