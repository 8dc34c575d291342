//! The words around the facts, in the reader's language. One more language is one more arm in each table; the compiler finds them all.

use jiff::civil::Date;

use crate::model::{FactName, SignalKind, whole_points};

/// A language that digests are written in. Source texts, the user's own reasons and quotes stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
    /// Russian.
    Ru,
}

/// A fixed text without a number or name in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    WhyNow,
    Score,
    Unknown,
    NextStep,
    Source,
    SourcesTitle,
    NotNamed,
    Segment,
    Updated,
    ProofLink,
    NoSources,
    Unsubscribe,
    WhyThisMail,
    OnlyNow,
    NoNews,
    DeadlinesTitle,
    BeforeDigest,
    Calendar,
    Reference,
    Class,
    Closes,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::En, Self::Es, Self::Ru];

    /// The language of a tag (`es`, `es-MX`), if it is spoken here.
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.tag() == primary)
    }

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
            Self::Ru => "ru",
        }
    }

    /// What a bare number of size counts.
    pub(super) const fn people(self) -> &'static str {
        match self {
            Self::En => "people",
            Self::Es => "personas",
            Self::Ru => "чел.",
        }
    }

    pub(super) const fn word(self, word: Word) -> &'static str {
        match (self, word) {
            (Self::En, Word::WhyNow) => "Why now",
            (Self::Es, Word::WhyNow) => "Por qué ahora",
            (Self::Ru, Word::WhyNow) => "Почему сейчас",
            (Self::En, Word::Score) => "Score",
            (Self::Es, Word::Score) => "Puntuación",
            (Self::Ru, Word::Score) => "Оценка",
            (Self::En, Word::Unknown) => "Still unknown",
            (Self::Es, Word::Unknown) => "Falta saber",
            (Self::Ru, Word::Unknown) => "Ещё неизвестно",
            (Self::En, Word::NextStep) => "Next step",
            (Self::Es, Word::NextStep) => "Siguiente paso",
            (Self::Ru, Word::NextStep) => "Следующий шаг",
            (Self::En, Word::Source) => "source",
            (Self::Es, Word::Source) => "fuente",
            (Self::Ru, Word::Source) => "источник",
            (Self::En, Word::SourcesTitle) => "How complete this is",
            (Self::Es, Word::SourcesTitle) => "Hasta qué punto está completo",
            (Self::Ru, Word::SourcesTitle) => "Полнота данных",
            (Self::En, Word::NotNamed) => "Not named yet",
            (Self::Es, Word::NotNamed) => "Aún sin nombre",
            (Self::Ru, Word::NotNamed) => "Пока без названия",
            (Self::En, Word::Segment) => "Segment",
            (Self::Es, Word::Segment) => "Segmento",
            (Self::Ru, Word::Segment) => "Сегмент",
            (Self::En, Word::Updated) => "update",
            (Self::Es, Word::Updated) => "actualización",
            (Self::Ru, Word::Updated) => "обновление",
            (Self::En, Word::ProofLink) => "see the page",
            (Self::Es, Word::ProofLink) => "ver la página",
            (Self::Ru, Word::ProofLink) => "открыть страницу",
            (Self::En, Word::NoSources) => "No source is being read: only what is imported can be found.",
            (Self::Es, Word::NoSources) => "No se lee ninguna fuente: solo se encuentra lo que se importa.",
            (Self::Ru, Word::NoSources) => "Ни один источник не читается: видно только то, что импортировано.",
            (Self::En, Word::Unsubscribe) => "Pause, change or stop these mails",
            (Self::Es, Word::Unsubscribe) => "Pausar, cambiar o dejar estos correos",
            (Self::Ru, Word::Unsubscribe) => "Приостановить, изменить или отключить эти письма",
            (Self::En, Word::WhyThisMail) => "You get this because you are a rep in Atalaya.",
            (Self::Es, Word::WhyThisMail) => "Recibes esto porque eres comercial en Atalaya.",
            (Self::Ru, Word::WhyThisMail) => "Вы получаете это письмо, потому что работаете с клиентами в Atalaya.",
            (Self::En, Word::OnlyNow) => "It scores so high that it comes at once.",
            (Self::Es, Word::OnlyNow) => "Puntúa tan alto que llega al momento.",
            (Self::Ru, Word::OnlyNow) => "Оценка так высока, что письмо пришло сразу.",
            (Self::En, Word::DeadlinesTitle) => "Deadlines coming up",
            (Self::Es, Word::DeadlinesTitle) => "Plazos que vencen pronto",
            (Self::Ru, Word::DeadlinesTitle) => "Скоро истекают сроки",
            (Self::En, Word::BeforeDigest) => "It closes before your next digest, or too soon after it, so this comes at once.",
            (Self::Es, Word::BeforeDigest) => "El plazo vence antes de tu próximo resumen, o poco después, por eso llega al momento.",
            (Self::Ru, Word::BeforeDigest) => "Срок истекает до следующей сводки или сразу после неё, поэтому письмо пришло сразу.",
            (Self::En, Word::Calendar) => "Your calendar of deadlines (keep the address to yourself)",
            (Self::Es, Word::Calendar) => "Tu calendario de plazos (no compartas la dirección)",
            (Self::Ru, Word::Calendar) => "Ваш календарь сроков (никому не давайте адрес)",
            (Self::En, Word::Reference) => "Reference",
            (Self::Es, Word::Reference) => "Referencia",
            (Self::Ru, Word::Reference) => "Номер для справок:",
            (Self::En, Word::Class) => "class",
            (Self::Es, Word::Class) => "clase",
            (Self::Ru, Word::Class) => "класс",
            (Self::En, Word::Closes) => "Closes",
            (Self::Es, Word::Closes) => "Cierra",
            (Self::Ru, Word::Closes) => "Срок истекает",
            (Self::En, Word::NoNews) => {
                "This is no news: it was there when the source was added. You get it once; news comes with your digest."
            }
            (Self::Es, Word::NoNews) => {
                "No son novedades: ya estaba allí cuando se añadió la fuente. Llega una sola vez; las novedades vendrán en tu resumen."
            }
            (Self::Ru, Word::NoNews) => {
                "Это не новости: всё это уже было, когда источник добавили. Письмо приходит один раз; новости будут в сводке."
            }
        }
    }

    /// Of a telephone number whose country is not known.
    pub(super) const fn as_written(self) -> &'static str {
        match self {
            Self::En => "as written, its country is not known",
            Self::Es => "tal como está escrito, se desconoce el país",
            Self::Ru => "как написано, страна неизвестна",
        }
    }

    pub(super) const fn fact(self, name: FactName) -> &'static str {
        match (self, name) {
            (Self::En, FactName::Name) => "name",
            (Self::Es, FactName::Name) => "nombre",
            (Self::Ru, FactName::Name) => "название",
            (Self::En, FactName::Website) => "website",
            (Self::Es, FactName::Website) => "sitio web",
            (Self::Ru, FactName::Website) => "сайт",
            (Self::En, FactName::Phone) => "phone",
            (Self::Es, FactName::Phone) => "teléfono",
            (Self::Ru, FactName::Phone) => "телефон",
            (Self::En, FactName::Email) => "e-mail",
            (Self::Es, FactName::Email) => "correo",
            (Self::Ru, FactName::Email) => "эл. почта",
            (Self::En, FactName::TaxId) => "tax number",
            (Self::Es, FactName::TaxId) => "NIF",
            (Self::Ru, FactName::TaxId) => "ИНН",
            (Self::En, FactName::Address) => "address",
            (Self::Es, FactName::Address) => "dirección",
            (Self::Ru, FactName::Address) => "адрес",
            (Self::En, FactName::Place) => "town",
            (Self::Es, FactName::Place) => "localidad",
            (Self::Ru, FactName::Place) => "город",
            (Self::En, FactName::Region) => "region",
            (Self::Es, FactName::Region) => "región",
            (Self::Ru, FactName::Region) => "регион",
            (Self::En, FactName::Country) => "country",
            (Self::Es, FactName::Country) => "país",
            (Self::Ru, FactName::Country) => "страна",
            (Self::En, FactName::Industry) => "industry",
            (Self::Es, FactName::Industry) => "sector",
            (Self::Ru, FactName::Industry) => "отрасль",
            (Self::En, FactName::Size) => "size",
            (Self::Es, FactName::Size) => "tamaño",
            (Self::Ru, FactName::Size) => "размер",
            (Self::En, FactName::Person) => "person to speak to",
            (Self::Es, FactName::Person) => "persona de contacto",
            (Self::Ru, FactName::Person) => "контактное лицо",
            (Self::En, FactName::Parent) => "parent company",
            (Self::Es, FactName::Parent) => "empresa matriz",
            (Self::Ru, FactName::Parent) => "головная компания",
            (Self::En, FactName::FormerName) => "formerly",
            (Self::Es, FactName::FormerName) => "antes",
            (Self::Ru, FactName::FormerName) => "ранее",
            (Self::En, FactName::Postcode) => "postcode",
            (Self::Es, FactName::Postcode) => "código postal",
            (Self::Ru, FactName::Postcode) => "индекс",
        }
    }

    pub(super) const fn signal(self, kind: SignalKind) -> &'static str {
        match (self, kind) {
            (Self::En, SignalKind::RequestForSuppliers) => "Looks for a supplier",
            (Self::Es, SignalKind::RequestForSuppliers) => "Busca proveedor",
            (Self::Ru, SignalKind::RequestForSuppliers) => "Ищет поставщика",
            (Self::En, SignalKind::TenderPublished) => "Tender published",
            (Self::Es, SignalKind::TenderPublished) => "Licitación publicada",
            (Self::Ru, SignalKind::TenderPublished) => "Объявлен тендер",
            (Self::En, SignalKind::DeadlineMoved) => "Deadline moved",
            (Self::Es, SignalKind::DeadlineMoved) => "Plazo cambiado",
            (Self::Ru, SignalKind::DeadlineMoved) => "Срок перенесён",
            (Self::En, SignalKind::TenderPlanned) => "Tender announced",
            (Self::Es, SignalKind::TenderPlanned) => "Licitación anunciada",
            (Self::Ru, SignalKind::TenderPlanned) => "Тендер планируется",
            (Self::En, SignalKind::TenderChanged) => "Tender changed",
            (Self::Es, SignalKind::TenderChanged) => "Licitación modificada",
            (Self::Ru, SignalKind::TenderChanged) => "Тендер изменён",
            (Self::En, SignalKind::TenderSuspended) => "Tender suspended",
            (Self::Es, SignalKind::TenderSuspended) => "Licitación suspendida",
            (Self::Ru, SignalKind::TenderSuspended) => "Тендер приостановлен",
            (Self::En, SignalKind::TenderCancelled) => "Tender cancelled",
            (Self::Es, SignalKind::TenderCancelled) => "Licitación cancelada",
            (Self::Ru, SignalKind::TenderCancelled) => "Тендер отменён",
            (Self::En, SignalKind::TenderAwarded) => "Tender awarded",
            (Self::Es, SignalKind::TenderAwarded) => "Licitación adjudicada",
            (Self::Ru, SignalKind::TenderAwarded) => "Тендер завершён, есть победитель",
            (Self::En, SignalKind::ContractModified) => "Contract changed",
            (Self::Es, SignalKind::ContractModified) => "Contrato modificado",
            (Self::Ru, SignalKind::ContractModified) => "Контракт изменён",
            (Self::En, SignalKind::ContractCompleted) => "Contract ended",
            (Self::Es, SignalKind::ContractCompleted) => "Contrato terminado",
            (Self::Ru, SignalKind::ContractCompleted) => "Контракт завершён",
            (Self::En, SignalKind::AwardWon) => "Won an award",
            (Self::Es, SignalKind::AwardWon) => "Contrato adjudicado",
            (Self::Ru, SignalKind::AwardWon) => "Получен контракт",
            (Self::En, SignalKind::AwardLost) => "Lost an award",
            (Self::Es, SignalKind::AwardLost) => "Licitación perdida",
            (Self::Ru, SignalKind::AwardLost) => "Тендер проигран",
            (Self::En, SignalKind::AwardAnnulled) => "Award annulled",
            (Self::Es, SignalKind::AwardAnnulled) => "Adjudicación anulada",
            (Self::Ru, SignalKind::AwardAnnulled) => "Результат отменён",
            (Self::En, SignalKind::ContractExpiring) => "Contract ends soon",
            (Self::Es, SignalKind::ContractExpiring) => "Contrato por vencer",
            (Self::Ru, SignalKind::ContractExpiring) => "Контракт заканчивается",
            (Self::En, SignalKind::ExhibitorListed) => "Exhibitor",
            (Self::Es, SignalKind::ExhibitorListed) => "Expositor de feria",
            (Self::Ru, SignalKind::ExhibitorListed) => "Участник выставки",
            (Self::En, SignalKind::OrganisationListed) => "Newly listed",
            (Self::Es, SignalKind::OrganisationListed) => "Alta nueva",
            (Self::Ru, SignalKind::OrganisationListed) => "Новая компания",
            (Self::En, SignalKind::OfferListed) => "New offer",
            (Self::Es, SignalKind::OfferListed) => "Oferta nueva",
            (Self::Ru, SignalKind::OfferListed) => "Новое предложение",
            (Self::En, SignalKind::PriceMoved) => "Price moved",
            (Self::Es, SignalKind::PriceMoved) => "Cambio de precio",
            (Self::Ru, SignalKind::PriceMoved) => "Цена изменилась",
            (Self::En, SignalKind::VacancyPublished) => "Is hiring",
            (Self::Es, SignalKind::VacancyPublished) => "Busca personal",
            (Self::Ru, SignalKind::VacancyPublished) => "Ищет сотрудников",
            (Self::En, SignalKind::BranchOpened) => "New site",
            (Self::Es, SignalKind::BranchOpened) => "Sede nueva",
            (Self::Ru, SignalKind::BranchOpened) => "Новый филиал",
            (Self::En, SignalKind::ArticlePublished) => "In the press",
            (Self::Es, SignalKind::ArticlePublished) => "En la prensa",
            (Self::Ru, SignalKind::ArticlePublished) => "В прессе",
            (Self::En, SignalKind::RecordChanged) => "Entry changed",
            (Self::Es, SignalKind::RecordChanged) => "Ficha cambiada",
            (Self::Ru, SignalKind::RecordChanged) => "Запись изменилась",
            (Self::En, SignalKind::PageChanged) => "Page changed",
            (Self::Es, SignalKind::PageChanged) => "Página cambiada",
            (Self::Ru, SignalKind::PageChanged) => "Страница изменилась",
            (Self::En, SignalKind::WentAway) => "Went away",
            (Self::Es, SignalKind::WentAway) => "Desaparecido",
            (Self::Ru, SignalKind::WentAway) => "Больше не значится",
        }
    }

    /// "Mon 23 Nov 2026".
    pub(super) fn date(self, date: Date) -> String {
        const EN: ([&str; 7], [&str; 12]) = (
            ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        );
        const ES: ([&str; 7], [&str; 12]) = (
            ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
            ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
        );
        const RU: ([&str; 7], [&str; 12]) = (
            ["пн", "вт", "ср", "чт", "пт", "сб", "вс"],
            ["янв.", "февр.", "марта", "апр.", "мая", "июня", "июля", "авг.", "сент.", "окт.", "нояб.", "дек."],
        );
        let (days, months) = match self {
            Self::En => EN,
            Self::Es => ES,
            Self::Ru => RU,
        };
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        let month = usize::try_from(date.month() - 1).unwrap_or(0);
        format!("{} {} {} {}", days[weekday], date.day(), months[month], date.year())
    }

    /// How long ago, in days: "today", "3 days ago", "in 2 days".
    pub(super) fn age(self, days_ago: i64) -> String {
        match (self, days_ago) {
            (Self::En, 0) => "today".to_owned(),
            (Self::En, 1) => "yesterday".to_owned(),
            (Self::En, -1) => "tomorrow".to_owned(),
            (Self::En, ago) if ago > 0 => format!("{ago} days ago"),
            (Self::En, ahead) => format!("in {} days", -ahead),
            (Self::Es, 0) => "hoy".to_owned(),
            (Self::Es, 1) => "ayer".to_owned(),
            (Self::Es, -1) => "mañana".to_owned(),
            (Self::Es, ago) if ago > 0 => format!("hace {ago} días"),
            (Self::Es, ahead) => format!("dentro de {} días", -ahead),
            (Self::Ru, 0) => "сегодня".to_owned(),
            (Self::Ru, 1) => "вчера".to_owned(),
            (Self::Ru, -1) => "завтра".to_owned(),
            (Self::Ru, ago) if ago > 0 => format!("{ago} {} назад", of_number(ago, ["день", "дня", "дней"])),
            (Self::Ru, ahead) => format!("через {} {}", -ahead, of_number(-ahead, ["день", "дня", "дней"])),
        }
    }

    /// An amount of money with its digits in groups, as the reader writes them: `100000 EUR` is "100,000 EUR". Anything else as it is.
    pub(super) fn amounts(self, text: &str) -> String {
        let Some((number, currency)) = text.split_once(' ') else { return text.to_owned() };
        let (whole, part) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        let is_code = currency.len() == 3 && currency.bytes().all(|c| c.is_ascii_uppercase());
        if !is_code || !digits(whole) || part.is_some_and(|part| !digits(part)) {
            return text.to_owned();
        }
        let (group, mark) = match self {
            Self::En => (',', '.'),
            Self::Es => ('.', ','),
            // A number is not to be broken over two lines.
            Self::Ru => ('\u{a0}', ','),
        };
        let mut out = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                out.push(group);
            }
            out.push(digit);
        }
        if let Some(part) = part {
            out.push(mark);
            out.push_str(part);
        }
        format!("{out} {currency}")
    }

    pub(super) fn leads_for_you(self, n: usize) -> String {
        match (self, n) {
            (Self::En, 1) => "1 lead for you".to_owned(),
            (Self::En, n) => format!("{n} leads for you"),
            (Self::Es, 1) => "1 cliente posible para ti".to_owned(),
            (Self::Es, n) => format!("{n} clientes posibles para ti"),
            (Self::Ru, n) => {
                let words = ["возможный клиент", "возможных клиента", "возможных клиентов"];
                format!("{n} {} для вас", of_number(n, words))
            }
        }
    }

    pub(super) fn deadlines(self, n: usize) -> String {
        match self {
            Self::En => format!("{n} {} coming up", plural(n, "deadline", "deadlines")),
            Self::Es => format!("{n} {}", plural(n, "plazo que vence pronto", "plazos que vencen pronto")),
            Self::Ru => {
                format!("Скоро {} {n} {}", of_number(n, ["истекает", "истекают", "истекают"]), of_number(n, ["срок", "срока", "сроков"]))
            }
        }
    }

    pub(super) fn already_held(self, source: &str, n: usize) -> String {
        match self {
            Self::En => format!("What {source} already held: {n} {}", plural(n, "lead", "leads")),
            Self::Es => format!("Lo que ya había en {source}: {n} {}", plural(n, "cliente posible", "clientes posibles")),
            Self::Ru => {
                let words = ["возможный клиент", "возможных клиента", "возможных клиентов"];
                format!("Что уже было в источнике «{source}»: {n} {}", of_number(n, words))
            }
        }
    }

    /// Leads of which a line each is said.
    pub(super) fn and_more(self, n: usize) -> String {
        match self {
            Self::En => format!("And {n} more {}, a line each:", plural(n, "lead", "leads")),
            Self::Es => format!("Y {n} {} más, una línea cada uno:", plural(n, "cliente posible", "clientes posibles")),
            Self::Ru => {
                let words = ["возможный клиент", "возможных клиента", "возможных клиентов"];
                format!("И ещё {n} {}, по строке о каждом:", of_number(n, words))
            }
        }
    }

    /// Deadlines that did not fit.
    pub(super) fn and_more_due(self, n: usize) -> String {
        match self {
            Self::En => format!("And {n} more {}, a line each:", plural(n, "deadline", "deadlines")),
            Self::Es => format!("Y {n} {} más, una línea cada uno:", plural(n, "plazo", "plazos")),
            Self::Ru => format!("И ещё {n} {}, по строке о каждом:", of_number(n, ["срок", "срока", "сроков"])),
        }
    }

    /// What of a tender changed too.
    pub(super) fn and_more_fields(self, n: usize) -> String {
        match self {
            Self::En => format!("and {n} more {}", plural(n, "field", "fields")),
            Self::Es => format!("y {n} {} más", plural(n, "dato", "datos")),
            Self::Ru => format!("и ещё {n} {}", of_number(n, ["поле", "поля", "полей"])),
        }
    }

    /// Reasons that did not fit.
    pub(super) fn and_more_reasons(self, n: usize) -> String {
        match self {
            Self::En => format!("And {n} more."),
            Self::Es => format!("Y {n} más."),
            Self::Ru => format!("И ещё {n}."),
        }
    }

    pub(super) fn score_line(self, fit: i64, signal: i64, known: u8) -> String {
        let [fits, now, known_is, is_known] = match self {
            Self::En => ["how well it fits ", "why now ", "", " % known"],
            Self::Es => ["cuánto encaja ", "por qué ahora ", "se conoce el ", "\u{a0}%"],
            Self::Ru => ["соответствие ", "почему сейчас ", "известно ", "\u{a0}%"],
        };
        let who = format!("{fits}{}", whole_points(fit));
        let why = (signal != 0).then(|| format!("{now}{}", whole_points(signal)));
        let share = (known < 100).then(|| format!("{known_is}{known}{is_known}"));
        std::iter::once(who).chain(why).chain(share).collect::<Vec<_>>().join(" · ")
    }

    pub(super) fn other_rules(self, n: usize) -> String {
        match self {
            Self::En => format!("{n} more {}", plural(n, "rule", "rules")),
            Self::Es => format!("{n} {} más", plural(n, "regla", "reglas")),
            Self::Ru => format!("ещё {n} {}", of_number(n, ["правило", "правила", "правил"])),
        }
    }

    pub(super) fn between(self, low: i64, high: i64) -> String {
        let (low, high) = (whole_points(low), whole_points(high));
        match self {
            Self::En => format!("Once known, the total lies between {low} and {high}."),
            Self::Es => format!("Al saberlo, el total queda entre {low} y {high}."),
            Self::Ru => format!("Когда это станет известно, итог будет от {low} до {high}."),
        }
    }

    pub(super) fn seen(self, when: &str) -> String {
        match self {
            Self::En => format!("seen {when}"),
            Self::Es => format!("visto {when}"),
            Self::Ru => format!("замечено {when}"),
        }
    }
}

