import Foundation
import Testing
import VAECore

/// Numbers and keys of files, of which there is one way to write them.
@Suite struct StrictTextTests {
    @Test(
        arguments: [
            ("1", 1), ("-2.5", -2.5), ("+3", 3), (".5", 0.5), ("4.", 4), ("1e3", 1000), ("1.5E-2", 0.015),
            ("007", 7),
            ("1e999", .infinity),
        ] as [(String, Double)])
    func numbers(text: String, value: Double) {
        #expect(NumberText.double(text) == value && NumberText.float(text) == Float(value))
    }

    /// What Swift takes for numbers, and what looks like some.
    @Test(arguments: [
        "", "+", ".", "e5", "1e", "1e+", "0x1", "0x1p3", "nan", "inf", "-infinity", "1\0", "1\0abc", "1 ",
        " 1", "1,5",
        "1_000", "--1", "1.2.3", "１", "1\n",
    ])
    func whatIsNoNumber(text: String) {
        #expect(NumberText.double(text) == nil && NumberText.float(text) == nil)
        #expect(NumberText.count(text) == nil)
    }

    @Test func counts() {
        #expect(NumberText.count("0") == 0 && NumberText.count("120") == 120)
        for text in ["+1", "-1", "01", "00", "1.0", "1e3", "99999999999999999999"] {
            #expect(NumberText.count(text) == nil, "\(text)")
        }
    }

    @Test(
        arguments: [
            (#"{"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}]}"#, nil), (#"{"a":1,"a":1}"#, "a"),
            (#"{"x":{"a":1, "b":2, "a" : 3}}"#, "a"), (#"[{"a":1},{"b":1,"b":2}]"#, "b"),
            (#"{"a":1,"\u0061":2}"#, "a"), (#"{"a\"":1,"a":2,"b":"\"a\":"}"#, nil),
            (#"{"a":"a","b":["a","a"]}"#, nil),
            ("{\"a\":1,\"a", nil), ("}}]\"", nil), ("", nil),
        ] as [(String, String?)])
    func keysThatComeTwice(json: String, key: String?) {
        #expect(JSONText.repeatedKey(in: Array(json.utf8)) == key)
    }
}
