//! What is said where a question is refused.

use kaishu_types::Lang;
use kaishu_types::table::TableColumn;
use leptos::prelude::*;

use super::Shown;

/// Says why the question of the address is not answered, with a way to all rows.
pub(super) fn section(shown: &Shown<'_>) -> Option<AnyView> {
    let Shown { ctx, answer, view, table, .. } = shown;
    let Err(fault) = answer else { return None };
    let fault = in_labels(fault, &table.governed.columns(), ctx.lang);
    let all = ctx.href(&view.without_question());
    Some(
        view! {
            <div class="my-4 border-l-4 border-[var(--color-error)] pl-4 py-1" role="alert">
                <p class="font-semibold">{ctx.words.question_not_answered}</p>
                <p class="mt-1">{fault}</p>
                <p class="mt-2"><a class="ks-link" href=all>{ctx.words.show_all_rows}</a></p>
            </div>
        }
        .into_any(),
    )
}

/// Names columns as people call them, where a sentence has the names that programs ask by.
pub(super) fn in_labels(text: &str, columns: &[TableColumn], lang: Lang) -> String {
    columns.iter().fold(text.to_owned(), |text, column| {
        let (name, label) = (format!("`{}`", column.name), format!("“{}”", column.label));
        match lang {
            // Quotation marks of full width hold their own space.
            Lang::Zh => text.replace(&format!(" {name} "), &label).replace(&name, &label),
            Lang::En => text.replace(&name, &label),
        }
    })
}

#[cfg(test)]
mod tests {
    use kaishu_types::vocabulary::ItemType;

    use super::*;

    #[test]
    fn columns_have_their_labels() {
        let column = TableColumn {
            name: "glrq".to_owned(),
            label: "公历日期".to_owned(),
            item_type: ItemType::Date,
            unit: None,
            mask: None,
        };
        let columns = [column];
        let chinese = in_labels("列 `glrq` 的类型是日期", &columns, Lang::Zh);
        assert_eq!(chinese, "列“公历日期”的类型是日期");
        let english = in_labels("column `glrq` is of type date", &columns, Lang::En);
        assert_eq!(english, "column “公历日期” is of type date");
        let unknown = "没有名为 `x` 的列";
        assert_eq!(in_labels(unknown, &columns, Lang::Zh), unknown);
    }
}