pub(super) const fn plural<'a>(n: usize, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

/// The Russian form for a number: one, two to four, many.
pub(super) fn of_number<N: TryInto<u64>>(n: N, [one, few, many]: [&'static str; 3]) -> &'static str {
    let n = n.try_into().unwrap_or(0);
    match (n % 10, n % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

/// Whole points with their sign.
pub(super) fn signed(hundredths: i64) -> String {
    let plus = if whole_points(hundredths) > 0 { "+" } else { "" };
    format!("{plus}{}", whole_points(hundredths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags() {
        for (tag, want) in [
            ("es", Some(Language::Es)),
            ("es-MX", Some(Language::Es)),
            ("ES_es", Some(Language::Es)),
            ("en-GB", Some(Language::En)),
            ("ru", Some(Language::Ru)),
            ("de", None),
        ] {
            assert_eq!(Language::of(tag), want, "{tag}");
        }
    }

    #[test]
    fn amounts_are_written_as_the_reader_writes_them() {
        for (given, want) in [
            ("100000 EUR", ["100,000 EUR", "100.000 EUR", "100\u{a0}000 EUR"]),
            ("1234567.50 USD", ["1,234,567.50 USD", "1.234.567,50 USD", "1\u{a0}234\u{a0}567,50 USD"]),
            ("950 EUR", ["950 EUR", "950 EUR", "950 EUR"]),
            // No amount, or of no known currency: as it is.
            ("100000", ["100000", "100000", "100000"]),
            ("2026 was good", ["2026 was good", "2026 was good", "2026 was good"]),
            ("12/2026 LOT", ["12/2026 LOT", "12/2026 LOT", "12/2026 LOT"]),
        ] {
            assert_eq!(Language::ALL.map(|language| language.amounts(given)), want, "{given}");
        }
    }

    #[test]
    fn points_are_whole() {
        for (given, want) in [(2_000, "+20"), (1_525, "+15"), (4_250, "+43"), (-450, "-5"), (-1_049, "-10"), (7, "0"), (-7, "0"), (0, "0")]
        {
            assert_eq!(signed(given), want);
        }
    }

    #[test]
    fn dates_and_ages() {
        let day = jiff::civil::date(2026, 11, 23);
        assert_eq!(Language::En.date(day), "Mon 23 Nov 2026");
        assert_eq!(Language::Es.date(day), "lun 23 nov 2026");
        for (ago, en, es) in
            [(0, "today", "hoy"), (1, "yesterday", "ayer"), (3, "3 days ago", "hace 3 días"), (-2, "in 2 days", "dentro de 2 días")]
        {
            assert_eq!(Language::En.age(ago), en);
            assert_eq!(Language::Es.age(ago), es);
        }
    }

    #[test]
    fn russian_counts_in_three_forms() {
        for (n, want) in [
            (1_i64, "1 день назад"),
            (2, "2 дня назад"),
            (5, "5 дней назад"),
            (11, "11 дней назад"),
            (21, "21 день назад"),
            (22, "22 дня назад"),
            (112, "112 дней назад"),
        ] {
            let words = format!("{n} {} назад", of_number(n, ["день", "дня", "дней"]));
            assert_eq!(words, want);
        }
        assert_eq!(Language::Ru.leads_for_you(3), "3 возможных клиента для вас");
        assert_eq!(Language::Ru.date(jiff::civil::date(2026, 11, 23)), "пн 23 нояб. 2026");
    }
}
