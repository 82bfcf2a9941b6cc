//! `kaishu import`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use kaishu_interop::jsonl::Mapping;
use kaishu_portal::importing::{Folder, Input, Options, Progress};
use kaishu_server::assets::Assets;
use kaishu_types::import::MergeReport;

use super::Common;

/// Rejections and values shown on a terminal; `--json` has them all.
const N_SHOWN: usize = 20;

/// What is imported.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The kind of catalogue
    kind: Kind,
    /// A file, or a folder of files
    path: PathBuf,
    /// Name of the catalogue it comes from; with it and its identifier an entry is found again
    /// [default: the name of the file; none for csv-dir, whose entries are this portal's own]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Code of the region the entries belong to, where they do not say
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
    /// Which field of a record is what; needed for jsonl
    #[arg(long, value_name = "FILE.toml")]
    mapping: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// A kind of catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Replies of CKAN, or JSON lines of its packages
    Ckan,
    /// DCAT in Turtle, RDF/XML or JSON-LD, or `data.json`
    Dcat,
    /// JSON lines or YAML files, read by a mapping
    Jsonl,
    /// A folder of CSV tables, as `server/demo` is one
    CsvDir,
}

/// Imports a catalogue.
pub(super) async fn run(common: &Common, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let config = common.load(false, None)?;
    let input = input(&arguments)?;
    let source = match (&arguments.source, arguments.kind) {
        (Some(source), _) if source.trim().is_empty() => bail!("--source is empty; give it a name"),
        (Some(source), _) => Some(source.clone()),
        (None, Kind::CsvDir) => None,
        (None, _) => Some(name_of(&arguments.path)?),
    };
    let portal = super::open(&config, &Assets::none()).await?;
    let mut meter = Meter::new();
    super::sweep_left_over(portal.clone()).await;
    let options = Options { source, region: arguments.region.clone(), ..Options::default() };
    let report = portal
        .import(input, options, |progress| meter.tell(progress))
        .await
        .with_context(|| format!("{} could not be imported", arguments.path.display()))?;
    meter.finish();
    super::catch_up(&portal).await?;
    super::take_in_files(&portal).await?;
    let text = if arguments.json {
        serde_json::to_string(&report).context("the report could not be written")?
    } else {
        in_words(&report)
    };
    super::print(&text)?;
    if report.created + report.updated + report.unchanged == 0 {
        eprintln!("import: nothing was taken over");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn input(arguments: &Arguments) -> anyhow::Result<Input> {
    let path = &arguments.path;
    if !path.exists() {
        bail!("there is no {}", path.display());
    }
    if arguments.mapping.is_some() && arguments.kind != Kind::Jsonl {
        bail!("--mapping belongs to jsonl; the other kinds say themselves what is what");
    }
    Ok(match arguments.kind {
        Kind::Ckan => Input::Ckan(path.clone()),
        Kind::Dcat => Input::Dcat(path.clone()),
        Kind::CsvDir if !path.is_dir() => bail!("{} is no folder", path.display()),
        Kind::CsvDir => Input::CsvDir(Folder::Disk(path.clone())),
        Kind::Jsonl => {
            let Some(file) = &arguments.mapping else {
                bail!(
                    "jsonl needs --mapping FILE.toml; server/crates/interop/mappings has examples"
                );
            };
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("the mapping {} cannot be read", file.display()))?;
            let mapping = Mapping::parse(&text, &file.display().to_string())?;
            Input::Jsonl(path.clone(), Box::new(mapping))
        }
    })
}

fn name_of(path: &Path) -> anyhow::Result<String> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    stem.filter(|stem| !stem.is_empty()).context("name the catalogue with --source NAME")
}

/// Says on stderr how fast it goes.
struct Meter {
    begun: Instant,
    n_passed_over: u64,
    n_records: u64,
}

impl Meter {
    fn new() -> Self {
        Self { begun: Instant::now(), n_passed_over: 0, n_records: 0 }
    }

    fn tell(&mut self, progress: Progress) {
        self.n_records = progress.n_records;
        if progress.resumed {
            self.n_passed_over = progress.n_records;
            eprintln!(
                "import: {} records were taken over before; going on from there",
                self.n_passed_over
            );
            return;
        }
        eprintln!("import: {} records, {:.0} records/s", progress.n_records, self.rate());
    }

    fn rate(&self) -> f64 {
        let seconds = self.begun.elapsed().as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let n_fresh = self.n_records.saturating_sub(self.n_passed_over) as f64;
        n_fresh / seconds
    }

    fn finish(&self) {
        let seconds = self.begun.elapsed().as_secs_f64();
        eprintln!("import: done in {seconds:.1} s, {:.0} records/s", self.rate());
    }
}

/// Writes a report for people.
pub(super) fn in_words(report: &MergeReport) -> String {
    let MergeReport { created, updated, unchanged, rejected, notes, unmapped } = report;
    let mut lines = vec![format!(
        "{created} created, {updated} updated, {unchanged} unchanged, {} rejected",
        rejected.len()
    )];
    lines.extend(
        rejected.iter().take(N_SHOWN).map(|it| format!("rejected {}: {}", it.record, it.reason)),
    );
    lines.extend(more(rejected.len()));
    lines
        .extend(notes.iter().take(N_SHOWN).map(|it| format!("note on {}: {}", it.record, it.text)));
    lines.extend(more(notes.len()));
    lines.extend(
        unmapped.iter().take(N_SHOWN).map(|it| {
            format!("no {} is known as `{}` ({} times)", it.vocabulary, it.value, it.count)
        }),
    );
    lines.extend(more(unmapped.len()));
    lines.join("\n")
}

fn more(n_all: usize) -> Option<String> {
    let n_more = n_all.saturating_sub(N_SHOWN);
    (n_more > 0).then(|| format!("… and {n_more} more; --json lists them all"))
}
