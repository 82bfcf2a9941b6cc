//! The fields of the index and how a dataset becomes an entry.

use chrono::NaiveDate;
use kaishu_types::dataset::DatasetCard;
use kaishu_types::search::{ItemName, SearchDocument};
use tantivy::TantivyDocument;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::RAW_TOKENIZER_NAME;

use crate::analysers;
use crate::fold::fold;
use crate::phonetic;
use crate::profile::Profile;
use crate::{Error, Result};

/// Raised with every change of fields, analysers or dictionaries; an older index is left aside.
pub(crate) const SCHEMA_VERSION: u32 = 2;

/// Fields whose words are weighed together.
pub(crate) const N_WORD_FIELDS: usize = 4;

/// The fields of the index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) code: Field,
    /// Words: title; keywords and data items; provider and region; summary.
    pub(crate) words: [Field; N_WORD_FIELDS],
    /// Pairs of characters of everything, with positions: substrings and phrases.
    pub(crate) gram: Field,
    /// Characters and pairs of characters of names only.
    pub(crate) name: Field,
    /// Pairs of characters of data items, with positions.
    pub(crate) item: Field,
    /// Pinyin of the words of names.
    pub(crate) pinyin: Field,
    /// The words of names beside their pinyin, for spelling.
    pub(crate) spelling: Field,
    pub(crate) card: Field,
    pub(crate) names: Field,
}

/// Names of the fast fields, which are read by name.
pub(crate) mod column {
    pub(crate) const CODE: &str = "code";
    pub(crate) const PROFILE: &str = "profile";
    pub(crate) const ORDER: &str = "order";
    pub(crate) const TITLE: &str = "title_text";
    pub(crate) const UPDATED: &str = "updated";
    pub(crate) const DUE: &str = "due";
    pub(crate) const DOWNLOADS: &str = "downloads";
}

fn text(
    builder: &mut SchemaBuilder,
    name: &str,
    tokenizer: &str,
    detail: IndexRecordOption,
) -> Field {
    let with_lengths = detail != IndexRecordOption::Basic;
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(tokenizer)
        .set_index_option(detail)
        .set_fieldnorms(with_lengths);
    builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
}

/// Returns the schema and its fields.
pub(crate) fn schema() -> (Schema, Fields) {
    use IndexRecordOption::{Basic, WithFreqs, WithFreqsAndPositions};
    let mut builder = Schema::builder();
    let raw = || TextOptions::default().set_fast(RAW_TOKENIZER_NAME);
    let fields = Fields {
        code: builder.add_text_field(column::CODE, STRING | raw()),
        words: ["title", "label", "provider", "summary"]
            .map(|name| text(&mut builder, name, analysers::WORDS, WithFreqs)),
        gram: text(&mut builder, "gram", analysers::GRAMS, WithFreqsAndPositions),
        name: text(&mut builder, "name", analysers::NAMES, Basic),
        item: text(&mut builder, "item", analysers::ITEMS, WithFreqsAndPositions),
        pinyin: text(&mut builder, "pinyin", analysers::PINYIN, Basic),
        spelling: text(&mut builder, "spelling", analysers::SPELLING, Basic),
        card: builder.add_text_field("card", STORED),
        names: builder.add_text_field("names", STORED),
    };
    builder.add_text_field(column::PROFILE, raw());
    builder.add_text_field(column::ORDER, raw());
    builder.add_text_field(column::TITLE, raw());
    builder.add_i64_field(column::UPDATED, FAST);
    builder.add_i64_field(column::DUE, FAST);
    builder.add_u64_field(column::DOWNLOADS, FAST | INDEXED);
    (builder.build(), fields)
}

/// The names kept beside the card, to say which of them matched.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Names {
    #[serde(rename = "k", default)]
    pub(crate) keywords: Vec<String>,
    #[serde(rename = "i", default)]
    pub(crate) items: Vec<ItemName>,
}

/// Days since 1970-01-01.
pub(crate) fn day_number(day: NaiveDate) -> i64 {
    (day - NaiveDate::default()).num_days()
}

