//! What kind of public body a buyer is, by the code or words that its document has for it. Knows no record and no format's structure.

use crate::model::{BuyerKind, Party};

/// The kinds that a buyer's code or words stand for; several where a list does not tell them apart, none where it is not known.
pub(super) fn kinds(buyer: &Party) -> &'static [BuyerKind] {
    use BuyerKind::{Central, International, Local, PublicBody, Regional, Subsidised, Undertaking};
    let said: String = buyer.kind.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    // The numbers are PLACSP's; other portals number other things.
    let placsp = buyer.ids.iter().any(|id| matches!(id.scheme.as_str(), "DIR3" | "ID_PLATAFORMA" | "ID_OC_PLAT"));
    match said.as_str() {
        "1" if placsp => &[Central],
        "2" if placsp => &[Regional],
        "3" if placsp => &[Local],
        // eForms `buyer-legal-type`.
        "cga" => &[Central],
        "ra" => &[Regional],
        "la" => &[Local],
        "rlaut" => &[Regional, Local],
        "bodypl" | "bodyplcga" | "bodyplra" | "bodyplla" => &[PublicBody],
        "pubundert" | "pubundertcga" | "pubundertra" | "pubundertla" | "specrightsentity" => &[Undertaking],
        "euinsbodag" | "intorg" => &[International],
        "orgsub" | "orgsubcga" | "orgsubra" | "orgsubla" => &[Subsidised],
        // TED before eForms, its codes and its words.
        "ministry" | "nationalagency" | "ministryoranyothernationalorfederalauthority" | "nationalorfederalagencyoffice" => &[Central],
        "regionalauthority" | "regionalagency" | "regionalorlocalauthority" | "regionalorlocalagencyoffice" => &[Regional, Local],
        "bodypublic" | "bodygovernedbypubliclaw" => &[PublicBody],
        "utilitiesentity" => &[Undertaking],
        "euinstitution" | "europeaninstitutionagencyorinternationalorganisation" => &[International],
        // The United Kingdom.
        "publicauthoritycentralgovernment" => &[Central],
        "publicauthoritysubcentralgovernment" => &[Regional, Local],
        "publicundertaking" | "privateutility" => &[Undertaking],
        // SECOP.
        "nacional" => &[Central],
        "territorial" => &[Regional, Local],
        _ => &[],
    }
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
