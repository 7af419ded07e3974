//! Merging three-way: by intent, field, answer, and the place where each phrase stands.

use std::collections::{BTreeMap, BTreeSet};

use super::{Contents, Misfit, PatchSet, by_id, phrases};
use crate::{
    Id,
    content::{Content, FrozenIntent},
    folded, id,
    intent::{Answer, AnswerPlace, Phrase},
};

/// Which side of a clash is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// What stands there now.
    Theirs,
    /// What the patch wants.
    Patch,
}

/// What a clash is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Whether the intent is there at all.
    Presence,
    /// Whose it is.
    Owner,
    /// Its name.
    Name,
    /// Its title.
    Title,
    /// What owners settled about it.
    Rules,
    /// Where a phrase stands.
    Phrase(Id<id::Phrase>),
    /// What one answer says.
    Answer(AnswerPlace),
}

/// Both sides changed the same thing differently. It is shown side by side and never resolved silently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Names it among those of one merge, for who chooses.
    pub key: String,
    /// The department that has, or had, the intent.
    pub department: Id<id::Department>,
    /// The intent.
    pub intent: Id<id::Intent>,
    /// Its name.
    pub name: String,
    /// What they clash about.
    pub field: Field,
    /// As it was when the patch was made; `None` where there was nothing.
    pub base: Option<String>,
    /// As it is now.
    pub theirs: Option<String>,
    /// As the patch wants it.
    pub patch: Option<String>,
}

/// What a merge gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The contents with the patch in them; where there is a clash that nobody decided, as they are now.
    pub contents: Contents,
    /// The clashes that nobody decided, in the order of their keys.
    pub clashes: Vec<Clash>,
}

/// Merges a patch that was made against `base` into what the contents are now, `theirs`. `decided` says which side a clash
/// takes, by its key. Where nothing moved, that is [`PatchSet::apply`]. Of the base only the intents that the patch names
/// are looked at ([`PatchSet::basis`]); everything else is as it is now.
pub fn merge(
    base: &Contents,
    theirs: &Contents,
    patch: &PatchSet,
    decided: impl Fn(&str) -> Option<Take>,
) -> Result<Merged, Vec<Misfit>> {
    let base = widened(base, theirs, patch);
    let mine = patch.make(&base, false)?;
    Ok(Merger::new(&base, theirs, &mine, &decided).run())
}

/// The base, with everything that the patch does not name as it is now.
fn widened(base: &Contents, theirs: &Contents, patch: &PatchSet) -> Contents {
    let named = patch.intents();
    let mut wide: Contents = theirs.keys().chain(base.keys()).map(|key| (*key, Content::default())).collect();
    let mut stands = BTreeSet::new();
    for (department, content) in base {
        for intent in content.intents.iter().filter(|intent| named.contains(&intent.id)) {
            stands.extend(intent.phrases.iter().map(|phrase| phrase.id));
            wide.entry(*department).or_default().intents.push(intent.clone());
        }
    }
    for (department, content) in theirs {
        for intent in content.intents.iter().filter(|intent| !named.contains(&intent.id)) {
            let mut intent = intent.clone();
            intent.phrases.retain(|phrase| !stands.contains(&phrase.id));
            wide.entry(*department).or_default().intents.push(intent);
        }
    }
    wide.values_mut().for_each(|content| content.intents.sort_by_key(|intent| intent.id));
    wide
}

