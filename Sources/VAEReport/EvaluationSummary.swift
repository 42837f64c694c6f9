/// The findings of an evaluation, in words and numbers as people read them: the one form that the page and the terminal show.
public struct EvaluationSummary: Sendable, Equatable, Codable {
    /// The first words: what was measured, on what.
    public var lead: String
    /// The scale on which the model's loss stands among others.
    public var scale: Scale?
    /// Its parts, each under a heading.
    public var tables: [Table]

    /// Values of one quantity, in order.
    public struct Scale: Sendable, Equatable, Codable {
        /// Its heading.
        public var title: String
        /// The unit of all values.
        public var unit: String
        /// From the worst to the best.
        public var marks: [Mark]
        /// The conclusion from the scale, in a sentence.
        public var remark: String

        /// One value on the scale.
        public struct Mark: Sendable, Equatable, Codable {
            /// Whose value it is.
            public enum Kind: String, Sendable, Codable {
                /// A simpler model's.
                case baseline
                /// The model's own.
                case model
                /// No model's: a bound.
                case floor
            }

            /// The name of what has the value.
            public var name: String
            /// The value in digits.
            public var value: String
            /// The place between the best, 0, and the worst of the scale, 1.
            public var place: Double
            /// Whose it is.
            public var kind: Kind
            /// A few words.
            public var note: String

            /// A mark; nothing is checked.
            public init(_ name: String, _ value: String, place: Double, kind: Kind, note: String = "") {
                self.name = name
                self.value = value
                self.place = place
                self.kind = kind
                self.note = note
            }
        }

        /// A scale; nothing is checked.
        public init(title: String, unit: String, marks: [Mark], remark: String) {
            self.title = title
            self.unit = unit
            self.marks = marks
            self.remark = remark
        }
    }

    /// Rows of values under a heading, and sentences below them.
    public struct Table: Sendable, Equatable, Codable {
        /// Its heading.
        public var title: String
        /// The headings of the columns: what the values of each row are.
        public var columns: [String]
        /// Its rows, from the top.
        public var rows: [Row]
        /// Sentences below the rows.
        public var remarks: [String]

        /// A name with its values.
        public struct Row: Sendable, Equatable, Codable {
            /// The name of what the values are of.
            public var name: String
            /// The values, as many as there are columns, or fewer.
            public var values: [String]
            /// Whether it is a part of the row above it.
            public var isPart: Bool

            /// A row; nothing is checked.
            public init(_ name: String, _ values: [String], isPart: Bool = false) {
                self.name = name
                self.values = values
                self.isPart = isPart
            }
        }

        /// A table; nothing is checked.
        public init(_ title: String, columns: [String], rows: [Row] = [], remarks: [String] = []) {
            self.title = title
            self.columns = columns
            self.rows = rows
            self.remarks = remarks
        }
    }

    /// An evaluation to show; nothing is checked.
    public init(lead: String, scale: Scale?, tables: [Table]) {
        self.lead = lead
        self.scale = scale
        self.tables = tables
    }
}
