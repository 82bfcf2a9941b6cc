//! Which materials applicants give (APP-03).

use kaishu_types::material::MaterialKind;
use leptos::prelude::*;

use super::fields::Form;
use crate::ui::fields::{Choice, options};

impl Form<'_> {
    pub(super) fn materials(&self) -> AnyView {
        let demanded = &self.document.fields.open.materials;
        let kinds: Vec<Choice> = MaterialKind::ALL
            .iter()
            .map(|it| (it.as_str().to_owned(), it.label(self.ctx.lang).to_owned()))
            .collect();
        let label = self.label(
            "open_materials",
            "申请时须提交的材料",
            "Materials that applicants give",
            (
                "只选开放条件需要的；没有提交的不能申请",
                "Only what the conditions need; nobody applies without them",
            ),
        );
        options(&label, "checkbox", &kinds, |code| demanded.iter().any(|it| it == code))
    }
}
