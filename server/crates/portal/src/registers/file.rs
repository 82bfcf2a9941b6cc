//! The register of information systems as a file (PUB-09).

use chrono::NaiveDate;
use kaishu_types::Lang;
use kaishu_types::register::SystemView;

use super::CHUNK;
use crate::accounts::Caller;
use crate::{Portal, Result};

/// The columns of the register as a file.
const COLUMNS: [&str; 14] = [
    "id",
    "name",
    "organization",
    "organization_name",
    "region",
    "purpose",
    "connection",
    "is_admitted",
    "reason",
    "plan",
    "planned_on",
    "uses",
    "n_exempt",
    "ended_on",
];

impl Portal {
    /// Writes the register that the caller sees as CSV in UTF-8 with a byte order mark; what a spreadsheet would
    /// run as a formula is made a text.
    ///
    /// # Errors
    ///
    /// Refused for who sees no register.
    pub async fn systems_csv(&self, caller: &Caller, lang: Lang) -> Result<Vec<u8>> {
        let places = self.seen_registers(caller, lang)?;
        let mut out = "\u{FEFF}".as_bytes().to_vec();
        kaishu_tables::write_guarded_row(&mut out, COLUMNS);
        let mut after = 0;
        loop {
            let rows = self.systems_of(&places, after, CHUNK).await?;
            let Some(last) = rows.last() else { return Ok(out) };
            after = last.id;
            for view in self.system_views(rows).await? {
                write_row(&mut out, &view, lang);
            }
        }
    }
}

fn write_row(out: &mut Vec<u8>, view: &SystemView, lang: Lang) {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let uses = view.uses.as_ref();
    let values = [
        view.id.to_string(),
        view.name.clone(),
        view.organization.code.clone(),
        view.organization.label(lang).to_owned(),
        view.region.code.clone(),
        view.purpose.clone(),
        view.connection.to_string(),
        view.is_admitted.to_string(),
        view.reason.clone(),
        view.plan.clone(),
        day(view.planned_on),
        uses.map(|it| it.id.to_string()).unwrap_or_default(),
        view.n_exempt.to_string(),
        day(view.ended_on),
    ];
    kaishu_tables::write_guarded_row(out, values.iter().map(String::as_str));
}