/// The day of a moment in Shanghai, the time zone of the portal.
pub(crate) fn day_of(moment_ms: i64) -> i64 {
    (moment_ms.div_euclid(1000) + 8 * 3600).div_euclid(24 * 3600)
}

/// Cuts names written in one word, as in `parkingLot`, before case is folded.
pub(crate) fn separate_case(name: &str) -> String {
    let mut separated = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for character in name.chars() {
        if after_lower && character.is_ascii_uppercase() {
            separated.push('_');
        }
        after_lower = character.is_ascii_lowercase();
        separated.push(character);
    }
    separated
}

/// Makes the entry of a dataset.
pub(crate) fn entry(
    schema: &Schema,
    fields: &Fields,
    document: &SearchDocument,
) -> Result<TantivyDocument> {
    let SearchDocument { card, keywords, items, regions: _, level: _, priority: _, n_downloads } =
        document;
    let [title, label, provider, summary] = fields.words;
    let mut entry = TantivyDocument::default();
    let names = |word_field: Field, text: &str, entry: &mut TantivyDocument| {
        let folded = fold(text);
        for field in [word_field, fields.gram, fields.name, fields.pinyin, fields.spelling] {
            entry.add_text(field, &folded);
        }
    };
    entry.add_text(fields.code, card.code.as_str());
    names(title, &card.title, &mut entry);
    for text in card.title_en.iter() {
        names(title, text, &mut entry);
    }
    for text in keywords {
        names(label, text, &mut entry);
    }
    for ItemName { name, label: item_label } in items {
        let name = separate_case(name);
        names(label, item_label, &mut entry);
        if *item_label != name {
            names(label, &name, &mut entry);
        }
        entry.add_text(fields.item, fold(item_label));
        entry.add_text(fields.item, fold(&name));
    }
    let organization = &card.organization;
    names(provider, &organization.name, &mut entry);
    for text in organization.name_en.iter().chain([&card.region.name]).chain(&card.region.name_en) {
        let folded = fold(text);
        entry.add_text(provider, &folded);
        entry.add_text(fields.gram, &folded);
    }
    for text in [Some(&card.summary), card.summary_en.as_ref()].into_iter().flatten() {
        let folded = fold(text);
        entry.add_text(summary, &folded);
        entry.add_text(fields.gram, &folded);
    }
    add_columns(schema, card, *n_downloads, &Profile::of(document), &mut entry)?;
    let kept = Names { keywords: keywords.clone(), items: items.clone() };
    entry.add_text(fields.card, serde_json::to_string(card).map_err(Error::Entry)?);
    entry.add_text(fields.names, serde_json::to_string(&kept).map_err(Error::Entry)?);
    Ok(entry)
}

fn add_columns(
    schema: &Schema,
    card: &DatasetCard,
    n_downloads: u64,
    profile: &Profile,
    entry: &mut TantivyDocument,
) -> Result<()> {
    let title = fold(&card.title);
    entry.add_text(schema.get_field(column::PROFILE)?, profile.to_line());
    entry.add_text(schema.get_field(column::ORDER)?, phonetic::order_key(&title));
    entry.add_text(schema.get_field(column::TITLE)?, title);
    entry.add_i64(schema.get_field(column::UPDATED)?, card.updated_at.timestamp_millis());
    if let Some(due) = card.next_due.filter(|_| card.frequency.period_days().is_some()) {
        entry.add_i64(schema.get_field(column::DUE)?, day_number(due));
    }
    entry.add_u64(schema.get_field(column::DOWNLOADS)?, n_downloads);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_names_are_separated() {
        assert_eq!(separate_case("parkingLotName"), "parking_Lot_Name");
        assert_eq!(separate_case("PM25"), "PM25");
        assert_eq!(separate_case("停车场"), "停车场");
    }

    #[test]
    fn days_change_at_midnight_in_shanghai() {
        let midnight_ms = 16 * 3600 * 1000;

        assert_eq!((day_of(midnight_ms - 1), day_of(midnight_ms), day_of(-1)), (0, 1, 0));
    }
}
