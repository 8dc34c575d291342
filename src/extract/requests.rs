//! Whether a record asks for goods rather than offers them: by how its title begins, and whether a whole list does. Knows no marketplace.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::has_name;
use super::vacancies::of_address as word_of;
use crate::base::text::{holds, words};
use crate::model::{Draft, Extract};

/// Words of addresses that lead to what is wanted.
const ADDRESSES: [&str; 24] = [
    "rfq",
    "rfqs",
    "wanted",
    "buying-requests",
    "buying-leads",
    "buy-leads",
    "buyleads",
    "buy-requests",
    "purchase-requests",
    "sourcing-requests",
    "demandas",
    "solicitudes",
    "solicitudes-de-compra",
    "gesuche",
    "kaufgesuche",
    "richieste",
    "demandes",
    "pedidos-de-compra",
    "zayavki",
    "zakupki",
    "spros",
    "kuplyu",
    "kuplu",
    "заявки",
];

/// The same of addresses of records, where they stand as a whole.
const FOLDERS: [&str; 3] = ["req", "purchase-request", "buying-request"];

/// What pages are called that list what is wanted, folded.
const TITLES: [&str; 33] = [
    "buying requests",
    "buying leads",
    "buy requests",
    "buyer requests",
    "requests from buyers",
    "purchase requests",
    "sourcing requests",
    "supply requests",
    "requests for quotation",
    "requests for quotations",
    "requests for quotes",
    "open rfqs",
    "buyers looking for suppliers",
    "suppliers wanted",
    "solicitudes de compra",
    "demandas de compra",
    "peticiones de compra",
    "solicitudes de presupuesto",
    "solicitudes de cotizacion",
    "se buscan proveedores",
    "kaufgesuche",
    "lieferanten gesucht",
    "demandes d achat",
    "demandes de devis",
    "recherche de fournisseurs",
    "richieste di acquisto",
    "richieste di preventivo",
    "pedidos de compra",
    "pedidos de cotacao",
    "заявки на закупку",
    "заявки на покупку",
    "заявки покупателей",
    "запросы покупателей",
];

/// Such titles with words in between that say what for, folded: "buyers looking for packaging suppliers".
static FOR: LazyLock<Regex> = LazyLock::new(|| {
    let what = r"(?:\w+ ){0,3}";
    let said = [
        format!(
            "(?:buyers|buyer|companies|businesses|firms) (?:who are |that are |are )?(?:looking|searching) for {what}(?:suppliers?|manufacturers?|makers)"
        ),
        format!(
            "(?:buyers|buyer|companies|businesses|firms) (?:who are |that are |are )?seeking {what}(?:suppliers?|manufacturers?|makers)"
        ),
        format!("requests? for {what}(?:suppliers|manufacturers)"),
        format!("(?:compradores|empresas)(?: que)? (?:buscan|busca) {what}(?:proveedor(?:es)?|fabricantes?)"),
        format!("se buscan {what}proveedores|(?:solicitudes|demandas|peticiones) de {what}proveedor(?:es)?"),
        format!("(?:einkaufer|firmen|unternehmen) suchen {what}(?:lieferanten|hersteller)|\\w*lieferanten gesucht"),
        format!(
            "(?:acheteurs|entreprises)(?: qui)? (?:cherchent|recherchent) {what}(?:fournisseurs?|fabricants?)|demandes de {what}fournisseurs?"
        ),
        format!("(?:acquirenti|compratori|aziende)(?: che)? cercano {what}(?:fornitori|produttori)"),
        format!("(?:compradores|empresas)(?: que)? (?:procuram|a procura de) {what}(?:fornecedores|fabricantes)"),
        format!("(?:покупатели|закупщики|компании) ищут {what}(?:поставщик|производител)\\w*"),
    ];
    Regex::new(&format!(r"\b(?:{})\b", said.join("|"))).expect("the pattern is fixed")
});

