//! The HTML form, from the templates in `config/mail`. Escaping is on for every value; what is undefined is an error.

use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use super::RenderError;
use super::view::View;

/// Steps a template may take; a digest of 25 leads takes about a twentieth.
const FUEL: u64 = 2_000_000;

const TEMPLATES: [(&str, &str); 2] =
    [("letter.html", include_str!("../../config/mail/letter.html")), ("lead.html", include_str!("../../config/mail/lead.html"))];

pub(super) fn page(view: &View) -> Result<String, RenderError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    for (name, source) in TEMPLATES {
        environment.add_template(name, source)?;
    }
    Ok(environment.get_template("letter.html")?.render(minijinja::value::Serde(view))?)
}
