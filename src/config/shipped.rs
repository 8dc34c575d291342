//! The files that the program brings along and whose place others can take, to be copied and changed. Knows nobody who reads them.

use super::DEFAULTS;

/// A built-in file: its name below `config`, what it is, and its text.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Its name, `lexicons/en.toml`.
    pub name: &'static str,
    /// What it is, and which setting puts another one in its place.
    pub about: &'static str,
    /// As built in.
    pub text: &'static str,
}

/// All of them.
pub const SHIPPED: [Shipped; 7] = [
    Shipped { name: "default.toml", about: "all settings with their defaults and comments", text: DEFAULTS },
    Shipped {
        name: "lexicons/en.toml",
        about: "English words that are signals: [lexicons] signals",
        text: include_str!("../../config/lexicons/en.toml"),
    },
    Shipped {
        name: "lexicons/es.toml",
        about: "Spanish words that are signals: [lexicons] signals",
        text: include_str!("../../config/lexicons/es.toml"),
    },
    Shipped {
        name: "lexicons/ru.toml",
        about: "Russian words that are signals: [lexicons] signals",
        text: include_str!("../../config/lexicons/ru.toml"),
    },
    Shipped {
        name: "lexicons/clients.toml",
        about: "words of public bodies, state-owned companies and resellers: [lexicons] clients",
        text: include_str!("../../config/lexicons/clients.toml"),
    },
    Shipped {
        name: "codes/industries.toml",
        about: "which words, categories and codes are which industry: [lexicons] industries",
        text: include_str!("../../config/codes/industries.toml"),
    },
    Shipped {
        name: "presets/portals.toml",
        about: "what `portal = \"…\"` sets; its keys can be set in a source",
        text: include_str!("../../config/presets/portals.toml"),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_the_one_of_its_name_and_reads() {
        for file in SHIPPED {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(file.name);
            assert_eq!(std::fs::read_to_string(path).unwrap(), file.text, "{}", file.name);
            toml::from_str::<toml::Table>(file.text).unwrap_or_else(|why| panic!("{}: {why}", file.name));
        }
    }
}
