//! Whether a title says that somebody to work is wanted: a trade behind "wanted", or before it. Knows no board.

use std::sync::LazyLock;

use regex::Regex;

use super::requests::WANTED;

/// What may stand between: how many, of what kind, since when.
const BETWEEN: &str = "\\d+|an?|the|un[ae]?|ein(?:e|en)?|на работу|срочно|в \\w+|[\\w-]+(?:ый|ий|ой|ая|ые|ие)|urgente(?:mente)?|urgently|experimentad[oa]s?|\
    experienced|skilled|qualified|certified|good|senior|junior|young|night|full-time|part-time|truck|lorry|van|bus|delivery|forklift|warehouse|kitchen|sales|\
    machine|cnc|factory|shop|pastry|erfahrenen?|motivierten?|zuverlässigen?|gelernten?";

/// Trades by their English names: what follows must not make another thing of them ("welder helmet").
const ENGLISH: &str = "bakers?|welders?|drivers?|cooks?|chefs?|waiters?|waitress(?:es)?|electricians?|plumbers?|mechanics?|carpenters?|bricklayers?|labou?rers?|\
    operators?|machinists?|fitters?|technicians?|engineers?|accountants?|nurses?|cleaners?|cashiers?|clerks?|sales(?:person|people|man|men|woman|reps?)|\
    assistants?|receptionists?|developers?|programmers?|workers?|staff|employees?|apprentices?|foremen|foreman|packers?|pickers?|butchers?|hairdressers?|\
    guards?|seamstress(?:es)?|tailors?|painters?|roofers?|joiners?|locksmiths?|turners?|storekeepers?|managers?";

/// Trades by their names in other languages.
const OTHERS: &str = "(?:panader|pasteler|cociner|camarer|fontaner|mecánic|carpinter|operari|dependient|cajer|administrativ|ingenier|técnic|enfermer|médic|\
    farmacéutic|carnicer|pescader|peluquer|jardiner|camioner|carretiller|torner|costurer|emplead|cozinheir|padeir|enfermeir|empregad)[oae]s?|\
    (?:soldador|conductor|vendedor|programador|desarrollador|diseñador|limpiador|repartidor|montador|pintor|cuidador|trabajador|profesor|monitor|operador)(?:as?|es)?|\
    chófer(?:es)?|electricistas?|albañil(?:es)?|pe[oó]n(?:es)?|mozos? de almac[eé]n|comercial(?:es)?|contables?|auxiliar(?:es)?|ayudantes?|recepcionistas?|\
    vigilantes?|motoristas?|personal|pessoal|personale|personnel|\
    (?:bäcker|schweißer|kraftfahrer|berufskraftfahrer|fahrer|elektriker|elektroniker|mechaniker|mechatroniker|schlosser|maurer|maler|tischler|verkäufer|\
    kassierer|staplerfahrer|mitarbeiter|techniker|buchhalter|kellner|dreher|monteur|metzger)(?:in|innen|n|s)?|koch|köch(?:e|in|innen)|lagerist(?:en|in)?|\
    ingenieur(?:e|in)?|aushilfen?|(?:pflege|reinigungs|küchen|büro|fach)kr(?:aft|äfte)|\
    boulang(?:er|ère)s?|soude(?:ur|use)s?|chauffeurs?|cuisini(?:er|ère)s?|serve(?:ur|use)s?|vende(?:ur|use)s?|maçons?|électricien(?:ne)?s?|plombiers?|\
    mécanicien(?:ne)?s?|technicien(?:ne)?s?|ouvri(?:er|ère)s?|comptables?|infirmi(?:er|ère)s?|employée?s?|salariée?s?|\
    panettier[ei]|saldator[ei]|autist[ai]|cuoc(?:o|a|hi)|camerier[eai]|elettricist[ai]|idraulic[oi]|meccanic[oi]|opera[io]|magazzinier[ei]|impiegat[oai]|commess[oaei]|\
    (?:пекар|водител|слесар|токар|секретар|врач|сторож|столяр|маляр|фельдшер|повар|продавец|кассир|бухгалтер|менеджер|инженер|электрик|электромонтер|электромонтёр|\
    плотник|монтажник|строител|оператор|сотрудник|работник|специалист|охранник|официант|бармен|курьер|администратор|программист|разработчик|дизайнер|фармацевт|\
    механик|технолог|мастер|помощник|экспедитор|диспетчер|логист|юрист|экономист|кондитер|мясник|тракторист|машинист|сантехник|автослесар|разнорабоч|\
    парикмахер|сварщик|грузчик|фрезеровщик|кладовщик|комплектовщик|упаковщик|уборщик|штукатур|крановщик|каменщик|бетонщик|арматурщик|отделочник|\
    газоэлектросварщик|электросварщик|стропальщик|наладчик|закройщик|обвальщик)(?:ь|а|я|у|ю|ом|ем|ы|и|ий|ие|его|их|ов|ей|ам|ям)?|\
    продавц(?:а|ы|ов)|уборщиц[аыу]?|медсестр[аыу]?|медсестер|швея|швеи|швей|рабочи[ей]|рабочего|рабочих|персонал|доярк[аиу]|нян[яию]";

