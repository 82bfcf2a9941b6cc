//! The operations by which a program does what the workbench does, as the test of over-reach sends them.

use kaishu_domain::permission::Action;
use serde_json::{Value, json};

use crate::overreach_api::{CONDITIONAL, Carried, Sent};

const OPEN: &str = "YX-T-0001";

/// What is written to parts of a draft, and read of it by writing.
pub(crate) fn sent_to_parts(draft: i64, whole: &Value) -> Vec<Sent> {
    let to = |operation, rest: &str, carried, action| {
        let path = format!("/api/v1/drafts/{draft}{rest}");
        Sent { operation, path, carried, action: Some(action), owner: "" }
    };
    let json = |value: Value| Carried::Json(value);
    let read = || json(json!({ "revision": 4 }));
    let interface =
        json!({ "revision": 4, "title": "到站接口", "url": "https://jt.example.cn/api" });
    let edit = Action::EditDatasets;
    vec![
        to("compare_draft", "/conflicts", json(whole.clone()), Action::SeeDrafts),
        to("save_draft_items", "/items", json(json!({ "revision": 4, "items": [] })), edit),
        to("take_draft_items", "/items/from-files", read(), edit),
        to("add_draft_interface", "/interfaces", json(interface), edit),
        to("remove_draft_file", "/files/0?revision=4", Carried::Nothing, edit),
        to("restore_draft_copy", "/copies/1/restore", read(), edit),
        to("attach_authorisation", "/authorisation", Carried::File, edit),
        to("attach_relaxation", "/relaxation", Carried::File, edit),
        to("make_preview", "/previews", json(json!({ "days": 7 })), edit),
        to("revoke_preview", "/previews/1", Carried::Nothing, edit),
    ]
}

/// What is written to a dataset besides its life, and to the registers.
pub(crate) fn sent_to_records() -> Vec<Sent> {
    let to = |operation, path: &str, value: Value, action| Sent {
        operation,
        path: format!("/api/v1/{path}"),
        carried: Carried::Json(value),
        action: Some(action),
        owner: "",
    };
    let of = |rest: &str| format!("datasets/{OPEN}/{rest}");
    let several = json!({ "datasets": [OPEN], "frequency": "monthly", "note": "改为每月更新" });
    let dispute = json!({ "class": "share", "wanted": "conditional", "grounds": "含企业信息" });
    let decision = json!({ "column": "name", "verdict": "restrict", "reason": "理由" });
    let measure = json!({ "file": 1, "columns": ["name"], "k": 2 });
    let system = json!({
        "organization": "YX-T", "name": "公交调度系统", "purpose": "调度", "connection": "connected", "revision": 1,
    });
    let held = json!({ "act": "hold", "revision": 0, "held_since": "2020-01-01" });
    let project = json!({ "organization": "YX-T", "code": "p1", "name": "智慧公交" });
    let missing = json!({
        "title": "公交实时位置", "organization": "YX-T", "address": "https://jt.example.cn/bus", "reason": "网站上可以下载",
    });
    let fault = json!({ "finding": "缺行", "due": "2026-12-31" });
    let shown = json!({ "show": true, "reason": "不涉及个人" });
    let look = format!("datasets/{CONDITIONAL}/look");
    let (decide, keep, inspect) =
        (Action::DecideFindings, Action::KeepSystems, Action::InspectQuality);
    vec![
        to("revise_several", "revisions", several, Action::EditDatasets),
        to(
            "withdraw_transfer",
            &of("transfers/withdraw"),
            json!({ "reason": "理由" }),
            Action::TransferDatasets,
        ),
        to("open_dispute", &of("disputes"), dispute, Action::DisputeClasses),
        to("add_inspection", &of("inspections"), fault, inspect),
        to("close_inspection", &of("inspections/1/close"), json!({ "version": 2 }), inspect),
        to("decide_finding", &of("findings/decisions"), decision, decide),
        to("decide_figures", &look, shown, decide),
        to("measure_anonymity", &of("anonymity"), measure, decide),
        to("add_system", "systems", system.clone(), keep),
        to("save_system", "systems/1", system, keep),
        to("say_of_delivery", &format!("deliveries/{OPEN}"), held, keep),
        to("register_project", "projects", project, Action::KeepProjects),
        to("register_missing", "missing-entries", missing, Action::ReportMissing),
    ]
}
