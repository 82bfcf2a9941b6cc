//! Plain engines: one field of text, one analyser, BM25. Both ways to join words are tried, and
//! the better one is reported.

use std::error::Error;

use jieba_rs::{Jieba, TokenizeMode};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    LowerCaser, NgramTokenizer, RemoveLongFilter, SimpleTokenizer, TextAnalyzer, Token,
    TokenStream, Tokenizer,
};
use tantivy::{Index, TantivyDocument, Term};

use crate::collection::Collection;
use crate::measure::{self, Scores};
use crate::{DEPTH, MEMORY_BYTES};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Runs all plain engines on a collection.
pub(crate) fn all(collection: &Collection) -> Outcome<Vec<(String, Scores)>> {
    let default = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(40))
        .filter(LowerCaser)
        .build();
    let bigrams =
        TextAnalyzer::builder(NgramTokenizer::all_ngrams(2, 2)?).filter(LowerCaser).build();
    let jieba =
        TextAnalyzer::builder(Words(Box::leak(Box::new(Jieba::new())))).filter(LowerCaser).build();
    let mut found = Vec::new();
    for (name, analyser) in [("default", default), ("bigrams", bigrams), ("jieba", jieba)] {
        let any = run(collection, &analyser, Occur::Should)?;
        let all = run(collection, &analyser, Occur::Must)?;
        let (join, better) =
            if all.odd.ndcg > any.odd.ndcg { ("all words", all) } else { ("any word", any) };
        found.push((format!("{name}, {join}"), better));
    }
    Ok(found)
}

fn run(collection: &Collection, analyser: &TextAnalyzer, occur: Occur) -> Outcome<Scores> {
    let mut builder = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("tried")
        .set_index_option(IndexRecordOption::WithFreqs);
    let field =
        builder.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
    let number = builder.add_u64_field("number", FAST);
    let index = Index::create_in_ram(builder.build());
    index.tokenizers().register("tried", analyser.clone());
    let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, MEMORY_BYTES)?;
    for (place, document) in collection.documents.iter().enumerate() {
        let mut entry = TantivyDocument::default();
        entry.add_text(field, document.text());
        entry.add_u64(number, place as u64);
        writer.add_document(entry)?;
    }
    writer.commit()?;
    let searcher = index.reader()?.searcher();
    let mut analyser = analyser.clone();
    measure::scores(collection, |text| {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        let mut stream = analyser.token_stream(text);
        while stream.advance() {
            let term = Term::from_field_text(field, &stream.token().text);
            clauses.push((occur, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))));
        }
        let query = BooleanQuery::new(clauses);
        let top = searcher.search(&query, &TopDocs::with_limit(DEPTH).order_by_score())?;
        let mut numbers = Vec::with_capacity(top.len());
        for (_, address) in top {
            let column =
                searcher.segment_reader(address.segment_ord).fast_fields().u64("number")?;
            numbers.push(column.first(address.doc_id).unwrap_or_default() as usize);
        }
        Ok(numbers)
    })
}

/// jieba as it comes: its own dictionary, search mode on both sides.
#[derive(Clone)]
struct Words(&'static Jieba);

struct Cut {
    words: std::vec::IntoIter<String>,
    token: Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = Cut;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Cut {
        let cut = self.0.tokenize(text, TokenizeMode::Search, true).into_iter();
        let words: Vec<String> = cut
            .map(|token| token.word.to_owned())
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .collect();
        Cut { words: words.into_iter(), token: Token::default() }
    }
}

impl TokenStream for Cut {
    fn advance(&mut self) -> bool {
        let Some(text) = self.words.next() else {
            return false;
        };
        self.token.text = text;
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