/// Behind the trade.
const BEHIND: &str = "gesucht|wanted|needed|required|cercasi|требуется|требуются|нужен|нужна|нужны";

/// Whether something is wanted at all: all trades take megabytes to look for, and most titles want nothing.
static CALLS: LazyLock<Regex> = LazyLock::new(|| Regex::new(&format!("(?i)(?:{WANTED}|{BEHIND})")).expect("the pattern is fixed"));

static STAFF: LazyLock<Regex> = LazyLock::new(|| {
    let trade = format!(
        r"(?:(?:{OTHERS})\b|(?:{ENGLISH})(?:\s*$|\s*[^\w\s'’-]|\s+(?:in|for|at|with|to|on|who|and|near|needed|wanted|required)\b))"
    );
    let pattern = format!(
        r"(?i)^[\W_]*(?:(?:{WANTED})\b[\s:,–—-]*(?:(?:{BETWEEN})\s+){{0,3}}{trade}|(?:(?:{BETWEEN})\s+){{0,2}}(?:{OTHERS}|{ENGLISH})\s+(?:[\w-]+\s+){{0,3}}(?:{BEHIND})\b)"
    );
    Regex::new(&pattern).expect("the pattern is fixed")
});

/// Whether what is called so is work that is offered.
pub(super) fn is_wanted(title: &str) -> bool {
    CALLS.is_match(title) && STAFF.is_match(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trade_that_is_wanted_is_work() {
        for (title, want) in [
            ("Требуется пекарь", true),
            ("«Требуется пекарь»", true),
            ("Требуются: опытные сварщики, водители", true),
            ("Нужна срочно медсестра", true),
            ("Пекарь требуется", true),
            ("Водители категории Е требуются", true),
            ("Se necesita panadero", true),
            ("Se busca soldador", true),
            ("Se necesitan 3 conductores", true),
            ("Wanted: truck driver", true),
            ("Looking for an experienced welder in Leeds", true),
            ("Bäcker gesucht", true),
            ("Nous recherchons un boulanger", true),
            ("Cercasi saldatore", true),
            ("Требуется плёнка", false),
            ("Требуется кондитерское оборудование", false),
            ("Нужен сварочный аппарат", false),
            ("Требуется поставщик хлеба", false),
            ("Se necesita horno de panadero", false),
            ("Se busca proveedor de film", false),
            ("Wanted: welder helmets", false),
            ("Wanted: cook-chill cabinet", false),
            ("Pallets wanted", false),
            ("Пекарь со стажем", false),
            ("", false),
        ] {
            assert_eq!(is_wanted(title), want, "{title}");
        }
    }
}
