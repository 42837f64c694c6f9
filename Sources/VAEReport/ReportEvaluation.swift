extension Report {
    /// What an evaluation found, in words and numbers as people read them: for the page, and for a terminal.
    public struct Evaluation: Sendable, Equatable, Codable {
        /// What was measured, on what.
        public var lead: String
        /// Where the model's loss stands among others.
        public var scale: Scale?
        public var tables: [Table]

        /// Values of one quantity, in order.
        public struct Scale: Sendable, Equatable, Codable {
            public var title: String
            public var unit: String
            public var marks: [Mark]
            /// What the scale says, in a sentence.
            public var remark: String

            public struct Mark: Sendable, Equatable, Codable {
                /// Whose value it is.
                public enum Kind: String, Sendable, Codable {
                    case rival, model, floor
                }

                public var name: String
                public var value: String
                /// Where it lies between the best and the worst of the scale, 0 to 1.
                public var place: Double
                public var kind: Kind
                /// A few words.
                public var note: String

                public init(_ name: String, _ value: String, place: Double, kind: Kind, note: String = "") {
                    self.name = name
                    self.value = value
                    self.place = place
                    self.kind = kind
                    self.note = note
                }
            }

            public init(title: String, unit: String, marks: [Mark], remark: String) {
                self.title = title
                self.unit = unit
                self.marks = marks
                self.remark = remark
            }
        }

        /// Rows of values under a heading, and sentences below them.
        public struct Table: Sendable, Equatable, Codable {
            public var title: String
            /// What the values of each row are.
            public var columns: [String]
            public var rows: [Row]
            public var remarks: [String]

            public struct Row: Sendable, Equatable, Codable {
                public var name: String
                /// As many as there are columns, or fewer.
                public var values: [String]
                /// Whether it is a part of the row above it.
                public var isPart: Bool

                public init(_ name: String, _ values: [String], isPart: Bool = false) {
                    self.name = name
                    self.values = values
                    self.isPart = isPart
                }
            }

            public init(_ title: String, columns: [String], rows: [Row] = [], remarks: [String] = []) {
                self.title = title
                self.columns = columns
                self.rows = rows
                self.remarks = remarks
            }
        }

        public init(lead: String, scale: Scale?, tables: [Table]) {
            self.lead = lead
            self.scale = scale
            self.tables = tables
        }
    }
}
