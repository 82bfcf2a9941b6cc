//! Public consultations: what people are asked before something is opened (REV-06).

use serde::{Deserialize, Serialize};

use crate::dataset::LegalBasis;
use crate::vocabulary::{OpenClass, vocabulary};

vocabulary! {
    /// How the public is heard (yulin 15¶2(4)).
    ConsultationMode("consultation_mode") {
        /// 听证会.
        Hearing = "hearing", "听证会", "Hearing";
        /// 座谈会.
        Discussion = "discussion", "座谈会", "Discussion";
        /// 公开征求意见.
        Comments = "comments", "公开征求意见", "Call for comments";
    }
}

/// What is planned to be opened, as the notice tells it: never the data, and of the draft nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedOpening {
    /// What the dataset is about.
    pub summary: String,
    /// 数据领域, a code of the vocabulary `theme`.
    pub theme: String,
    /// 开放类型.
    pub class: OpenClass,
    /// 列入理由, codes of the vocabulary `open_ground`.
    pub grounds: Vec<String>,
    /// Why it is in that class, in a sentence.
    pub reason: Option<String>,
    /// 开放依据.
    pub basis: Vec<LegalBasis>,
}
