//! The pieces that pages are made of: fields, tables, numbers, times.

use guildhall_domain::{Moment, text::Language};
use maud::{Markup, Render, html};
use time::OffsetDateTime;

use crate::{asked::Pages, trouble::Trouble, words as w};

/// What is typed into a field.
#[derive(Debug, Clone, Copy)]
enum Kind<'a> {
    Line(&'a str),
    Lines(u8),
    Choice(&'a [(&'a str, &'a str)]),
}

/// A labelled field, with its hint and what is wrong with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    id: &'a str,
    label: &'a str,
    kind: Kind<'a>,
    value: &'a str,
    hint: Option<&'a str>,
    flaw: Option<&'a str>,
    needed: bool,
    autocomplete: Option<&'a str>,
    language: Option<&'a str>,
}

impl<'a> Field<'a> {
    const fn of(id: &'a str, label: &'a str, kind: Kind<'a>) -> Self {
        let (hint, flaw, autocomplete, language) = (None, None, None, None);
        Self { id, label, kind, value: "", hint, flaw, needed: false, autocomplete, language }
    }

    /// One line of text.
    pub(crate) const fn line(id: &'a str, label: &'a str) -> Self {
        Self::of(id, label, Kind::Line("text"))
    }

    /// An e-mail address.
    pub(crate) const fn email(id: &'a str, label: &'a str) -> Self {
        Self::of(id, label, Kind::Line("email"))
    }

    /// A password; never shown again.
    pub(crate) const fn password(id: &'a str, label: &'a str) -> Self {
        Self::of(id, label, Kind::Line("password"))
    }

    /// Words to look for.
    pub(crate) const fn search(id: &'a str, label: &'a str) -> Self {
        Self::of(id, label, Kind::Line("search"))
    }

    /// Several lines.
    pub(crate) const fn lines(id: &'a str, label: &'a str, rows: u8) -> Self {
        Self::of(id, label, Kind::Lines(rows))
    }

    /// One of these: values and labels.
    pub(crate) const fn choice(id: &'a str, label: &'a str, of: &'a [(&'a str, &'a str)]) -> Self {
        Self::of(id, label, Kind::Choice(of))
    }

    /// With what it says.
    pub(crate) const fn value(self, value: &'a str) -> Self {
        Self { value, ..self }
    }

