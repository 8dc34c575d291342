//! Whom sentences name, and whether two name the same. Knows no word of any language.

use std::collections::BTreeSet;

use super::names::core;

/// Of whom a sentence says something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Whom {
    /// The names without their legal form.
    names: BTreeSet<String>,
    /// Those that stand with one, and so are surely companies: as they are written, in their order.
    companies: Vec<String>,
    /// Who is named as somebody's client, owner, competitor: surely not whom it is about.
    not: BTreeSet<String>,
}

/// Whom the sentences before one name.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    /// Of whom the next one speaks when it goes on of the same.
    whom: Whom,
    /// The companies of the last sentence that names any, in their order.
    companies: Vec<String>,
}

impl Whom {
    /// By this name alone.
    pub fn called(name: &str) -> Self {
        Self { names: core(name).into_iter().collect(), ..Self::default() }
    }

    /// These companies.
    pub fn of<'a>(companies: impl IntoIterator<Item = &'a String>) -> Self {
        Self::default().with(companies)
    }

    /// These names, of which no legal form is known.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a String>) -> Self {
        Self { names: names.into_iter().cloned().collect(), ..Self::default() }
    }

    /// And these companies.
    pub fn with<'a>(mut self, companies: impl IntoIterator<Item = &'a String>) -> Self {
        for company in companies {
            self.names.extend(core(company));
            if !self.companies.contains(company) {
                self.companies.push(company.clone());
            }
        }
        self
    }

    /// And surely not these.
    pub fn but<'a>(self, not: impl IntoIterator<Item = &'a String>) -> Self {
        Self { not: not.into_iter().cloned().collect(), ..self }
    }

    /// Whether this is surely not whom it is about, though nobody else is named.
    pub fn excludes(&self, own: &str) -> bool {
        let own = Self::called(own);
        let excluded = Self { names: self.not.clone(), ..Self::default() };
        let is_in = |whom: &Self| !whom.is_nobody() && !are_others(whom, &own);
        self.companies.is_empty() && !own.is_nobody() && is_in(&excluded) && !is_in(self)
    }

    /// Whether it names nobody.
    pub fn is_nobody(&self) -> bool {
        self.names.is_empty()
    }

    /// Each of whom it is said: the companies that are surely others than `own`, and `None` for `own`, also where nobody is surely another. Where
    /// nobody knows whose the text is, whoever is surely a company is another.
    pub fn each(&self, own: Option<&str>) -> Vec<Option<&str>> {
        let Some(own) = own.map(Self::called) else {
            let all: Vec<Option<&str>> = self.companies.iter().map(|company| Some(company.as_str())).collect();
            return if all.is_empty() { vec![None] } else { all };
        };
        let others: Vec<&str> =
            self.companies.iter().filter(|company| are_others(&Self::called(company), &own)).map(String::as_str).collect();
        let is_named = others.len() < self.companies.len();
        if !is_named && !are_others(self, &own) {
            return vec![None];
        }
        let is_own = is_named || others.is_empty();
        is_own.then_some(None).into_iter().chain(others.into_iter().map(Some)).collect()
    }

    /// Without those of whom it is over; `None` where nobody is left.
    pub fn without(mut self, over: &Self) -> Option<Self> {
        if self.companies.len() < 2 {
            return are_others(over, &self).then_some(self);
        }
        let is_over = |company: &String| !are_others(over, &Self::called(company));
        let gone: Vec<String> = self.companies.iter().filter(|company| is_over(company)).filter_map(|company| core(company)).collect();
        self.companies.retain(|company| !is_over(company));
        self.names.retain(|name| !gone.contains(name));
        (!self.companies.is_empty()).then_some(self)
    }
}

impl Before {
    /// Takes in what a sentence names.
    pub fn take(&mut self, whom: Whom, companies: Vec<String>) {
        self.whom = whom;
        if !companies.is_empty() {
            self.companies.clear();
            for company in companies {
                if !self.companies.contains(&company) {
                    self.companies.push(company);
                }
            }
        }
    }

    /// Of whom a sentence speaks that goes on of the same.
    pub fn whom(&self) -> &Whom {
        &self.whom
    }

    /// How many companies were named.
    pub fn count(&self) -> usize {
        self.companies.len()
    }

    /// The one that was named first.
    pub fn first(&self) -> Whom {
        Whom::of(self.companies.first())
    }

    /// The one that was named last.
    pub fn last(&self) -> Whom {
        Whom::of(self.companies.last())
    }

    /// All of them.
    pub fn all(&self) -> Whom {
        Whom::of(&self.companies)
    }
}

/// Whether two sentences are surely of two: both name somebody, and none of the names is one of the other's, whole or in part.
pub(super) fn are_others(a: &Whom, b: &Whom) -> bool {
    let holds = |long: &str, short: &str| short.split(' ').all(|word| long.split(' ').any(|other| other == word));
    let same = |a: &String| b.names.iter().any(|b| holds(a, b) || holds(b, a));
    !a.is_nobody() && !b.is_nobody() && !a.names.iter().any(same)
}
