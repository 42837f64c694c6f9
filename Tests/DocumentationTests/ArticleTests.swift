import Foundation
import Testing

/// The code of articles is code that is compiled: each block of Swift stands, line by line, in a file of this package.
@Suite struct ArticleTests {
    /// The package's folder.
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Articles and README, as paths within the package.
    static let articles: [String] =
        files(under: "Sources", ending: ".md").filter { $0.contains(".docc/") } + ["README.md"]

    /// Where code is compiled: this module, as a user of the libraries sees them, or the engine itself where an article
    /// explains it.
    private static let compiled: [[Substring]] =
        (files(under: "Tests/DocumentationTests", ending: ".swift")
        + files(under: "Sources", ending: ".swift")
        + files(under: "Tests/KernelsTests", ending: ".swift")
        + files(under: "Examples", ending: ".swift")).map { lines(of: (try? text(of: $0)) ?? "") }

    @Test(arguments: articles)
    func codeIsCompiled(article: String) throws {
        for block in Self.blocks(in: try Self.text(of: article)) {
            let lines = Self.lines(of: block)
            // A function can't begin with them.
            let imports = lines.filter { $0.hasPrefix("import ") }
            let code = lines.filter { !$0.hasPrefix("import ") }
            #expect(!lines.isEmpty)
            #expect(
                Self.compiled.contains { file in imports.allSatisfy(file.contains) && file.contains(code) },
                "\(article): this is in no file that is compiled:\n\(block)")
        }
    }

    @Test func articlesAreFound() {
        for name in ["GettingStarted", "Architecture", "Determinism", "YourOwnLayer"] {
            #expect(Self.articles.contains("Sources/VAE/VAE.docc/\(name).md"))
        }
    }

    @Test func blocksAreToldApart() {
        let text = "a\n```swift\nlet x = 1\n```\n```\nother\n```\n  ```swift\n  f()\n\n  g()\n  ```\n"
        #expect(Self.blocks(in: text) == ["let x = 1", "  f()\n\n  g()"])
        #expect(Self.lines(of: "  f()\n\n    g()") == ["f()", "g()"])
        #expect(["a", "b", "c"].contains(["b", "c"]))
        #expect(!["a", "b", "c"].contains(["a", "c"]))
    }

    /// What stands between "```swift" and "```".
    private static func blocks(in text: String) -> [String] {
        var blocks: [String] = []
        var block: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            switch (line.drop { $0 == " " }, block) {
            case ("```swift", nil): block = []
            case ("```", let lines?):
                blocks.append(lines.joined(separator: "\n"))
                block = nil
            default: block?.append(line)
            }
        }
        return blocks
    }

    /// Lines without their indentation, which depends on where they stand; none that are empty.
    private static func lines(of text: String) -> [Substring] {
        text.split(separator: "\n").map { line in
            let start = line.drop { $0 == " " }
            return start.last == " " ? start[...(start.lastIndex { $0 != " " } ?? start.startIndex)] : start
        }.filter { !$0.isEmpty }
    }

    private static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static func files(under folder: String, ending: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: root.appending(path: folder).path())
        return (all?.compactMap { $0 as? String } ?? []).filter {
            $0.hasSuffix(ending) && !$0.contains(".build/")
        }
        .sorted().map { "\(folder)/\($0)" }
    }
}
