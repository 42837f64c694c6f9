// Fails on a public name without a comment, and on one that throws and does not say what and when.
//
//     swift scripts/check-docs.swift SYMBOL-GRAPH...
import Foundation

struct Graph: Decodable {
    struct Symbol: Decodable {
        struct Kind: Decodable { let identifier: String }
        struct Line: Decodable { let text: String }
        struct Comment: Decodable {
            let module: String?
            let lines: [Line]
        }
        struct Fragment: Decodable {
            let kind: String
            let spelling: String
        }
        let kind: Kind
        let pathComponents: [String]
        let docComment: Comment?
        let declarationFragments: [Fragment]?
    }
    struct Module: Decodable { let name: String }
    let module: Module
    let symbols: [Symbol]
}

var (names, faults) = (0, [String]())
for path in CommandLine.arguments.dropFirst() {
    let graph = try JSONDecoder().decode(Graph.self, from: Data(contentsOf: URL(filePath: path)))
    for symbol in graph.symbols where symbol.kind.identifier != "swift.extension" {
        let name = ([graph.module.name] + symbol.pathComponents).joined(separator: ".")
        names += 1
        guard let comment = symbol.docComment, !comment.lines.isEmpty else {
            faults.append("\(name) has no comment")
            continue
        }
        let throwing = symbol.declarationFragments?.contains { $0.kind == "keyword" && $0.spelling == "throws" }
        // A comment of another module was inherited from a protocol of Swift's, such as `Decodable`.
        guard throwing == true, comment.module == nil || comment.module == graph.module.name else { continue }
        if !comment.lines.contains(where: { $0.text.drop { $0 == " " }.hasPrefix("- Throws:") }) {
            faults.append("\(name) throws, and its comment does not say what and when")
        }
    }
}
for fault in faults.sorted() { FileHandle.standardError.write(Data("docs: \(fault)\n".utf8)) }
print("docs: \(names) public names, \(faults.count) faults of their comments")
exit(faults.isEmpty ? 0 : 1)
