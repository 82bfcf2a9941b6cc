//! What tests put into the store. Each says only what it is about.

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_store::Store;
use kaishu_store::datasets::{self, EntryWrite, Origin, Outcome, ResourceWrite};
use kaishu_store::organizations::{self, NewOrganization};
use kaishu_store::regions::{self, NewRegion};
use kaishu_types::DatasetCode;
use kaishu_types::dataset::{
    DataItemView, DatasetView, EntryFields, OpenTerms, Provenance, ShareTerms,
};
use kaishu_types::vocabulary::{
    CatalogueKind, DatasetState, Format, Frequency, ItemType, OpenClass, OrganizationKind,
    RegionLevel, ResourceKind, ShareClass,
};

/// The rule of the portal.
pub(crate) fn listed(state: DatasetState, class: OpenClass) -> bool {
    state == DatasetState::Published && class != OpenClass::None
}

pub(crate) fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn code(text: &str) -> DatasetCode {
    text.parse().unwrap()
}

pub(crate) fn region(code: &str, parent: Option<&str>) -> NewRegion {
    NewRegion {
        code: code.parse().unwrap(),
        name: format!("地区{code}"),
        name_en: Some(format!("Region {code}")),
        level: if parent.is_none() { RegionLevel::Prefecture } else { RegionLevel::County },
        parent: parent.map(|parent| parent.parse().unwrap()),
        description: None,
        authority: Some("YX-SJJ".to_owned()),
        position: 0,
    }
}

pub(crate) fn organization(code: &str, region: &str) -> NewOrganization {
    NewOrganization {
        code: code.parse().unwrap(),
        name: format!("机构{code}"),
        name_en: None,
        kind: OrganizationKind::StateOrgan,
        level: RegionLevel::Prefecture,
        region: region.parse().unwrap(),
        parent: None,
        description: Some("综合管理".to_owned()),
        responsible_head: None,
        contact: None,
        homepage: None,
        is_imported: false,
    }
}

/// Regions `YX` and `YX-LC` below it; organizations `YX-FGW`, `YX-SJJ` and `YX-LC-JTJ`.
pub(crate) async fn places(store: &Store) {
    let regions = [region("YX", None), region("YX-LC", Some("YX"))];
    regions::upsert(store, &regions).await.unwrap();
    let organizations = [
        organization("YX-FGW", "YX"),
        organization("YX-SJJ", "YX"),
        organization("YX-LC-JTJ", "YX-LC"),
    ];
    organizations::upsert(store, &organizations).await.unwrap();
}

pub(crate) fn item(name: &str, class: OpenClass) -> DataItemView {
    DataItemView {
        name: name.to_owned(),
        label: format!("数据项{name}"),
        item_type: ItemType::Text,
        unit: None,
        length: Some(20),
        description: Some("说明".to_owned()),
        open_class: class,
        share_class: ShareClass::Unconditional,
        sensitive: false,
        mask: None,
        release_reason: None,
    }
}

pub(crate) fn file(title: &str) -> ResourceWrite {
    ResourceWrite {
        title: title.to_owned(),
        description: None,
        kind: ResourceKind::File,
        format: Format::Csv,
        media_type: Some("text/csv".to_owned()),
        url: None,
        in_place: None,
        file_name: Some(format!("{title}.csv")),
        size_bytes: Some(5_000_000_000),
        sha256: Some("00".repeat(32)),
        sm3: Some("11".repeat(32)),
        encoding: Some("GB18030".to_owned()),
        n_rows: Some(12),
        n_columns: Some(3),
        updated_at: time("2026-03-01T08:00:00.123456789Z"),
        source_id: None,
        blob_key: Some(format!("sha256/00/{}", "00".repeat(32))),
    }
}

pub(crate) fn fields(title: &str) -> EntryFields {
    EntryFields {
        title: title.to_owned(),
        title_en: Some("Parking".to_owned()),
        summary: "全市公共停车场的位置与泊位数。".to_owned(),
        summary_en: None,
        keywords: vec!["停车".to_owned(), "泊位".to_owned()],
        theme: "traffic".to_owned(),
        industry: Some("G".to_owned()),
        kind: CatalogueKind::Business,
        base_db: None,
        record_key: Vec::new(),
        frequency: Frequency::Monthly,
        licence: "open".to_owned(),
        open: OpenTerms {
            class: OpenClass::Unconditional,
            grounds: Vec::new(),
            reason: None,
            basis: Vec::new(),
            conditions: Vec::new(),
            modes: vec!["download".to_owned()],
            security_measures: None,
            agreement: None,
            materials: Vec::new(),
        },
        share: ShareTerms {
            class: ShareClass::Unconditional,
            conditions: Vec::new(),
            modes: Vec::new(),
            scope: None,
            basis: Vec::new(),
        },
        usage_requirements: None,
        security_level: 1,
        priority: vec!["livelihood".to_owned()],
        spatial: None,
        temporal_start: Some(day("2020-01-01")),
        temporal_end: None,
        source: None,
        source_system: None,
        business_matter: None,
        mgmt_responsibility: None,
        collector: None,
        certifier: None,
        classification: None,
        data_form: Vec::new(),
        provenance: Provenance::default(),
        contact: None,
        homepage: None,
        extras: [("原字段".to_owned(), "值".to_owned())].into(),
    }
}

/// An entry of `YX-FGW` in `YX` without a code or origin.
pub(crate) fn entry(title: &str) -> EntryWrite {
    EntryWrite {
        code: None,
        organization: "YX-FGW".to_owned(),
        region: "YX".to_owned(),
        state: DatasetState::Published,
        state_reason: None,
        fields: fields(title),
        items: vec![
            item("name", OpenClass::Unconditional),
            item("address", OpenClass::Conditional),
            item("owner_id", OpenClass::None),
        ],
        resources: vec![file("停车场"), file("泊位")],
        published_at: time("2025-01-02T03:04:05Z"),
        updated_at: time("2026-03-01T08:00:00Z"),
        is_dated: true,
        origin: None,
        version_note: "首次发布".to_owned(),
        author: None,
    }
}

/// An entry taken over from the catalogue `other`.
pub(crate) fn imported(id: &str, title: &str) -> EntryWrite {
    let origin = Origin { source: "other".to_owned(), source_id: id.to_owned(), url: None };
    EntryWrite { origin: Some(origin), ..entry(title) }
}

/// Writes one entry that must not be refused.
pub(crate) async fn write(store: &Store, entry: EntryWrite) -> (DatasetCode, Outcome) {
    let mut verdicts = datasets::upsert_batch(store, &[entry]).await.unwrap();
    let upserted = verdicts.pop().unwrap().unwrap();
    (upserted.code, upserted.outcome)
}

/// Finds a dataset that must exist.
pub(crate) async fn find(store: &Store, code: &DatasetCode) -> DatasetView {
    datasets::find(store, code).await.unwrap().unwrap()
}
