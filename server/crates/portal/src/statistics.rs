//! The figures of the portal (SHOW-07), counted once for each state of the catalogue.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Days;
use kaishu_types::Lang;
use kaishu_types::stats::{Count, DayUsage, GroupStats, PortalStats};
use kaishu_types::vocabulary::{Format, Frequency, OpenClass};
use tokio::sync::Mutex;

use crate::directory::Directory;
use crate::{Portal, Result};

/// Views and downloads change all the time; they are this old at most.
const MAX_AGE: Duration = Duration::from_secs(60);

/// Days shown in the course of use.
const N_DAYS: u64 = 30;

/// The figures and when they were counted.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Option<Counted>>);

#[derive(Debug)]
struct Counted {
    revision: u64,
    at: Instant,
    figures: Arc<PortalStats>,
}

/// Returns the figures, counted anew where the catalogue changed or they are old.
async fn current(portal: &Portal) -> Result<Arc<PortalStats>> {
    let mut cached = portal.inner.statistics.0.lock().await;
    let revision = portal.revision();
    if let Some(counted) = &*cached
        && counted.revision == revision
        && counted.at.elapsed() < MAX_AGE
    {
        return Ok(Arc::clone(&counted.figures));
    }
    let figures = Arc::new(count(portal).await?);
    *cached = Some(Counted { revision, at: Instant::now(), figures: Arc::clone(&figures) });
    Ok(figures)
}

async fn count(portal: &Portal) -> Result<PortalStats> {
    let store = &portal.inner.store;
    let today = portal.today();
    let mut figures = kaishu_store::stats::counts(store, portal.listed(), today).await?;
    let from = today.checked_sub_days(Days::new(N_DAYS - 1)).unwrap_or(today);
    let used = kaishu_store::usage::by_day(store, portal.listed(), from, today).await?;
    figures.by_day = from
        .iter_days()
        .take_while(|day| *day <= today)
        .map(|day| {
            let found = used.iter().find(|it| it.day == day).cloned();
            found.unwrap_or(DayUsage { day, views: 0, downloads: 0 })
        })
        .collect();
    figures.by_region = with_those_below(&portal.directory(), figures.by_region);
    Ok(figures)
}

/// Adds the figures of each region to those of all above it (CAT-12), in the order of regions.
fn with_those_below(directory: &Directory, own: Vec<GroupStats>) -> Vec<GroupStats> {
    let mut sums: HashMap<&str, GroupStats> = HashMap::new();
    for group in &own {
        for region in directory.region_and_above(&group.value) {
            let code = region.named.code.as_str();
            let sum = sums.entry(code).or_insert_with(|| GroupStats {
                value: code.to_owned(),
                label: region.named.name.clone(),
                count: 0,
                n_views: 0,
                n_downloads: 0,
            });
            sum.count += group.count;
            sum.n_views += group.n_views;
            sum.n_downloads += group.n_downloads;
        }
    }
    let codes = directory.regions.iter().map(|region| region.named.code.as_str());
    codes.filter_map(|code| sums.remove(code)).collect()
}

impl Portal {
    /// Returns the figures of the portal, counted anew when the catalogue changed.
    pub async fn figures(&self) -> Result<Arc<PortalStats>> {
        current(self).await
    }

    /// Returns the figures with words in a language.
    pub async fn labelled_figures(&self, lang: Lang) -> Result<PortalStats> {
        let mut figures = (*self.figures().await?).clone();
        let directory = self.directory();
        for group in &mut figures.by_class {
            if let Ok(class) = group.value.parse::<OpenClass>() {
                class.label(lang).clone_into(&mut group.label);
            }
        }
        for group in &mut figures.by_region {
            if let Some(region) = directory.region(&group.value) {
                region.named.label(lang).clone_into(&mut group.label);
            }
        }
        label(&mut figures.by_frequency, |code| {
            code.parse::<Frequency>().ok().map(|it| it.label(lang).to_owned())
        });
        label(&mut figures.by_format, |code| {
            code.parse::<Format>().ok().map(|it| it.label(lang).to_owned())
        });
        label(&mut figures.by_theme, |code| Some(directory.label("theme", code, lang)));
        Ok(figures)
    }
}

fn label(counts: &mut [Count], word: impl Fn(&str) -> Option<String>) {
    for count in counts {
        count.label = word(&count.value).unwrap_or_else(|| count.value.clone());
    }
}
