//! What the compiling guide in force says, beside the field it is for (CAT-03).

use kaishu_portal::publishing::DraftView;
use kaishu_types::Lang;

use crate::cell::foreign;
use crate::ui::fields::Note;

/// What the guide says of a field of the form.
pub(super) fn notes(lang: Lang, draft: &DraftView, name: &str) -> Vec<Note> {
    let notes = draft.notes.get(name).into_iter().flatten();
    let notes = notes.map(|note| {
        // Where nobody wrote it in English, the Chinese one is better than none.
        let text = match (lang, note.en.is_empty()) {
            (Lang::En, false) => &note.en,
            _ => &note.zh,
        };
        Note {
            head: lang.pick("编制规范：", "Guide: "),
            text: text.clone(),
            tag: foreign(lang, text),
        }
    });
    notes.collect()
}
