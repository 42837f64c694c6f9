import Foundation
import Testing
import VAERun

/// The training whose bits are published: what is printed of it is what the program does.
@Suite struct PublishedTrainingTests {
    @Test(arguments: ["README.md", "Sources/VAE/VAE.docc/Determinism.md"])
    func isWhatIsPrinted(path: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        #expect(text.contains("`\(PublishedTraining.command)`"))
        #expect(text.contains("`\(PublishedTraining.sha256)`"))
    }
}
