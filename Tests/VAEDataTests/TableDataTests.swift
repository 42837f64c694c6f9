import Foundation
import Testing
import VAECore

@testable import VAEData

/// Tables as data sets, and rows for a model that was trained on one.
@Suite struct TableDataTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, to name: String = "t.csv") throws -> String {
        try folder.write(Array(text.utf8), to: name)
    }

    private func array(_ shape: [Int], _ values: [Float], to name: String = "t.npy") throws -> String {
        try folder.write(NPY.encode(NumericArray(shape: shape, values: .floats(values))), to: name)
    }

    private func load(_ path: String, _ options: ImportOptions = ImportOptions()) throws -> Dataset {
        try DataSource(path).dataset(options: options)
    }

    private let labelled = ImportOptions(labelColumn: "state")

    @Test func textIsATable() throws {
        let data = try load(write("a,state,b\n1,well,10\n3,ill,30\n2,well,50\n"), labelled)
        #expect(data.name == "t" && data.columns == ["a", "b"] && data.standardization == nil)
        #expect(data.train.shape == ImageShape(height: 1, width: 2) && data.test == nil)
        #expect(try data.train.values == .floats([1, 10, 3, 30, 2, 50]))
        #expect(data.train.labels == [1, 0, 1] && data.classNames == ["ill", "well"])
        // Whole numbers are labels as they are.
        let numbers = try load(write("a,state\n1,7\n3,-2\n"), labelled)
        #expect(numbers.train.labels == [7, -2] && numbers.classNames.isEmpty)
        // Text of any name, and a name of any text.
        #expect(try load(write("5 ;6\n7;8\n", to: "numbers")).columns == ["1", "2"])
        expectError(.invalidData, saying: "holds text in column \"b\"") {
            _ = try load(write("a,b\n1,x\n", to: "odd.TSV"))
        }
    }

    /// The test rows are standardised by numbers that do not know them.
    @Test func measuredOnTrainingRowsAlone() throws {
        func standardized(_ last: String, limit: Int = 100) throws -> Dataset {
            let rows = (0..<9).map { "\($0),5,\($0 * $0)\n" }.joined() + last
            return try load(write("a,b,c\n" + rows)).holdingOutTest(by: .last).limited(to: limit)
                .standardized()
        }
        let data = try standardized("1000,6,-1000\n")
        let found = try #require(data.standardization)
        #expect(try standardized("4,5,4\n").standardization == found)
        #expect(found.columns == ["a", "b", "c"] && found.constantColumns == ["b"] && data.train.count == 9)
        // 0 to 8: mean 4, variance 60/9.
        #expect(found.means[0] == 4 && found.scales[0] == (60.0 / 9).squareRoot())
        let test = try #require(data.test).values.floats
        #expect(test == (try found.apply([1000, 6, -1000])) && test[0] > 300 && test[1] == 1)
        let train = try data.train.values.floats
        #expect(train.count == 27 && train[1] == 0 && train[12] == 0 && train[0] == -train[24])
        // Of a part of the rows, that part.
        #expect(try standardized("1,1,1\n", limit: 3).standardization?.means[0] == 1)
        // Once is enough, and images are left alone.
        #expect(try data.standardized() == data)
        let digits = try SyntheticDigits.dataset(trainCount: 4, testCount: 2)
        #expect(try digits.standardized() == digits && digits.columns.isEmpty)
    }

    @Test func rowsOfFloatsThatAreNoImages() throws {
        let table = try load(array([3, 2], [0, 1, 0.5, 0.5, 1, -0.25]))
        #expect(table.columns == ["1", "2"] && table.train.count == 3)
        let images = try load(array([3, 2], [0, 1, 0.5, 0.5, 1, 0.25]))
        #expect(images.columns.isEmpty && images.train.shape == ImageShape(height: 1, width: 2))
        // Of three dimensions nothing but images can be meant.
        expectError(.invalidData, saying: "no brightness") { _ = try load(array([1, 2, 2], [0, 1, 2, 3])) }
        expectError(.invalidData, saying: "not finite") { _ = try load(array([2, 2], [0, 1, 9, .nan])) }
        expectError(.invalidData, saying: "not finite") { _ = try load(array([2, 2], [0, 1, 0, .nan])) }
        var forced = ImportOptions()
        forced.isTable = true
        #expect(try load(array([2, 2], [0, 1, 0.5, 0.5]), forced).columns.count == 2)
        expectError(.invalidData, saying: "holds images") {
            _ = try load(array([1, 2, 2], [0, 1, 0.5, 0.5]), forced)
        }
    }

    @Test func labelsAndTestRowsBesideArrays() throws {
        _ = try array([2, 2], [0, 1, 2, 3], to: "x_train.npy")
        _ = try array([1, 2], [0.5, 0.5], to: "x_test.npy")
        let labels = try NumericArray(shape: [2], values: .int64([4, 2]))
        _ = try folder.write(NPY.encode(labels), to: "y_train.npy")
        let data = try load(folder.path)
        #expect(data.columns.count == 2 && data.train.labels == [4, 2])
        #expect(try data.test?.values == .floats([0.5, 0.5]))
    }

    @Test func whatDoesNotGoTogether() throws {
        let table = try write("a,b\n1,2\n")
        var sized = ImportOptions()
        sized.pictures.size = .init(height: 4, width: 4)
        for options in [sized, ImportOptions(layout: .nhw)] {
            expectError(.invalidArgument, saying: "is a table") { _ = try load(table, options) }
        }
        expectError(.invalidArgument, saying: "label column") {
            _ = try load(array([1, 2], [0, 1]), labelled)
        }
        expectError(.invalidData, saying: "several columns called \"a\"") {
            _ = try load(write("a,b,a\n1,2,3\n"))
        }
        expectError(.invalidData, saying: "holds a table") {
            _ = try ImageFiles(contentsOf: [table], shape: ImageShape(height: 1, width: 2))
        }
    }

    // MARK: Rows for a model

    private func model() throws -> Standardization {
        try Standardization(columns: ["a", "b"], values: [0, 10, 2, 30])
    }

    @Test func columnsInAnyOrder() throws {
        let rows = try TableRows(contentsOf: [write("b,a\n10,0\n30,4\n")], for: model())
        #expect(try rows.rows.values == .floats([-1, -1, 3, 1]) && rows.names == nil && rows.labels == nil)
        // By number where one side has no names, whatever range the values have.
        for path in [try write("0,10\n4,30\n"), try array([2, 2], [0, 10, 4, 30])] {
            #expect(try TableRows(contentsOf: [path], for: model()).rows.values == .floats([-1, -1, 3, 1]))
        }
        let small = try TableRows(contentsOf: [array([1, 2], [0, 1])], for: model())
        #expect(try small.rows.values == .floats([-1, -1.9]))
        let data = try load(write("b,a\n10,0\n30,4\n")).standardized(by: model())
        #expect(try data.train.values == .floats([-1, -1, 3, 1]) && data.columns == ["a", "b"])
    }

    @Test func labelsAreKnownOrNot() throws {
        let first = try write("state,a,b\nwell,1,2\n7,3,4\n")
        let second = try write("b,a\n1,1\n", to: "u.csv")
        #expect(
            try TableRows(contentsOf: [first], for: model(), labelColumn: "state").labels == ["well", "7"])
        let both = try TableRows(contentsOf: [first, second], for: model(), labelColumn: "state")
        #expect(both.labels == nil && both.rows.count == 3)
        #expect(both.names == ["\(first):0", "\(first):1", "\(second):0"])
        // Without names the column of labels may be there or not.
        let numbered = try Standardization(columns: ["1", "3"], values: [0, 10, 2, 30])
        for text in ["0,7,10\n", "0,10\n"] {
            let rows = try TableRows(contentsOf: [write(text)], for: numbered, labelColumn: "2")
            #expect(try rows.rows.values == .floats([-1, -1]))
        }
    }

    @Test(arguments: [
        ("a\n1\n", "without \"b\""), ("a,b,c\n1,2,3\n", "with \"c\""), ("a,c\n1,2\n", "without \"b\", with"),
        ("a,B\n1,2\n", "\"B\""), ("1,2,3\n", "found 3"), ("a,b,a\n1,2,3\n", "several columns"),
    ])
    func otherColumns(text: String, words: String) throws {
        let path = try write(text)
        expectError(.invalidData, saying: path, words) {
            _ = try TableRows(contentsOf: [path], for: model())
        }
    }
}
