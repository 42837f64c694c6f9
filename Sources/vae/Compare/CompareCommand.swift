import ArgumentParser
import VAEConsole
import VAECore
import VAEFigures
import VAERun
import VAEWatch

/// `vae compare`: several runs beside each other.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Put runs beside each other: what differs, their losses, and how much is the seed.",
        discussion: """
            A table of the settings that are not the same in all runs, with losses after the last epoch in nats per \
            image, the lowest test loss, parameters and seconds of training. Runs that differ in nothing but their seed \
            count as one group, of which mean, standard deviation, median and range are told. Runs that still train are \
            taken as far as they have come.

            With --out also a picture of the losses by epoch, a line for each group with the range of its seeds, and a web page \
            of all of it with the pictures of the runs side by side.

            EXAMPLES
              vae compare runs/a runs/b
              vae compare runs/five runs/warm-five   of vae-train --repeat 5
              vae compare runs --out comparison      comparison.png, .svg and .html there
              vae compare runs --json | jq '.groups[].loss.mean'
            """)

    @Argument(
        help: ArgumentHelp("Run folders, or folders of run folders.", valueName: "run"))
    var folders: [String]

    @Option(
        help: ArgumentHelp(
            "A folder for a picture (comparison.png, comparison.svg) and a page (comparison.html); what is there under these names is replaced.",
            valueName: "dir"))
    var out: String?

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.run("vae compare") { (console, _) throws(VAEError) in
            let comparison = try RunComparison(folders)
            // A picture that can't be drawn is found before anything is written.
            let files = try out.map { (folder) throws(VAEError) in
                (folder, try ComparisonFiles(comparison))
            }
            if let warning = comparison.warning { console.warn(warning) }
            if common.json {
                try console.emit(json: ComparisonDocument(comparison))
            } else {
                try console.emit(lines: ComparisonText(comparison).lines)
            }
            guard let (folder, files) = files else { return }
            try Folder.create(folder)
            let page = folder + "/" + ComparisonPage.fileName
            let pictures = try files.write(to: folder)
            try ComparisonPage.write(comparison, to: page)
            for path in pictures + [page] { console.note("wrote \(path.escapingControlCharacters())") }
        }
    }
}
