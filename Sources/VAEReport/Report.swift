import VAE
import VAECore

/// A trained model and its test set as one web page: `report.html`, a single file that needs no server and no network.
///
/// The page decodes in the browser as the pointer moves over the latent plane, and encodes what is drawn. Of a model with a codebook it has the codes
/// of an image to paint on in place of the plane. It holds the weights in single precision, so that its images are the engine's but for the last
/// bits.
public struct Report: Sendable {
    /// The page's heading: the data set's name.
    public var title: String
    /// The model that the page runs.
    public var model: VariationalAutoencoder
    /// One entry for each finished epoch, for the curves and the table.
    public var history: [EpochReport]
    /// The images to explore; nil for a page without any.
    public var testSet: TestSet?
    /// The word for a class: "digit".
    public var labelName: String
    /// The classes from 0 on where they are more than numbers.
    public var classNames: [String]
    /// Tables of what the run was made of, for the page.
    public var facts: [Facts]
    /// The evaluation of the model, where there is one.
    public var evaluation: EvaluationSummary?
    /// The prior of the model's codes, which the page draws from; nil for a page without draws, and for Gaussian latents.
    public var codePrior: CodePrior?
    /// What the run made of pictures; nil where it read none, and the page makes of them what runs make by default.
    package var treatment: Treatment?

    /// A table of names and values with a heading.
    public struct Facts: Sendable, Equatable, Codable {
        /// The table's heading.
        public var title: String
        /// From top to bottom.
        public var rows: [Row]

        /// A name and a value.
        public struct Row: Sendable, Equatable, Codable {
            /// The name of a setting or a quantity.
            public var name: String
            /// The value, as people write it.
            public var value: String

            /// A row of two cells.
            public init(_ name: String, _ value: String) {
                self.name = name
                self.value = value
            }
        }

        /// A table with a heading.
        public init(_ title: String, _ rows: [Row]) {
            self.title = title
            self.rows = rows
        }
    }

    /// A page about a model; only the title and the model are needed.
    ///
    /// - Parameters:
    ///   - title: the page's heading
    ///   - model: what to explore
    ///   - history: a report for each epoch; without any the page has no curves
    ///   - testSet: images to explore
    ///   - labelName: what a class is called
    ///   - classNames: the classes from 0 on, where they are more than numbers
    ///   - facts: tables about the training
    ///   - evaluation: what was measured of the model; without it the page has no card of it
    public init(
        title: String, model: VariationalAutoencoder, history: [EpochReport] = [],
        testSet: TestSet? = nil, labelName: String = "class", classNames: [String] = [],
        facts: [Facts] = [], evaluation: EvaluationSummary? = nil
    ) {
        self.title = title
        self.model = model
        self.history = history
        self.testSet = testSet
        self.labelName = labelName
        self.classNames = classNames
        self.facts = facts
        self.evaluation = evaluation
    }

    /// The page's bytes, UTF-8. The same report gives the same bytes.
    /// - Throws: `invalidArgument` when the test set or the prior of codes does not have the model's shapes.
    public func html() throws(VAEError) -> [UInt8] { try Page(self).bytes() }

    /// Writes the page at `path`, whole or not at all.
    /// - Throws: what `html` and `DurableFile.write` throw.
    public func write(to path: String) throws(VAEError) { try DurableFile.write(html(), to: path) }
}
