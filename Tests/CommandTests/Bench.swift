import Foundation
import Testing

/// The numbers that vae-bench writes.
enum Bench {
    struct Report {
        let value: [String: Any]

        func keys(_ section: String) throws -> [String] {
            try #require(value[section] as? [String: Any]).keys.sorted()
        }

        func number(_ section: String, _ key: String) throws -> Double {
            let section = try #require(value[section] as? [String: Any])
            return try Bench.number(section, key)
        }

        func rows(_ section: String) throws -> [[String: Any]] {
            try #require(value[section] as? [[String: Any]])
        }
    }

    static func number(_ row: [String: Any], _ key: String) throws -> Double {
        try #require(row[key] as? NSNumber, "\(key) in \(row)").doubleValue
    }

    static func object(_ bytes: Data) throws -> Report {
        Report(value: try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any]))
    }
}
