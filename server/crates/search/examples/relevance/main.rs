//! Measures how well the search finds what people judged relevant, beside plain engines built on
//! the same text with the same tantivy.
//!
//! `cargo run --release -p kaishu-search --example relevance [DATA] [DEMO]`
//!
//! Weights were chosen on the even-numbered queries; the odd-numbered ones, which nothing was
//! chosen on, decide: the exit code is 1 when Kaishu is not first on them in some collection.

#![expect(clippy::print_stdout, reason = "the report is what the program is for")]

mod baseline;
mod collection;
mod measure;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use collection::Collection;
use kaishu_search::{Change, Index, Page};
use kaishu_types::search::SearchRequest;
use measure::Scores;

/// How many results are judged.
const DEPTH: usize = 10;
const MEMORY_BYTES: usize = 120_000_000;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let crate_folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let workspace = crate_folder.join("../../..");
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let data = arguments.next().unwrap_or_else(|| workspace.join("../shared/data/relevance"));
    let demo = arguments.next().unwrap_or_else(|| workspace.join("server/demo"));
    let mut all_first = true;
    for collection in collection::all(&data, &demo)? {
        all_first &= report(&collection)?;
    }
    Ok(if all_first { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints one collection; returns whether Kaishu is first.
fn report(collection: &Collection) -> Result<bool, Box<dyn Error>> {
    println!(
        "\n{}: {} documents, {} queries",
        collection.name,
        collection.documents.len(),
        collection.queries.len()
    );
    println!("{:22} {:^26}   {:^26}", "", "even (tuned on)", "odd (held out)");
    let heads = "nDCG@10 recall@10      MRR";
    println!("{:22} {heads}   {heads}", "");
    let kaishu = scores_of_kaishu(collection)?;
    print_line("Kaishu", &kaishu);
    let mut is_first = true;
    for (name, scores) in baseline::all(collection)? {
        print_line(&name, &scores);
        is_first &= kaishu.odd.ndcg > scores.odd.ndcg;
    }
    println!("{}", if is_first { "Kaishu is first" } else { "Kaishu is NOT first" });
    Ok(is_first)
}

fn print_line(name: &str, scores: &Scores) {
    let half = |mean: &measure::Mean| {
        format!("{:7.4} {:9.4} {:8.4}", mean.ndcg, mean.recall, mean.reciprocal_rank)
    };
    println!("{name:22} {}   {}", half(&scores.even), half(&scores.odd));
}

fn scores_of_kaishu(collection: &Collection) -> Result<Scores, Box<dyn Error>> {
    let index = Index::in_ram()?;
    let mut writer = index.writer(MEMORY_BYTES)?;
    let changes: Vec<Change> = collection
        .documents
        .iter()
        .enumerate()
        .map(|(number, document)| {
            Ok(Change::Put(Box::new(document.to_search_document(&format!("D-{number}"))?)))
        })
        .collect::<Result<_, Box<dyn Error>>>()?;
    writer.apply(&changes, 1)?;
    writer.close()?;
    let page = Page::Offset { offset: 0, limit: DEPTH };
    measure::scores(collection, |text| {
        let request = SearchRequest { q: text.to_owned(), ..SearchRequest::default() };
        let found = index.search(&request, &page, NaiveDate::default())?;
        let number = |code: &str| Ok(code.trim_start_matches("D-").parse::<usize>()?);
        found.hits.iter().map(|hit| number(hit.card.code.as_str())).collect()
    })
}
