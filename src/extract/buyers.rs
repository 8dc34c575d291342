//! What kind of public body a buyer is, by the code or words that its document has for it. Knows no record and no format's structure.

use crate::model::{BuyerKind, Party};

/// Codes and words of eForms (`buyer-legal-type`), of TED before it, of the United Kingdom and of SECOP: letters and digits only.
const CODES: [(&str, &[BuyerKind]); 38] = {
    use BuyerKind::{Central, International, Local, PublicBody, Regional, Subsidised, Undertaking};
    [
        ("cga", &[Central]),
        ("ra", &[Regional]),
        ("la", &[Local]),
        ("rlaut", &[Regional, Local]),
        ("bodypl", &[PublicBody]),
        ("bodyplcga", &[PublicBody]),
        ("bodyplra", &[PublicBody]),
        ("bodyplla", &[PublicBody]),
        ("pubundert", &[Undertaking]),
        ("pubundertcga", &[Undertaking]),
        ("pubundertra", &[Undertaking]),
        ("pubundertla", &[Undertaking]),
        ("specrightsentity", &[Undertaking]),
        ("euinsbodag", &[International]),
        ("intorg", &[International]),
        ("orgsub", &[Subsidised]),
        ("orgsubcga", &[Subsidised]),
        ("orgsubra", &[Subsidised]),
        ("orgsubla", &[Subsidised]),
        ("ministry", &[Central]),
        ("nationalagency", &[Central]),
        ("ministryoranyothernationalorfederalauthority", &[Central]),
        ("nationalorfederalagencyoffice", &[Central]),
        ("regionalauthority", &[Regional, Local]),
        ("regionalagency", &[Regional, Local]),
        ("regionalorlocalauthority", &[Regional, Local]),
        ("regionalorlocalagencyoffice", &[Regional, Local]),
        ("bodypublic", &[PublicBody]),
        ("bodygovernedbypubliclaw", &[PublicBody]),
        ("utilitiesentity", &[Undertaking]),
        ("euinstitution", &[International]),
        ("europeaninstitutionagencyorinternationalorganisation", &[International]),
        ("publicauthoritycentralgovernment", &[Central]),
        ("publicauthoritysubcentralgovernment", &[Regional, Local]),
        ("publicundertaking", &[Undertaking]),
        ("privateutility", &[Undertaking]),
        ("nacional", &[Central]),
        ("territorial", &[Regional, Local]),
    ]
};
/// PLACSP numbers its kinds; other portals number other things.
const PLACSP: [(&str, &[BuyerKind]); 3] = [("1", &[BuyerKind::Central]), ("2", &[BuyerKind::Regional]), ("3", &[BuyerKind::Local])];

/// The kinds that a buyer's code or words stand for; several where a list does not tell them apart, none where it is not known.
pub(super) fn kinds(buyer: &Party) -> &'static [BuyerKind] {
    let said: String = buyer.kind.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let placsp = buyer.ids.iter().any(|id| matches!(id.scheme.as_str(), "DIR3" | "ID_PLATAFORMA" | "ID_OC_PLAT"));
    let known = CODES.iter().chain(PLACSP.iter().filter(|_| placsp));
    known.into_iter().find(|(code, _)| *code == said).map_or(&[], |(_, kinds)| kinds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TypedId;

    #[test]
    fn codes_of_many_lists() {
        for (kind, scheme, want) in [
            ("cga", "", &["central"][..]),
            ("body-pl-la", "", &["public-body"]),
            ("REGIONAL_AUTHORITY", "", &["regional", "local"]),
            ("Ministry or any other national or federal authority", "", &["central"]),
            ("European Institution/Agency or International Organisation", "", &["international"]),
            ("publicAuthoritySubCentralGovernment", "GB-COH", &["regional", "local"]),
            ("3", "DIR3", &["local"]),
            ("3", "GB-COH", &[]),
            ("Territorial", "", &["regional", "local"]),
            ("grp-p-aut", "", &[]),
            ("", "", &[]),
        ] {
            let ids = vec![TypedId { scheme: scheme.to_owned(), id: "1".to_owned() }];
            let party = Party { kind: kind.to_owned(), ids, ..Party::default() };
            assert_eq!(kinds(&party).iter().map(|kind| kind.word()).collect::<Vec<_>>(), want, "{kind}");
        }
    }
}