    /// With a hint below the label.
    pub(crate) const fn hint(self, hint: &'a str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// With what is wrong with it, if anything is.
    pub(crate) fn or(self, trouble: &'a Trouble) -> Self {
        Self { flaw: trouble.at(self.id), ..self }
    }

    /// It can't be left empty.
    pub(crate) const fn needed(self) -> Self {
        Self { needed: true, ..self }
    }

    /// What a browser may fill in by itself.
    pub(crate) const fn autocomplete(self, what: &'a str) -> Self {
        Self { autocomplete: Some(what), ..self }
    }

    /// The language of what it says, if that is one.
    pub(crate) fn language(self, language: &'a str) -> Self {
        Self { language: Some(language).filter(|tag| Language::parse(tag).is_ok()), ..self }
    }

    fn described(&self) -> Option<String> {
        let hint = self.hint.map(|_| format!("{}-hint", self.id));
        let flaw = self.flaw.map(|_| format!("{}-flaw", self.id));
        let all: Vec<_> = flaw.into_iter().chain(hint).collect();
        (!all.is_empty()).then(|| all.join(" "))
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let (id, described) = (self.id, self.described());
        let invalid = self.flaw.map(|_| "true");
        html! {
            div.field.flawed[self.flaw.is_some()] {
                label for=(id) {
                    (self.label)
                    @if !self.needed && !matches!(self.kind, Kind::Choice(_) | Kind::Line("search")) {
                        span.optional { " " (w::OPTIONAL) }
                    }
                }
                @if let Some(hint) = self.hint { p.hint id={ (id) "-hint" } { (hint) } }
                @if let Some(flaw) = self.flaw { p.flaw id={ (id) "-flaw" } { (self.label) " " (flaw) } }
                @match self.kind {
                    Kind::Line(kind) => input type=(kind) id=(id) name=(id) value=(self.value) required[self.needed]
                        aria-describedby=[described] aria-invalid=[invalid] autocomplete=[self.autocomplete] lang=[self.language];,
                    Kind::Lines(rows) => textarea id=(id) name=(id) rows=(rows) required[self.needed]
                        aria-describedby=[described] aria-invalid=[invalid] lang=[self.language] { "\n" (self.value) },
                    Kind::Choice(of) => select id=(id) name=(id) required[self.needed] aria-describedby=[described] aria-invalid=[invalid] {
                        @for (value, label) in of { option value=(value) selected[*value == self.value] { (label) } }
                    },
                }
            }
        }
    }
}

/// A link that looks like the one thing to do.
pub(crate) fn onward_button(to: &str, words: &str) -> Markup {
    html! { a.button.primary href=(to) { (words) } }
}

/// A link that looks like something to do.
pub(crate) fn button(to: &str, words: &str) -> Markup {
    html! { a.button href=(to) { (words) } }
}

/// A way back up.
pub(crate) fn trail(steps: &[(&str, &str)]) -> Markup {
    html! {
        nav.trail aria-label=(w::TRAIL) {
            ol { @for (to, words) in steps { li { a href=(to) { (words) } } } }
        }
    }
}

/// The other pages of a list.
pub(crate) fn pager(pages: &Pages) -> Markup {
    html! {
        @if pages.first.is_some() || pages.next.is_some() {
            nav.pager aria-label=(w::PAGES) {
                @if let Some(first) = &pages.first { a.button href=(first) rel="first" { (w::FIRST_PAGE) } }
                @if let Some(next) = &pages.next { a.button href=(next) rel="next" { (w::NEXT_PAGE) } }
            }
        }
    }
}

/// What a list says when it is empty.
pub(crate) fn nothing(words: &str) -> Markup {
    html! { p.nothing { (words) } }
}

/// A share from 0 to 1 as a bar with its number.
pub(crate) fn share(of: f32) -> Markup {
    html! { span.share { meter min="0" max="1" value=(format!("{of:.3}")) aria-hidden="true" {} span { (percent(of)) } } }
}

/// `93 %`.
pub(crate) fn percent(of: f32) -> String {
    format!("{:.0} %", of * 100.0)
}

/// A number with its noun: `1 phrase`, `2 phrases`.
pub(crate) fn count(n: usize, (one, many): (&str, &str)) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// A point in time, as people read it; the script turns it into their own zone.
pub(crate) fn moment(at: Moment) -> Markup {
    let words = OffsetDateTime::from_unix_timestamp(at.seconds()).map(|at| {
        let month: String = at.month().to_string().chars().take(3).collect();
        format!("{} {month} {}, {:02}:{:02} UTC", at.day(), at.year(), at.hour(), at.minute())
    });
    html! { time datetime=(at) { (words.unwrap_or_default()) } }
}

/// A word that says how something stands.
pub(crate) fn badge(kind: &str, words: &str) -> Markup {
    html! { span class={ "badge " (kind) } { (words) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guildhall_domain::Refusal;

    #[test]
    fn a_field_tells_what_it_is_and_what_is_wrong() {
        let trouble = Trouble::of(Refusal::flaw("/name", "empty", "must not be empty")).unwrap();
        let html = Field::line("name", "Name").hint("Short").value("<x>").needed().or(&trouble).render().into_string();
        for part in [
            r#"<label for="name">Name</label>"#,
            r#"aria-describedby="name-flaw name-hint""#,
            r#"aria-invalid="true""#,
            r#"value="&lt;x&gt;""#,
            "Name must not be empty",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn times_and_numbers_read_well() {
        assert!(moment(Moment(1_732_500_000_000_000)).into_string().contains(">25 Nov 2024, 02:00 UTC<"));
        assert_eq!(count(1, ("phrase", "phrases")), "1 phrase");
        assert_eq!(percent(0.934), "93 %");
    }
}