/// So begins what somebody wants to buy, and nothing else.
static BUYS: LazyLock<Regex> = LazyLock::new(|| {
    let words = [
        "wtb|rfqs?|request for (?:a )?(?:quotations?|quotes?|offers?|prices?)|(?:buying|purchase|sourcing) (?:request|lead)|we (?:buy|purchase)",
        "looking for (?:a )?(?:supplier|manufacturer)s?|wanted to buy",
        "compro|compramos|se compra|solicitud de (?:cotizaci[oó]n|presupuesto|ofertas?|compra)|(?:busco|buscamos|se busca) (?:proveedor|fabricante)(?:es)?",
        "kaufe|wir kaufen|ankauf|kaufgesuch|preisanfrage|(?:suche|wir suchen) (?:lieferant|hersteller)(?:en)?",
        "ach[eè]te|nous achetons|demande de (?:devis|prix)|(?:cherche|recherche|nous recherchons) (?:un )?(?:fournisseur|fabricant)s?",
        "acquisto|acquistiamo|richiesta di (?:preventivo|offerta)|(?:cerco|cerchiamo) (?:fornitor|produttor)[ei]",
        "compra-se|pedido de (?:cota[cç][aã]o|or[cç]amento)|(?:procuro|procuramos) fornecedor(?:es)?",
        "куплю|купим|закуплю|закупим|закупаем|закупаю|приобрету|приобретем|приобретём|заявка на (?:закупку|покупку)",
        "запрос (?:котировок|предложений|цен|цены)|(?:ищу|ищем) (?:поставщик|производител)\\p{L}*",
    ];
    beginning(&words)
});

/// So begins what somebody wants; it may be staff.
pub(super) const WANTED: &str = "wanted|looking for|in search of|seeking|we (?:need|seek|are looking for)|i need|required|\
    busco|buscamos|se busca|se buscan|se necesita|se necesitan|necesito|necesitamos|se requiere|se requieren|solicito|solicitamos|demanda|\
    suche|gesucht|wir suchen|gesuch|\
    cherche|recherche|nous cherchons|nous recherchons|on cherche|on recherche|\
    cerco|cercasi|cerchiamo|procuro|procuramos|procura-se|preciso|precisamos|\
    требуется|требуются|нужен|нужна|нужно|нужны|ищу|ищем|необходим|необходима|необходимо|необходимы";
static WANTS: LazyLock<Regex> = LazyLock::new(|| beginning(&[WANTED]));

/// So begins what somebody sells.
static SELLS: LazyLock<Regex> = LazyLock::new(|| {
    let words = [
        "for sale|selling|wts",
        "vendo|vendemos|se vende|vendesi|vende-se|vendita",
        "verkaufe|zu verkaufen|wir verkaufen|vends|à vendre",
        "продам|продаю|продаем|продаём|продается|продаётся|продажа",
    ];
    beginning(&words)
});

fn beginning(words: &[&str]) -> Regex {
    Regex::new(&format!(r"(?i)^[\W_]*(?:{})\b", words.join("|"))).expect("the pattern is fixed")
}

/// Whether what is called so is wanted, and is nothing else.
pub(super) fn is_request(title: &str) -> bool {
    BUYS.is_match(title)
}

/// That records are requests, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requests {
    pub(super) why: String,
    /// Whether it is more than a guess.
    pub(super) sure: bool,
}

