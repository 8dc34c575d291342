//! The words of the page on which recipients say what they want, in every language. Knows no page and no wish.

use jiff::civil::Date;

use super::Language;

/// A fixed text of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// Over everything.
    Title,
    /// A wish was stored.
    Saved,
    /// They get everything.
    GetsAll,
    /// A digest a week, and alerts.
    GetsWeekly,
    /// A digest a week and nothing else.
    GetsWeeklyOnly,
    /// Digests and no alerts.
    GetsDigests,
    /// Alerts and no digests.
    GetsAlerts,
    /// Nothing at all.
    GetsNothing,
    /// A button: everything again.
    Resume,
    /// A button: nothing for two weeks.
    PauseWeeks,
    /// A button: nothing for a month.
    PauseMonth,
    /// A button: one digest a week.
    Weekly,
    /// A button: digests as often as before.
    Usual,
    /// A button.
    DigestsOnly,
    /// A button.
    AlertsOnly,
    /// A button: no more mails.
    Stop,
    /// The link is not one of ours.
    WrongLink,
    /// Why that may be.
    WrongLinkWhy,
    /// Something failed here.
    NotYet,
    /// What to do then.
    TryAgain,
}

impl Language {
    /// A text of the page.
    pub const fn say(self, what: Say) -> &'static str {
        let [en, es, ru] = match what {
            Say::Title => ["Your mails", "Tus correos", "Ваши письма"],
            Say::Saved => ["Saved.", "Guardado.", "Сохранено."],
            Say::GetsAll => ["digests and urgent alerts.", "resúmenes y avisos urgentes.", "сводки и срочные уведомления."],
            Say::GetsWeekly => [
                "one digest a week, and urgent alerts.",
                "un resumen por semana y avisos urgentes.",
                "одна сводка в неделю и срочные уведомления.",
            ],
            Say::GetsWeeklyOnly => {
                ["one digest a week, no alerts.", "un resumen por semana, sin avisos.", "одна сводка в неделю, без уведомлений."]
            }
            Say::GetsDigests => ["digests only, no alerts.", "solo resúmenes, sin avisos.", "только сводки, без уведомлений."],
            Say::GetsAlerts => {
                ["urgent alerts only, no digests.", "solo avisos urgentes, sin resúmenes.", "только срочные уведомления, без сводок."]
            }
            Say::GetsNothing => ["no more mails.", "ningún correo más.", "больше никаких писем."],
            Say::Resume => ["Send me everything again", "Volver a recibirlo todo", "Снова получать всё"],
            Say::PauseWeeks => ["Pause for two weeks", "Pausar dos semanas", "Приостановить на две недели"],
            Say::PauseMonth => ["Pause for a month", "Pausar un mes", "Приостановить на месяц"],
            Say::Weekly => ["One digest a week", "Un resumen por semana", "Одна сводка в неделю"],
            Say::Usual => ["Digests as often as before", "Resúmenes con la frecuencia de antes", "Сводки так же часто, как раньше"],
            Say::DigestsOnly => ["Digests only, no alerts", "Solo resúmenes, sin avisos", "Только сводки, без уведомлений"],
            Say::AlertsOnly => ["Alerts only, no digests", "Solo avisos, sin resúmenes", "Только уведомления, без сводок"],
            Say::Stop => ["No more mails at all", "No recibir ningún correo más", "Больше не присылать писем"],
            Say::WrongLink => ["This link is not valid.", "Este enlace no es válido.", "Эта ссылка недействительна."],
            Say::WrongLinkWhy => [
                "It may have been cut off by your mail program. Use the link of a newer mail.",
                "Puede que tu programa de correo lo haya cortado. Usa el enlace de un correo más reciente.",
                "Возможно, её обрезала почтовая программа. Откройте ссылку из более нового письма.",
            ],
            Say::NotYet => ["Not yet", "Todavía no", "Пока не получилось"],
            Say::TryAgain => [
                "It could not be stored just now. Please try again in a minute.",
                "Ahora mismo no se ha podido guardar. Inténtalo de nuevo en un minuto.",
                "Сейчас не удалось сохранить. Попробуйте ещё раз через минуту.",
            ],
        };
        match self {
            Self::En => en,
            Self::Es => es,
            Self::Ru => ru,
        }
    }

    /// Nothing comes until this day.
    pub fn paused_until(self, day: Date) -> String {
        let day = self.date(day);
        match self {
            Self::En => format!("paused until {day}. What comes meanwhile waits for the first digest after it."),
            Self::Es => format!("en pausa hasta el {day}. Lo que llegue mientras tanto espera al primer resumen después."),
            Self::Ru => format!("приостановлены до {day}. Всё, что появится за это время, придёт в первой сводке после паузы."),
        }
    }
}
