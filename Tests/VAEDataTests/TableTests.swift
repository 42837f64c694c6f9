import Foundation
import Testing
import VAECore

@testable import VAEData

@Suite struct TableTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(
        _ text: String, labels: String? = nil, excluding: [String] = [], hasHeader: Bool? = nil
    ) throws -> NumericTable {
        try NumericTable(
            contentsOf: folder.write(Array(text.utf8), to: "t.csv"), labelColumn: labels,
            excluding: excluding,
            hasHeader: hasHeader)
    }

    @Test(arguments: [
        "a,b\n1,2.5\n-3,.5\n", "a;b\n1;2.5\n-3;.5\n", "a;b\n1;2,5\n-3;,5\n", "a\tb\n1\t2.5\n-3\t.5\n",
        "a,b\r\n1,2.5\r\n-3,.5\r\n", "a,b\n1,2.5\n-3,.5", "\u{FEFF}a,b\n1,2.5\n-3,.5\n",
        "\"a\",\"b\"\n\"1\",\"2.5\"\n\"-3\",\".5\"\n", "a , b\n 1 , 2.5 \n\n -3, +.5\n   \n",
        "a,b\n1e0,25e-1\n-3,5E-1\n",
        "\n\na,b\n1.,2.50\n-3.0,0.5\n", "a\tb\n1\t2,5\n-3\t0,5\n",
    ])
    func theSameTable(text: String) throws {
        let table = try read(text)
        #expect(table.columns == ["a", "b"] && table.values == [1, 2.5, -3, 0.5])
        #expect(table.count == 2 && table.labels == nil)
    }

    /// NaN where a number is not known; what is no number is refused as ever.
    @Test func gapsWhereTheyAreAllowed() throws {
        func read(_ text: String) throws -> [Float] {
            try NumericTable(
                contentsOf: folder.write(Array(text.utf8), to: "t.csv"), allowsGaps: true
            ).values
        }
        let values = try read("a,b\n1,\nNaN,2\n n/a ,?\n\"\",3\n")
        #expect(values.map(\.isNaN) == [false, true, true, false, true, true, true, false])
        #expect(values[0] == 1 && values[3] == 2 && values[7] == 3)
        for text in ["a,b\n1,inf\n", "a,b\n1,-Infinity\n", "a,b\n1,1e99\n", "a,b\n1,2\nx,\n"] {
            #expect(throws: VAEError.self, "\(text)") { try read(text) }
        }
        let array = try NumericArray(shape: [1, 2], values: .doubles([.nan, 2]))
        #expect(try NumericTable(array, path: "a.npy", allowsGaps: true).values[1] == 2)
        #expect(throws: VAEError.self) { try NumericTable(array, path: "a.npy") }
        let infinite = try NumericArray(shape: [1, 2], values: .doubles([.infinity, 2]))
        #expect(throws: VAEError.self) { try NumericTable(infinite, path: "a.npy", allowsGaps: true) }
    }

    @Test func tablesWithoutNames() throws {
        #expect(
            try read("1,2\n3,4\n") == NumericTable(columns: ["1", "2"], values: [1, 2, 3, 4], labels: nil))
        #expect(try read("7\n").values == [7])
        #expect(try read("1,2\n3,4\n", hasHeader: true).values == [3, 4])
        let flowers = try read("5.1,3.5,Iris-setosa\n6,2,Iris-virginica\n", labels: "3", hasHeader: false)
        #expect(flowers.columns == ["1", "2"] && flowers.values == [5.1, 3.5, 6, 2])
        #expect(flowers.labels?.classes == ["Iris-setosa", "Iris-virginica"])
        // What pandas writes for an index.
        #expect(try read(",a\n0,5\n").columns == ["1", "a"])
    }

    /// A first row that looks like the rows after it is one of them, though it holds a label.
    @Test(arguments: [
        "5.1,3.5,setosa\n6,2,virginica\n4.9,3,setosa\n", "5.1;3,5;setosa\n6;2;virginica\n4,9;3;setosa\n",
        "5.1,3.5,setosa\n6,2,\n4.9,3,setosa\n",
    ])
    func rowsWithLabelsAndNoNames(text: String) throws {
        guard !text.contains(",\n") else {
            expectError(.invalidData, saying: "no label in column \"3\", row 2 (line 2)") {
                _ = try read(text, labels: "3")
            }
            return
        }
        let table = try read(text, labels: "3")
        #expect(table.columns == ["1", "2"] && table.values == [5.1, 3.5, 6, 2, 4.9, 3])
        #expect(table.labels?.classes == ["setosa", "virginica"] && table.labels?.indices == [0, 1, 0])
        expectError(.invalidData, saying: "holds text in column \"3\"", "row 1 (line 1)") {
            _ = try read(text)
        }
    }

    /// Numbers and texts that are names all the same.
    @Test(arguments: [
        // No number, or numbers elsewhere than below.
        ("a,b,c\n1,2,x\n", "c"), ("7,b,c\n1,2,x\n", "c"), ("7,2.5,c\n1,2,3\n", "c"),
        // Numbers of columns, and years.
        ("0,1,c\n5,7,x\n", "c"), ("c,1,2\nx,5,7\n", "c"), ("2000,2010,2020,c\n1,2,3,x\n", "c"),
        // The name of the labels is given.
        ("0.5,1.5,c\n5,7,x\n", "c"),
    ])
    func namesThatAreNumbers(text: String, labels: String) throws {
        let table = try read(text, labels: labels)
        let width = text.prefix { $0 != "\n" }.split(separator: ",").count
        #expect(table.count == 1 && table.columns.count == width - 1 && table.labels?.column == "c")
        // Where nobody says which column has the labels, numbers like those below are numbers.
        if !text.contains("x") {
            #expect(try read(text, excluding: ["c"]).count == 1)
        } else if text.hasPrefix("0.5") {
            expectError(.invalidArgument, saying: "no column called \"c\"") {
                _ = try read(text, excluding: ["c"])
            }
        } else {
            #expect(try read(text, excluding: ["c"]).columns == table.columns)
        }
    }

    @Test func labelsInTheirNaturalOrder() throws {
        let numbers = try read("x,y\n1,10\n2,9\n3,10\n4,-1\n5,2.5\n", labels: "y")
        #expect(numbers.columns == ["x"] && numbers.values == [1, 2, 3, 4, 5])
        #expect(
            numbers.labels
                == NumericTable.Labels(
                    column: "y", classes: ["-1", "2.5", "9", "10"], indices: [3, 2, 3, 0, 1]))
        let texts = try read("y,x\nzebra,1\n10,2\n9,3\nÄpfel,4\n\"a \"\"b\"\", c\",5\n", labels: "y")
        #expect(texts.labels?.classes == ["10", "9", "a \"b\", c", "zebra", "Äpfel"])
        #expect(texts.labels?.indices == [3, 0, 1, 4, 2])
    }

    @Test func columnsLeftOut() throws {
        let table = try read("id,a,name,b\n1,2,x,3\n4,5,y,6\n", excluding: ["name", "id"])
        #expect(table.columns == ["a", "b"] && table.values == [2, 3, 5, 6])
        expectError(.invalidArgument, saying: "no column called \"c\"", "\"a\", \"b\"") {
            _ = try read("a,b\n1,2\n", labels: "c")
        }
        for labels in ["a", nil] {
            expectError(.invalidData, saying: "several columns called \"a\"", "column 3") {
                _ = try read("a,b,a\n1,2,3\n", labels: labels)
            }
        }
        expectError(.invalidData, saying: "no column of numbers") { _ = try read("a\n1\n", labels: "a") }
        // Over lines, in quotes.
        #expect(try read("\"a\nb\",c\n1,\"2\"\n").columns == ["a\nb", "c"])
    }

    @Test(arguments: [
        ("", "no rows"), ("\n\n", "no rows"), ("a,b\n", "no rows"),
        (
            "a,b\n1,2\n3,\n",
            "gap in column \"b\"; expected a finite number, found an empty field in row 2 (line 3)"
        ),
        ("a,b\n\n1,NaN\n", "gap in column \"b\"; expected a finite number, found \"NaN\" in row 1 (line 3)"),
        ("a,b\nNA,2\n", "gap in column \"a\""), ("a,b\n-inf,2\n", "gap in column \"a\""),
        ("1,\n", "row 1 (line 1)"),
        ("a,b\n1e39,2\n", "not finite in single precision in column \"a\""),
        ("a,b\n1,2\nx y,2\n", "text in column \"a\"; expected a number, found \"x y\" in row 2 (line 3)"),
        ("a,b\n0x10,2\n", "text in column \"a\""), ("a,b\n1 2,2\n", "text"), ("a,b\n1.2.3,2\n", "text"),
        ("a,b\n1_0,2\n", "text"), ("a;b\n1,2,3;4\n", "text"),
        ("a,b\n1,2\n3\n", "expected 2 columns, found 1 in line 3"),
        ("a;b\n1;2;3\n", "told apart by semicolons"), ("a,b\n1,\"2\n", "closing quote"),
        ("1,2\n\"a\",3\n", "leave the column out"), ("a,b\n+,2\n", "text"), ("a,b\n.,2\n", "text"),
        ("a,b\n1e,2\n", "text"),
    ])
    func damagedTables(text: String, words: String) {
        expectError(.invalidData, saying: "t.csv", words) { _ = try read(text) }
    }

    @Test func labelsThatAreNone() {
        expectError(.invalidData, saying: "no label", "column \"y\", row 2 (line 3)") {
            _ = try read("x,y\n1,a\n2,\n", labels: "y")
        }
        let long = String(repeating: "l", count: 257)
        expectError(.invalidData, saying: "too long", "257") { _ = try read("x,y\n1,\(long)\n", labels: "y") }
        let many = (0...65_536).map { "1,n\($0)\n" }.joined()
        expectError(.invalidData, saying: "too many different labels") {
            _ = try read("x,y\n" + many, labels: "y")
        }
    }

    @Test func limits() throws {
        let wide = String(repeating: "1,", count: 65_535) + "1\n"
        #expect(try read(wide).values.count == 65_536)
        expectError(.invalidData, saying: "too many columns") { _ = try read("1," + wide) }
        expectError(.invalidData, saying: "line that is too long", "line 2") {
            _ = try read("1\n" + String(repeating: "1", count: (1 << 20) + 1))
        }
        // A quote that is never closed, in a table of many lines.
        expectError(.invalidData, saying: "line that is too long", "quotes") {
            _ = try read("a\n\"" + String(repeating: "1\n", count: 1 << 20))
        }
        let array = try folder.write(NumericArray(shape: [1], values: .bytes([1])).serialized(), to: "a.npy")
        expectError(.invalidData, saying: "holds no table", "an NPY array") {
            _ = try NumericTable(contentsOf: array)
        }
    }

    /// Tables longer than the pieces that files are read in, at every offset of a row.
    @Test func fromSeveralPieces() throws {
        for length in 1...9 {
            let row = "1,\"2\",\(String(repeating: "0", count: length))\r\n"
            let count = 200_000 / row.utf8.count
            let table = try read(String(repeating: row, count: count))
            #expect(table.count == count)
            #expect(table.values == (0..<count).flatMap { _ in [1, 2, 0] as [Float] })
        }
    }

    /// As the C library rounds them, by whichever way they are read.
    @Test func numbersAreRoundedToTheNearest() throws {
        var generator = SplitMix64(state: 5)
        var texts = [
            "16777216", "16777217", "0.1", "0.3333333", "1234567.8", "0.00000001", "1e10", "0.0000000001",
        ]
        for _ in 0..<2000 {
            let digits = generator.next() % (1 << 25)
            let places = Int(generator.next() % 9)
            let text = String(digits)
            texts.append(places == 0 ? text : "\(text.dropLast(places)).\(text.suffix(places))")
            texts.append("-\(Float(bitPattern: UInt32(generator.next() % 0x7F80_0000)))")
        }
        let table = try read(texts.joined(separator: "\n"))
        #expect(table.values == texts.map { strtof($0, nil) })
    }

    @Test func everyPrefixEnds() throws {
        let sound = Array("\u{FEFF}a;\"b;\"\"\";c\r\n1,5;2;x\r\n\"3\";4e1;\"y\nz\"\r\n".utf8)
        for length in 0...sound.count {
            let path = try folder.write(Array(sound[..<length]), to: "t.csv")
            do throws(VAEError) {
                let table = try NumericTable(contentsOf: path, labelColumn: "c")
                #expect(table.columns == ["a", "b;\""] && (1...2).contains(table.count))
            } catch {
                #expect(error.kind == .invalidData || error.kind == .invalidArgument, "\(error)")
            }
        }
    }

    @Test func arraysAsTables() throws {
        let array = try NumericArray(shape: [2, 2], values: .doubles([1, 2, 3, -0.1]))
        let table = try NumericTable(array, path: "a.npy")
        #expect(table.columns == ["1", "2"] && table.values == [1, 2, 3, -0.1])
        for (shape, values, words) in [
            ([3], [1, 2, 3], "(rows, columns)"), ([0, 3], [], "no rows"), ([1, 2], [0, .nan], "at (0, 1)"),
            ([1, 1], [1e300], "not finite"),
        ] as [([Int], [Double], String)] {
            expectError(.invalidData, saying: "a.npy", words) {
                _ = try NumericTable(NumericArray(shape: shape, values: .doubles(values)), path: "a.npy")
            }
        }
    }
}