struct Three<'a> {
    base: Option<(Id<id::Department>, &'a FrozenIntent)>,
    theirs: Option<(Id<id::Department>, &'a FrozenIntent)>,
    mine: Option<(Id<id::Department>, &'a FrozenIntent)>,
}

pub(super) struct Merger<'a> {
    departments: BTreeSet<Id<id::Department>>,
    intents: BTreeMap<Id<id::Intent>, Three<'a>>,
    decided: &'a dyn Fn(&str) -> Option<Take>,
    clashes: Vec<Clash>,
    /// Intents that one side took away and the other changed: whose phrases stay as on this side.
    whole: BTreeMap<Id<id::Intent>, Take>,
}

/// Two sides of a field against where both came from: what both agree on, or who alone changed it.
fn agree<T: PartialEq + Clone>(base: &T, theirs: &T, mine: &T) -> Option<T> {
    if mine == base || theirs == mine {
        Some(theirs.clone())
    } else if theirs == base {
        Some(mine.clone())
    } else {
        None
    }
}

impl<'a> Merger<'a> {
    pub(super) fn new(
        base: &'a Contents,
        theirs: &'a Contents,
        mine: &'a Contents,
        decided: &'a dyn Fn(&str) -> Option<Take>,
    ) -> Self {
        let (base_of, theirs_of, mine_of) = (by_id(base), by_id(theirs), by_id(mine));
        let ids: BTreeSet<_> = base_of.keys().chain(theirs_of.keys()).chain(mine_of.keys()).copied().collect();
        let three = |id: Id<id::Intent>| Three {
            base: base_of.get(&id).copied(),
            theirs: theirs_of.get(&id).copied(),
            mine: mine_of.get(&id).copied(),
        };
        let departments = theirs.keys().chain(mine.keys()).copied().collect();
        let intents = ids.into_iter().map(|id| (id, three(id))).collect();
        Self { departments, intents, decided, clashes: Vec::new(), whole: BTreeMap::new() }
    }

    /// Decides one field: by agreement, by whoever was asked, or not at all, and then as it is now.
    fn field<T: PartialEq + Clone>(
        &mut self,
        of: (Id<id::Department>, &FrozenIntent),
        field: Field,
        [base, theirs, mine]: [&T; 3],
        tell: impl Fn(&T) -> Option<String>,
    ) -> T {
        if let Some(agreed) = agree(base, theirs, mine) {
            return agreed;
        }
        let key = key(of.1.id, &field);
        match (self.decided)(&key) {
            Some(Take::Patch) => mine.clone(),
            Some(Take::Theirs) => theirs.clone(),
            None => {
                let (base, patch) = (tell(base), tell(mine));
                let clash = Clash {
                    key,
                    department: of.0,
                    intent: of.1.id,
                    name: of.1.name.clone(),
                    field,
                    base,
                    theirs: tell(theirs),
                    patch,
                };
                self.clashes.push(clash);
                theirs.clone()
            }
        }
    }

    pub(super) fn run(mut self) -> Merged {
        let ids: Vec<_> = self.intents.keys().copied().collect();
        let mut merged: BTreeMap<Id<id::Intent>, (Id<id::Department>, FrozenIntent)> = BTreeMap::new();
        for id in &ids {
            if let Some(whole) = self.intent(*id) {
                merged.insert(*id, whole);
            }
        }
        self.phrases(&mut merged);
        self.names(&mut merged);
        let mut contents: Contents =
            self.departments.iter().map(|department| (*department, Content::default())).collect();
        for (department, intent) in merged.into_values() {
            contents.entry(department).or_default().intents.push(intent);
        }
        self.clashes.sort_by(|one, other| one.key.cmp(&other.key));
        Merged { contents, clashes: self.clashes }
    }

    /// Merges an intent without its phrases; `None` where it is gone.
    fn intent(&mut self, id: Id<id::Intent>) -> Option<(Id<id::Department>, FrozenIntent)> {
        let Three { base, theirs, mine } = *self.intents.get(&id)?;
        let shown = theirs.or(mine).or(base)?;
        let changed = |side: Option<(Id<id::Department>, &FrozenIntent)>| match (base, side) {
            (Some((was_in, was)), Some((is_in, is))) => was_in != is_in || was != is,
            _ => true,
        };
        let (of, other) = match (base, theirs, mine) {
            (_, None, None) => return None,
            (None, Some(only), None) | (None, None, Some(only)) => return Some(bare(only)),
            (_, Some(theirs), Some(mine)) => (theirs, mine),
            // One side took it away: silently where the other left it alone.
            (Some(_), Some(left), None) | (Some(_), None, Some(left)) if !changed(Some(left)) => return None,
            (Some(_), left, right) => {
                let there = |side: Option<(Id<id::Department>, &FrozenIntent)>| {
                    side.map(|(_, intent)| format!("«{}» with {} phrases", intent.name, intent.phrases.len()))
                };
                let sides = [&there(base), &there(left), &there(right)].map(Clone::clone);
                let [base, left_side, right_side] = &sides;
                let taken = self.field(shown, Field::Presence, [base, left_side, right_side], Option::clone);
                let (kept, side) = if taken == *left_side { (left, Take::Theirs) } else { (right, Take::Patch) };
                self.whole.insert(id, side);
                return kept.map(bare);
            }
        };
        let fields = base.unwrap_or(of);
        let text = |text: &String| Some(text.clone());
        let owner =
            self.field(of, Field::Owner, [&fields.0, &of.0, &other.0], |department| Some(department.to_string()));
        let name = self.field(of, Field::Name, [&fields.1.name, &of.1.name, &other.1.name], text);
        let title = self.field(of, Field::Title, [&fields.1.title, &of.1.title, &other.1.title], Option::clone);
        let rules = self.field(of, Field::Rules, [&fields.1.rules, &of.1.rules, &other.1.rules], |rules| {
            serde_json::to_string(rules).ok()
        });
        let answers = self.answers(of, [base.map(|(_, intent)| intent), Some(of.1), Some(other.1)]);
        Some((owner, FrozenIntent { id, name, title, phrases: Vec::new(), answers, rules }))
    }

    /// Merges answers by what each is for, in the order in which they stand now.
    fn answers(&mut self, of: (Id<id::Department>, &FrozenIntent), sides: [Option<&FrozenIntent>; 3]) -> Vec<Answer> {
        let find = |side: Option<&FrozenIntent>, place: &AnswerPlace| {
            side.and_then(|intent| intent.answers.iter().find(|answer| answer.place() == *place).cloned())
        };
        let [base, theirs, mine] = sides;
        let mut places: Vec<AnswerPlace> = Vec::new();
        for answer in [theirs, mine].into_iter().flatten().flat_map(|intent| &intent.answers) {
            if !places.contains(&answer.place()) {
                places.push(answer.place());
            }
        }
        let merged = |place: AnswerPlace| {
            let [base, theirs, mine] = [base, theirs, mine].map(|side| find(side, &place));
            self.field(of, Field::Answer(place), [&base, &theirs, &mine], |answer| answer.as_ref().map(said))
        };
        places.into_iter().filter_map(merged).collect()
    }

    /// Merges where each phrase stands. What would stand in an intent that is gone is gone too; an equal phrase that is
    /// there already stays the only one.
    fn phrases(&mut self, merged: &mut BTreeMap<Id<id::Intent>, (Id<id::Department>, FrozenIntent)>) {
        type Standing<'p> = BTreeMap<Id<id::Phrase>, (Id<id::Intent>, &'p Phrase)>;
        let side = |pick: fn(&Three<'a>) -> Option<(Id<id::Department>, &'a FrozenIntent)>| {
            self.intents.iter().filter_map(|(id, three)| Some((*id, pick(three)?))).collect::<BTreeMap<_, _>>()
        };
        let [base, theirs, mine] = [side(|three| three.base), side(|three| three.theirs), side(|three| three.mine)];
        let standing = |all| -> Standing<'_> { phrases(all).map(|(at, phrase)| (phrase.id, (at, phrase))).collect() };
        let [base, theirs, mine] = [standing(&base), standing(&theirs), standing(&mine)];
        let all: BTreeMap<Id<id::Phrase>, &Phrase> =
            base.iter().chain(&mine).chain(&theirs).map(|(id, (_, phrase))| (*id, *phrase)).collect();
        let mut coming = Vec::new();
        for (id, phrase) in all {
            let at = |side: &Standing<'_>| side.get(&id).map(|(at, _)| *at);
            let [was, mut is, mut wanted] = [at(&base), at(&theirs), at(&mine)];
            match [was, is, wanted].into_iter().flatten().find_map(|at| self.whole.get(&at)) {
                Some(Take::Theirs) => wanted = is,
                Some(Take::Patch) => is = wanted,
                None => {}
            }
            let Some(shown) = is.or(was).or(wanted) else { continue };
            let names: BTreeMap<_, _> = self.names_of_intents();
            let of = self.intents.get(&shown).and_then(|three| three.theirs.or(three.base).or(three.mine));
            let Some(of) = of else { continue };
            let stands = self.field(of, Field::Phrase(id), [&was, &is, &wanted], |at| {
                at.map(|at| format!("«{}» in «{}»", phrase.text, names.get(&at).map_or("", String::as_str)))
            });
            if let Some(at) = stands {
                coming.push((is != Some(at), at, phrase.clone()));
            }
        }
        // Those that stand there now come first, so that of two equal ones theirs stays.
        coming.sort_by_key(|(new, _, phrase)| (*new, phrase.id));
        let mut words: BTreeSet<(Id<id::Intent>, String)> = BTreeSet::new();
        for (_, at, phrase) in coming {
            if let Some((_, intent)) = merged.get_mut(&at)
                && words.insert((at, folded(&phrase.text)))
            {
                intent.phrases.push(phrase);
            }
        }
        for (_, intent) in merged.values_mut() {
            intent.phrases.sort_by_key(|phrase| phrase.id);
        }
    }

    fn names_of_intents(&self) -> BTreeMap<Id<id::Intent>, String> {
        let name =
            |three: &Three<'_>| three.theirs.or(three.mine).or(three.base).map(|(_, intent)| intent.name.clone());
        self.intents.iter().filter_map(|(id, three)| Some((*id, name(three)?))).collect()
    }

    /// A name that the patch brings and that another intent of the department has by now.
    fn names(&mut self, merged: &mut BTreeMap<Id<id::Intent>, (Id<id::Department>, FrozenIntent)>) {
        let mut taken: BTreeMap<(Id<id::Department>, String), Id<id::Intent>> = BTreeMap::new();
        let as_now = |id: &Id<id::Intent>, (department, intent): &(Id<id::Department>, FrozenIntent)| {
            let now = self.intents.get(id).and_then(|three| three.theirs);
            now.is_some_and(|(was_in, now)| was_in == *department && now.name == intent.name)
        };
        let (mut old, mut new): (Vec<_>, Vec<_>) = merged.iter().partition(|(id, whole)| as_now(id, whole));
        old.append(&mut new);
        let mut gone = Vec::new();
        for (id, (department, intent)) in old {
            let owner = *taken.entry((*department, folded(&intent.name))).or_insert(*id);
            if owner != *id {
                let other = merged.get(&owner).map(|(_, other)| other.name.clone());
                gone.push((*id, *department, intent.name.clone(), other));
            }
        }
        for (id, department, name, other) in gone {
            self.clashes.push(Clash {
                key: key(id, &Field::Name),
                department,
                intent: id,
                name: name.clone(),
                field: Field::Name,
                base: None,
                theirs: other,
                patch: Some(name),
            });
            match self.intents.get(&id).and_then(|three| three.theirs) {
                Some((was_in, now)) => {
                    if let Some((department, intent)) = merged.get_mut(&id) {
                        *department = was_in;
                        intent.name.clone_from(&now.name);
                    }
                }
                None => drop(merged.remove(&id)),
            }
        }
    }
}

fn bare((department, intent): (Id<id::Department>, &FrozenIntent)) -> (Id<id::Department>, FrozenIntent) {
    (department, FrozenIntent { phrases: Vec::new(), ..intent.clone() })
}

/// An answer as people read it: its words, then its buttons.
pub(super) fn said(answer: &Answer) -> String {
    let buttons = answer.buttons.iter().map(|button| format!(" [{}]", button.title));
    answer.text.to_string() + &buttons.collect::<String>()
}

fn key(intent: Id<id::Intent>, field: &Field) -> String {
    match field {
        Field::Presence => format!("{intent}/intent"),
        Field::Owner => format!("{intent}/owner"),
        Field::Name => format!("{intent}/name"),
        Field::Title => format!("{intent}/title"),
        Field::Rules => format!("{intent}/rules"),
        Field::Phrase(phrase) => format!("{intent}/{phrase}"),
        Field::Answer(place) => format!("{intent}/answer/{place}"),
    }
}

impl Field {
    /// The field's name, as the API writes it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Presence => "intent",
            Self::Owner => "department",
            Self::Name => "name",
            Self::Title => "title",
            Self::Rules => "rules",
            Self::Phrase(_) => "phrase",
            Self::Answer(_) => "answer",
        }
    }
}
