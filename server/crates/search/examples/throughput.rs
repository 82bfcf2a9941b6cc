//! Measures indexing and searching at the size of a large portal.
//!
//! `cargo run --release -p kaishu-search --example throughput [DATASETS]`
//!
//! Datasets are put together from words of public data, so that they vary as titles of a real
//! portal do: place, subject, kind of list. Searches run on all cores, each with all facets.

#![expect(clippy::print_stdout, reason = "the report is what the program is for")]

use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Days, NaiveDate};
use kaishu_search::{Change, Index, Page};
use kaishu_types::dataset::DatasetCard;
use kaishu_types::organization::Named;
use kaishu_types::search::{ItemName, SearchDocument, SearchRequest, Sort};
use kaishu_types::vocabulary::{
    DatasetState, Format, Frequency, OpenClass, RegionLevel, UpdatedWithin,
};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const SYNONYMS: &str = include_str!("../data/synonyms.txt");
const MEMORY_BYTES: usize = 400_000_000;
const BATCH: usize = 5_000;
const N_REGIONS: u64 = 120;
const N_PROVIDERS: u64 = 900;
const MEASURED: Duration = Duration::from_secs(8);

/// A small generator of numbers: the same datasets on every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below.max(1)
    }

    /// Small numbers come more often, as popular words do.
    fn skewed(&mut self, below: u64) -> u64 {
        self.next(below).min(self.next(below)).min(self.next(below))
    }

    fn pick<'a>(&mut self, values: &[&'a str]) -> &'a str {
        let place = self.skewed(values.len() as u64) as usize;
        values.get(place).copied().unwrap_or_default()
    }
}

fn main() -> Outcome<()> {
    let n_datasets: usize = match std::env::args().nth(1) {
        Some(number) => number.parse()?,
        None => 200_000,
    };
    let folder = tempfile::tempdir()?;
    let index = Index::open(folder.path())?;
    index.warm();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut n_done = 0;
    for size in [n_datasets / 20, n_datasets] {
        let start = Instant::now();
        fill(&index, &mut numbers, n_done, size)?;
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "\n{size} datasets: {} more in {seconds:.1} s, {:.1} MB on disk",
            size - n_done,
            size_of(folder.path())? as f64 / 1e6
        );
        n_done = size;
        report(&index)?;
    }
    Ok(())
}

fn fill(index: &Index, numbers: &mut Numbers, from: usize, to: usize) -> Outcome<()> {
    let mut writer = index.writer(MEMORY_BYTES)?;
    let words: Vec<&str> = SYNONYMS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.split(',').map(str::trim))
        .filter(|word| !word.is_empty() && !word.is_ascii())
        .collect();
    for start in (from..to).step_by(BATCH) {
        let end = (start + BATCH).min(to);
        let changes: Vec<Change> = (start..end)
            .map(|number| Ok(Change::Put(Box::new(dataset(numbers, number, &words)?))))
            .collect::<Outcome<_>>()?;
        writer.apply(&changes, end as u64)?;
    }
    writer.close()?;
    Ok(())
}

fn dataset(numbers: &mut Numbers, number: usize, words: &[&str]) -> Outcome<SearchDocument> {
    let region = numbers.skewed(N_REGIONS);
    let provider = region * 7 + numbers.next(N_PROVIDERS / N_REGIONS);
    let subject = numbers.pick(words);
    let kind =
        numbers.pick(&["信息", "名录", "统计数据", "明细表", "基本情况", "监测数据", "目录"]);
    let mut sentence = |n: u64| {
        let parts: Vec<&str> = (0..n).map(|_| numbers.pick(words)).collect();
        parts.join("、")
    };
    let summary = format!("{}的{subject}，包括{}等数据，{}。", kind, sentence(12), sentence(20));
    let keywords = sentence(4).split('、').map(str::to_owned).collect();
    let labels = sentence(10);
    let items = labels.split('、').enumerate();
    let updated = DateTime::from_timestamp(1_795_000_000, 0).unwrap_or_default();
    let named = |code: String, name: String| Named { code, name, name_en: None };
    Ok(SearchDocument {
        card: DatasetCard {
            code: format!("YX-{number}").parse()?,
            title: format!("第{region}区{subject}{kind}（{}年）", 2000 + number % 27),
            title_en: None,
            summary,
            summary_en: None,
            organization: named(format!("ORG-{provider}"), format!("第{region}区第{provider}局")),
            region: named(format!("R-{region}"), format!("第{region}区")),
            theme: format!("theme-{}", (provider + numbers.skewed(3)) % 20),
            open_class: OpenClass::ALL
                .get(numbers.next(2) as usize)
                .copied()
                .unwrap_or(OpenClass::None),
            formats: vec![Format::Csv, Format::Json],
            frequency: Frequency::ALL
                .get(numbers.next(9) as usize)
                .copied()
                .unwrap_or(Frequency::Daily),
            updated_at: updated - Days::new(numbers.skewed(1_500)),
            next_due: None,
            n_items: 10,
            n_open_items: 10,
            state: DatasetState::Published,
            source_id: None,
        },
        keywords,
        items: items
            .map(|(place, label)| ItemName { name: format!("c_{place}"), label: label.to_owned() })
            .collect(),
        regions: vec!["R".to_owned()],
        level: RegionLevel::County,
        priority: Vec::new(),
        n_downloads: numbers.skewed(10_000),
    })
}

