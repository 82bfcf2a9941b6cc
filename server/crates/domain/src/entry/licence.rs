//! The licence of what is open to everybody (AGR-10).

use kaishu_types::draft::Choice;
use kaishu_types::vocabulary::OpenClass;

use super::{Check, words};
use crate::policy::Module;

impl Check<'_> {
    /// What is open without conditions names a licence: whoever takes it accepts that (AGR-10, yulin 30).
    pub(super) fn licence(&mut self) {
        let (profile, entry) = (self.profile, self.entry);
        let is_open = profile.has_module(Module::Open)
            && entry.chosen.contains(&Choice::OpenClass)
            && entry.fields.open.class == OpenClass::Unconditional;
        if is_open && entry.fields.licence.trim().is_empty() {
            let text = words(
                "无条件开放的数据须写明授权协议，下载即表示接受",
                "name the licence that whoever takes open data accepts",
            );
            self.fault("licence", text, "agreement.docs", &profile.rules.agreement.docs);
        }
    }
}