/// Whether these records, which are no vacancies, are requests: by what they say or by where they are.
pub(super) fn requests(extract: &Extract, url: &Url, title: &str) -> Option<Requests> {
    let all = extract.records.len();
    let count = |of: &dyn Fn(&str) -> bool| {
        let is = |draft: &&Draft| has_name(draft).is_some_and(|title| of(&title));
        extract.records.iter().filter(is).count()
    };
    let (bought, wanted) = (count(&is_request), count(&|title| is_request(title) || WANTS.is_match(title)));
    if count(&|title| SELLS.is_match(title)) > 0 {
        // On a board for both each title says which it is.
        return None;
    }
    if wanted * 2 > all {
        return Some(Requests { why: format!("{wanted} of {all} titles say that something is wanted"), sure: bought > 0 });
    }
    let title = words(title);
    if let Some(said) = TITLES.iter().find(|said| all > 0 && holds(&title, &words(said))) {
        return Some(Requests { why: format!("its title speaks of them (`{said}`)"), sure: true });
    }
    if let Some(said) = FOR.find(&title).filter(|_| all > 0) {
        return Some(Requests { why: format!("its title speaks of them (`{}`)", said.as_str()), sure: true });
    }
    if let Some(word) = word_of(url, &ADDRESSES, &ADDRESSES).filter(|_| all > 0) {
        return Some(Requests { why: format!("its address speaks of them (`{word}`)"), sure: false });
    }
    // Where its records lead, folder by folder: what they are called themselves says nothing.
    let folder = |draft: &Draft| {
        let mut parts = draft.url.path_segments()?.rev();
        parts.next();
        parts.find(|part| FOLDERS.contains(part) || ADDRESSES.contains(part)).map(str::to_owned)
    };
    let folders: Vec<String> = extract.records.iter().filter_map(folder).collect();
    let word = folders.first().filter(|_| folders.len() * 2 > all)?;
    Some(Requests { why: format!("its records lead to `{word}`"), sure: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::draft;

    #[test]
    fn a_title_says_whether_something_is_wanted() {
        for (title, bought, wanted) in [
            ("Куплю поддоны б/у", true, true),
            ("«Закупаем» щепу", true, true),
            ("Требуется сварщик", false, true),
            ("Compro palets usados", true, true),
            ("Se busca proveedor de film estirable", true, true),
            ("Se busca soldador", false, true),
            ("Compresor de tornillo", false, false),
            ("[WTB] 3 forklifts", true, true),
            ("RFQ: stretch film", true, true),
            ("Request for offers: wrapping machine", true, true),
            ("Wanted: pallets", false, true),
            ("Buy pallets online", false, false),
            ("Kaufe Europaletten", true, true),
            ("Kaufen Sie Paletten", false, false),
            ("Achète palettes", true, true),
            ("Compra-se paletes", true, true),
            ("Продам поддоны", false, false),
            ("", false, false),
        ] {
            assert_eq!((is_request(title), is_request(title) || WANTS.is_match(title)), (bought, wanted), "{title}");
        }
    }

    #[test]
    fn a_list_is_one_of_requests_by_the_title_of_its_page() {
        for (title, want) in [
            ("Buying requests - TradeYard", true),
            ("Solicitudes de compra | Mercado", true),
            ("Заявки покупателей", true),
            ("Buyers looking for packaging suppliers", true),
            ("Requests for suppliers | MakerLink", true),
            ("Companies seeking cardboard box manufacturers", true),
            ("Empresas que buscan proveedores de envases", true),
            ("Verpackungslieferanten gesucht", true),
            ("Acheteurs recherchent des fournisseurs", true),
            ("Покупатели ищут поставщиков упаковки", true),
            ("Suppliers looking for buyers", false),
            ("Companies looking for staff", false),
            ("Looking for packaging? Our suppliers", false),
            ("Buying guide", false),
            ("Suppliers", false),
        ] {
            let records = ["Pallets", "Film"].iter().map(|title| draft("k", &[("title", title)])).collect();
            let extract = Extract { records, ..Extract::default() };
            assert_eq!(requests(&extract, &"https://a.example/".parse().unwrap(), title).is_some(), want, "{title}");
        }
    }

    #[test]
    fn a_list_is_one_of_requests_by_where_its_records_lead() {
        for (links, want) in [
            (["/req/pallets", "/req/film"], Some(false)),
            (["/rfq/1/pallets", "/rfq/2/film"], Some(false)),
            (["/market/req", "/market/rfq"], None),
            (["/req/pallets", "/offers/film"], None),
        ] {
            let page: Url = "https://a.example/".parse().unwrap();
            let record = |link: &&str| Draft { url: page.join(link).unwrap(), ..draft("k", &[("title", "Film")]) };
            let extract = Extract { records: links.iter().map(record).collect(), ..Extract::default() };
            assert_eq!(requests(&extract, &page, "Market").map(|found| found.sure), want, "{links:?}");
        }
    }

    #[test]
    fn a_list_is_one_of_requests_by_most_of_its_titles_or_its_address() {
        for (titles, url, want) in [
            (&["Куплю поддоны", "Требуется плёнка", "Нужны ящики"][..], "https://a.example/", Some(true)),
            (&["Требуется плёнка", "Нужны ящики"], "https://a.example/", Some(false)),
            (&["Куплю поддоны", "Продам плёнку", "Продам ящики"], "https://a.example/", None),
            (&["Куплю поддоны", "Требуется сварщик", "Куплю ящики", "Продам плёнку"], "https://a.example/", None),
            (&["Pallets", "Film"], "https://a.example/buying-leads/", Some(false)),
            (&["Pallets", "Film"], "https://a.example/zakupki?page=2", Some(false)),
            (&["Pallets", "Film"], "https://a.example/market", None),
            (&["Pallets", "Film"], "https://req.example/market", None),
            (&[], "https://a.example/rfq", None),
        ] {
            let url: Url = url.parse().unwrap();
            let found = requests(
                &Extract { records: titles.iter().map(|title| draft("k", &[("title", title)])).collect(), ..Extract::default() },
                &url,
                "Market",
            );
            assert_eq!(found.as_ref().map(|found| found.sure), want, "{titles:?} {url}: {found:?}");
        }
    }
}