/// What people ask: one word, two, a question, filters, a list without words.
fn requests() -> Vec<SearchRequest> {
    let words = |q: &str| SearchRequest { q: q.to_owned(), ..SearchRequest::default() };
    vec![
        words("停车场"),
        words("公共停车场 收费标准"),
        words("数据"),
        words("空气质量监测数据"),
        words("哪里可以查到医院的床位和医生信息"),
        words("parking"),
        words("统计"),
        words("第3区 学校"),
        SearchRequest { theme: vec!["theme-1".to_owned()], ..words("交通") },
        SearchRequest { region: vec!["R-5".to_owned()], ..words("") },
        SearchRequest { updated: Some(UpdatedWithin::Year), ..words("医保") },
        SearchRequest { sort: Sort::Downloads, ..words("") },
        words(""),
    ]
}

fn report(index: &Index) -> Outcome<()> {
    let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap_or_default();
    let page = Page::Offset { offset: 0, limit: 20 };
    let requests = requests();
    for request in &requests {
        let start = Instant::now();
        let n_times = 10;
        let mut total = 0;
        for _ in 0..n_times {
            total = index.search(request, &page, today)?.total;
        }
        let each_ms = start.elapsed().as_secs_f64() * 1000.0 / f64::from(n_times);
        let filter = if request.n_filters() > 0 { " + filter" } else { "" };
        println!("  {each_ms:7.2} ms  {total:7} results  `{}`{filter}", request.q);
    }
    for typed in ["停", "停车", "数据", "tcc", "tingche", "kongqizhil", "p"] {
        let start = Instant::now();
        let n_found = index.suggest(typed, 8)?.len();
        let each_ms = start.elapsed().as_secs_f64() * 1000.0;
        println!("  {each_ms:7.2} ms  {n_found:7} suggestions  `{typed}`");
    }
    let n_cores = std::thread::available_parallelism()?.get();
    let n_done = AtomicUsize::new(0);
    let cpu_before = cpu_seconds();
    let start = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..n_cores)
            .map(|_| {
                scope.spawn(|| -> Outcome<()> {
                    while start.elapsed() < MEASURED {
                        let place = n_done.fetch_add(1, Ordering::Relaxed) % requests.len();
                        if let Some(request) = requests.get(place) {
                            index.search(request, &page, today)?;
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().map_err(|_| "a search panicked".to_owned())?)
    })?;
    let n_done = n_done.into_inner() as f64;
    let per_second = n_done / start.elapsed().as_secs_f64();
    println!("  {per_second:.0} searches a second of this mix on {n_cores} cores");
    if let (Some(before), Some(after)) = (cpu_before, cpu_seconds()) {
        let cpu_ms = (after - before) * 1000.0 / n_done;
        println!("  {cpu_ms:.2} ms of processor time a search");
    }
    Ok(())
}

/// The processor time of this process, where the system tells: it does not depend on what else
/// runs on the machine.
fn cpu_seconds() -> Option<f64> {
    let line = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = line.rsplit_once(')')?;
    let ticks: Vec<f64> = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    // Linux counts hundredths of a second.
    Some(ticks.iter().sum::<f64>() / 100.0)
}

fn size_of(folder: &Path) -> Outcome<u64> {
    let mut size_bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.metadata()?;
        size_bytes += if kind.is_dir() { size_of(&entry.path())? } else { kind.len() };
    }
    Ok(size_bytes)
}
