import Foundation
import Testing
import VAECore

@testable import VAEData

@Suite struct LatentTableTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ text: String, _ size: Int = 2) throws -> [Float] {
        try LatentTable.read(folder.write(Array(text.utf8), to: "z.csv"), latentSize: size)
    }

    @Test func columnsByTheirNames() throws {
        #expect(try read("image,label,z1,z2\n0,7,0.5,-1.25\n1,2,3,4\n") == [0.5, -1.25, 3, 4])
        #expect(try read("z2,z1\r\n1,2\r\n\r\n3,4") == [2, 1, 4, 3])
        // A comma and doubled quotes within a name.
        #expect(try read("image,z1,z2\n\"a \"\"b\"\", c.png\",1,2\n") == [1, 2])
        #expect(try read("z1,log_variance1\n1,2\n", 1) == [1])
    }

    @Test func numbersAlone() throws {
        #expect(try read("1,2\n 3 , -4.5e-1 \n+.5,6.\n") == [1, 2, 3, -0.45, 0.5, 6])
        #expect(try read("7", 1) == [7])
    }

    @Test func arraysOfNumPy() throws {
        func read(_ shape: [Int], _ values: NPYArray.Values) throws -> [Float] {
            let bytes = try NPY.encode(NPYArray(shape: shape, values: values))
            return try LatentTable.read(folder.write(bytes, to: "z.npy"), latentSize: 2)
        }
        #expect(try read([2, 2], .floats([1, 2, 3, 4])) == [1, 2, 3, 4])
        #expect(try read([2], .doubles([1, 2])) == [1, 2])
        for shape in [[4, 1], [1, 2, 2], [4], []] {
            expectError(.invalidData, saying: "z.npy", "(n, 2)") {
                _ = try read(shape, .floats([Float](repeating: 1, count: shape.reduce(1, *))))
            }
        }
        expectError(.invalidData, saying: "log-variances") {
            _ = try read([2, 3, 2], .floats([Float](repeating: 1, count: 12)))
        }
        expectError(.invalidData, saying: "no points") { _ = try read([0, 2], .floats([])) }
        expectError(.invalidData, saying: "not finite") { _ = try read([1, 2], .floats([1, .nan])) }
        expectError(.invalidData, saying: "not finite") { _ = try read([1, 2], .doubles([1, 1e300])) }
    }

    /// What is printed in the shortest way that says the same Float is read as the same Float.
    @Test func anyFiniteNumberIsReadAsItWasWritten() throws {
        var values: [Float] = [.greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0, .ulpOfOne]
        while values.count < 2000 {
            let value = Float(bitPattern: .random(in: 0...(.max)))
            if value.isFinite { values.append(value) }
        }
        let rows = stride(from: 0, to: values.count, by: 2).map { "\(values[$0]),\(values[$0 + 1])\n" }
        let again = try read("z1,z2\n" + rows.joined())
        #expect(again.map(\.bitPattern) == values.map(\.bitPattern))
    }

    @Test(arguments: [
        ("", "no points"), ("\n\n", "no points"), ("z1,z2\n", "no points"), ("1,2\n3\n", "line 2"),
        ("1,2,3\n", "line 1"), ("z1\n1\n", "no column z2"), ("z1,z2,z3\n1,2,3\n", "z3"),
        ("a,b\n1,2\n", "no column z1"),
        ("z1,z2\n1,x\n", "line 2"), ("1,2\nz1,z2\n", "line 2"), ("z1,z2\n1,nan\n", "nan"),
        ("z1,z2\n1,inf\n", "inf"), ("1\0abc,2\n", "no column z1"), ("1,2\n1\0abc,2\n", "line 2"),
        ("z1,z2,z1\n1,2,3\n", "several columns z1"), ("z1,z2\n1,2e\n", "line 2"),
        ("z1,z2\n1,0x10\n", "0x10"), ("z1,z2\n1,1e99\n", "not finite"), ("z1,z2\n1,\n", "line 2"),
        ("z1,z2\n1,\"2\n", "closing quote"), ("1,2\n1,infinity\n", "line 2"),
        ("1,2\n1,\(String(repeating: "0", count: 64))1\n", "line 2"), ("z1,z2\n1,1 2\n", "line 2"),
        ("\u{1B}[31m\n", "no column z1"),
    ])
    func damagedTables(text: String, words: String) {
        expectError(.invalidData, saying: "z.csv", words) { _ = try read(text) }
    }

    @Test func longLinesAreRefused() {
        expectError(.invalidData, saying: "too long") { _ = try read(String(repeating: "1", count: 10_000)) }
    }

    @Test func fieldsInQuotes() {
        #expect(LatentTable.field("plain.png") == "plain.png")
        #expect(LatentTable.field("a,b \"c\"") == "\"a,b \"\"c\"\"\"")
        #expect(LatentTable.field("line\nfeed\u{1B}") == "line\\u{a}feed\\u{1b}")
    }
}
