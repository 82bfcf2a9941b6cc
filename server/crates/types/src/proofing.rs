//! How it is proven who the person behind an account is (ORG-09, aba 18).
//!
//! The list of methods is closed: no value of it stands for a part of a body, so that nothing of the portal can ask
//! for one.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// A way to prove who somebody is. Any one of them is enough.
    ProofMethod("proof_method") {
        /// 窗口核验身份证件: staff looked at a valid identity document.
        IdDocument = "id_document", "窗口核验身份证件", "Identity document shown at a counter";
        /// 统一身份认证: a provider of identities that proves who people are.
        SignOn = "sign_on", "统一身份认证", "Single sign-on";
    }
}

vocabulary! {
    /// An identity document that can be shown at a counter.
    IdDocumentKind("id_document_kind") {
        /// 居民身份证.
        ResidentCard = "resident_card", "居民身份证", "Resident identity card";
        /// 临时居民身份证: it has the number of the card that it stands for.
        TemporaryCard = "temporary_card", "临时居民身份证", "Temporary resident identity card";
        /// 护照.
        Passport = "passport", "护照", "Passport";
        /// 港澳居民来往内地通行证.
        HkMacaoPermit = "hk_macao_permit", "港澳居民来往内地通行证",
            "Mainland travel permit for Hong Kong and Macao residents";
        /// 台湾居民来往大陆通行证.
        TaiwanPermit = "taiwan_permit", "台湾居民来往大陆通行证",
            "Mainland travel permit for Taiwan residents";
        /// 港澳台居民居住证.
        HmtResidencePermit = "hmt_residence_permit", "港澳台居民居住证",
            "Residence permit for Hong Kong, Macao and Taiwan residents";
        /// 外国人永久居留身份证.
        PermanentResidence = "permanent_residence", "外国人永久居留身份证",
            "Foreign permanent resident identity card";
    }
}

impl IdDocumentKind {
    /// Whether its number is a citizen identity number (GB 11643), or one made like it. Of such documents two have
    /// the same number where they are of one person.
    pub fn has_citizen_number(self) -> bool {
        matches!(self, Self::ResidentCard | Self::TemporaryCard | Self::HmtResidencePermit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    // Part of ORG-09: no method and no document is a part of somebody's body.
    #[test]
    fn nothing_of_a_body_proves_anything() {
        let methods = ProofMethod::ALL.iter().map(|it| (it.as_str(), it.label(Lang::Zh)));
        let kinds = IdDocumentKind::ALL.iter().map(|it| (it.as_str(), it.label(Lang::Zh)));
        for (code, label) in methods.chain(kinds) {
            for word in ["指纹", "虹膜", "人脸", "声纹"] {
                assert!(!label.contains(word), "{code}");
            }
        }
        for word in ["fingerprint", "iris", "face", "voice", "biometric"] {
            assert!(
                word.parse::<ProofMethod>().is_err() && word.parse::<IdDocumentKind>().is_err()
            );
        }
        assert_eq!(ProofMethod::ALL.len(), 2, "a new method is looked at in this light");
    }
}
