//! The demo company: an outdoor shop whose four departments answer for themselves, founded through the same use cases
//! as any other.

use guildhall_auth::Entropy;
use guildhall_domain::{
    Actor, Permit, Refusal,
    actor::Role,
    channel::{Channel, Kind, Origin},
    department::Key,
    intent::{Answer, Button, NewIntent, NewPhrase, Press},
    member::Email,
    policy::{self, Action},
    release::Release,
    text::{AnswerText, IntentName, Language, Name, Note, PhraseText, TextFlaw, Title},
};
use serde::Deserialize;
use serde_json::Map;

use crate::{
    App, Work, builder,
    channel::{self, NewChannel},
    department::{self, NewDepartment},
    intent,
    invitation::{self, NewInvitation},
    release,
    session::Client,
    tenant::{self, SignUp},
};

/// The content, written for the demo.
const CONTENT: [&str; 4] = [
    include_str!("../demo/customer-service.json"),
    include_str!("../demo/marketing.json"),
    include_str!("../demo/sales.json"),
    include_str!("../demo/it.json"),
];

/// The key of a department and a role there.
type Place<'a> = Option<(&'a str, Role)>;

/// Who works there: name, e-mail before the `@`, tenant role, department and role.
const PEOPLE: [(&str, &str, Role, Place<'_>); 10] = [
    ("Kaisa Niemi", "kaisa", Role::Executive, None),
    ("Eero Virtanen", "eero", Role::Member, Some(("customer-service", Role::Owner))),
    ("Maija Salo", "maija", Role::Member, Some(("marketing", Role::Owner))),
    ("Oskar Lind", "oskar", Role::Member, Some(("sales", Role::Owner))),
    ("Tuomas Koski", "tuomas", Role::Member, Some(("it", Role::Owner))),
    ("Riikka Heino", "riikka", Role::Member, Some(("customer-service", Role::Reviewer))),
    ("Emma Berg", "emma", Role::Member, Some(("marketing", Role::Editor))),
    ("Ville Aalto", "ville", Role::Member, Some(("customer-service", Role::Agent))),
    ("Sanna Mäki", "sanna", Role::Member, Some(("sales", Role::Viewer))),
    ("Joel Ranta", "joel", Role::Member, None),
];

/// Where the demo's people have their e-mail.
const DOMAIN: &str = "nordic-outfitters.example";

#[derive(Deserialize)]
struct DepartmentFile {
    key: String,
    name: String,
    intents: Vec<IntentFile>,
}

#[derive(Deserialize)]
struct IntentFile {
    name: String,
    title: String,
    phrases: Vec<PhraseFile>,
    answers: Vec<AnswerFile>,
}

#[derive(Deserialize)]
struct PhraseFile {
    text: String,
    language: String,
}

#[derive(Deserialize)]
struct AnswerFile {
    language: String,
    text: String,
    #[serde(default)]
    buttons: Vec<ButtonFile>,
}

#[derive(Deserialize)]
struct ButtonFile {
    title: String,
    payload: Option<String>,
    url: Option<String>,
}

/// Somebody of the demo company, with the password made for this start.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their e-mail.
    pub email: String,
    /// Their password.
    pub password: String,
    /// What they are, in words.
    pub role: String,
}

/// The demo company as it stands.
#[derive(Debug)]
pub struct Demo {
    /// Who works there, the leader first.
    pub people: Vec<Person>,
    /// The shop's channel.
    pub channel: Channel,
    /// How many intents and phrases are live.
    pub size: (usize, usize),
}

/// Founds the demo company and publishes its content. `origin` is the page that may use its channel.
pub async fn found(app: &App, origin: &str) -> Result<Demo, Refusal> {
    let client = Client { user_agent: Some("guildhall demo".to_owned()), network: "127.0.0.0/24".to_owned() };
    let mut people = vec![person(app, "Aino Laine", "aino", "leader".to_owned())?];
    let leader = sign_up(app, people.first(), &client).await?;
    let files: Vec<DepartmentFile> =
        CONTENT.iter().map(|json| serde_json::from_str(json)).collect::<Result<_, _>>().map_err(Refusal::broken)?;
    for file in &files {
        let new = NewDepartment {
            key: good(Key::parse(&file.key))?,
            name: good(Name::parse(&file.name))?,
            description: None,
        };
        let permit = permit(&leader)?;
        app.act(&leader, async |work| department::found(work, &permit, new).await).await?;
    }
    let mut owners = Vec::new();
    for (name, local, tenant_role, place) in PEOPLE {
        let role =
            place.map_or_else(|| tenant_role.name().to_owned(), |(key, role)| format!("{} of {key}", role.name()));
        let person = person(app, name, local, role)?;
        let inviter =
            place.and_then(|(key, role)| owner_of(&owners, key).filter(|_| role != Role::Owner)).unwrap_or(&leader);
        let member = come_in(app, inviter, &person, tenant_role, place, &client).await?;
        if let Some((key, Role::Owner)) = place {
            owners.push((key, member));
        }
        people.push(person);
    }
    let mut size = (0, 0);
    for file in files {
        let owner = owner_of(&owners, &file.key).ok_or(Refusal::NotFound)?;
        size.0 += file.intents.len();
        size.1 += file.intents.iter().map(|intent| intent.phrases.len()).sum::<usize>();
        bring(app, owner, file).await?;
    }
    while builder::take(app).await? {}
    let channel = open_channel(app, &leader, origin).await?;
    Ok(Demo { people, channel, size })
}

fn owner_of<'a>(owners: &'a [(&str, Actor)], key: &str) -> Option<&'a Actor> {
    owners.iter().find(|(of, _)| *of == key).map(|(_, owner)| owner)
}

fn person(app: &App, name: &str, local: &str, role: String) -> Result<Person, Refusal> {
    let email = format!("{local}@{DOMAIN}");
    Ok(Person { name: name.to_owned(), email, password: password(app.entropy())?, role })
}

/// Twenty-four letters and digits, 120 random bits.
fn password(entropy: &dyn Entropy) -> Result<String, Refusal> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes: [u8; 24] = entropy.bytes()?;
    let letters = bytes.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32)));
    Ok(letters.map(|letter| char::from(*letter)).collect())
}

async fn sign_up(app: &App, leader: Option<&Person>, client: &Client) -> Result<Actor, Refusal> {
    let leader = leader.ok_or(Refusal::NotFound)?;
    let new = SignUp::parse("Nordic Outfitters", &leader.name, &leader.email, &leader.password)?;
    let actor = app.tenant_to_found(&new.email, None)?;
    let hash = app.hash_password(new.password.clone()).await?;
    let founded = app
        .act(&actor, async |work: &Work<'_>| {
            let tenant = tenant::found(work, &new.company).await?;
            tenant::settle(work, tenant, new, hash, client).await
        })
        .await?;
    app.authenticate(&founded.leader.access_token, None).await
}

async fn come_in(
    app: &App,
    inviter: &Actor,
    person: &Person,
    tenant_role: Role,
    place: Place<'_>,
    client: &Client,
) -> Result<Actor, Refusal> {
    let new = NewInvitation {
        email: good(Email::parse(&person.email))?,
        name: None,
        tenant_role,
        department: place.map(|(key, role)| (key.to_owned(), role)),
    };
    let permit = permit(inviter)?;
    let made = app.act(inviter, async |work: &Work<'_>| invitation::create(work, &permit, new).await).await?;
    let token = made.token.ok_or(Refusal::Unavailable("mail"))?;
    let acceptance = app.read_acceptance(&token.text(), &person.name, &person.password).await?;
    let actor = acceptance.actor();
    let joined = app.act(&actor, async |work: &Work<'_>| invitation::accept(work, acceptance, client).await).await?;
    app.authenticate(&joined.access_token, None).await
}

/// Brings a department's content and publishes it; the model is made when all have.
async fn bring(app: &App, owner: &Actor, file: DepartmentFile) -> Result<Release, Refusal> {
    let (edit, publish) = (permit(owner)?, permit(owner)?);
    let key = file.key;
    app.act(owner, async |work: &Work<'_>| {
        for intent in file.intents {
            intent::create(work, &edit, &key, read(intent)?).await?;
        }
        release::publish(work, &publish, &key, Some(good(Note::parse("The first release"))?)).await
    })
    .await
}

fn read(file: IntentFile) -> Result<NewIntent, Refusal> {
    let phrase = |file: PhraseFile| {
        Ok(NewPhrase {
            text: good(PhraseText::parse(&file.text))?,
            language: Some(good(Language::parse(&file.language))?),
        })
    };
    let answer = |file: AnswerFile| {
        Ok(Answer {
            language: good(Language::parse(&file.language))?,
            channel: None,
            text: good(AnswerText::parse(&file.text))?,
            buttons: file.buttons.into_iter().filter_map(button).collect(),
        })
    };
    Ok(NewIntent {
        name: good(IntentName::parse(&file.name))?,
        title: Some(good(Title::parse(&file.title))?),
        phrases: file.phrases.into_iter().map(phrase).collect::<Result<_, Refusal>>()?,
        answers: file.answers.into_iter().map(answer).collect::<Result<_, Refusal>>()?,
    })
}

fn button(ButtonFile { title, payload, url }: ButtonFile) -> Option<Button> {
    let press = payload.map(Press::Payload).or(url.map(Press::Url))?;
    Some(Button { title, press })
}

async fn open_channel(app: &App, leader: &Actor, origin: &str) -> Result<Channel, Refusal> {
    let permit = permit(leader)?;
    let new = NewChannel {
        kind: Kind::Web,
        name: good(Name::parse("Shop"))?,
        allowed_origins: vec![good(Origin::parse(origin))?],
        context: Map::new(),
    };
    app.act(leader, async |work: &Work<'_>| channel::create(work, &permit, new).await).await
}

fn permit<A: Action>(actor: &Actor) -> Result<Permit<A>, Refusal> {
    policy::judge(actor)
}

/// The demo's own texts are good; one that is not is a fault of ours.
fn good<T>(parsed: Result<T, TextFlaw>) -> Result<T, Refusal> {
    parsed.map_err(Refusal::broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_is_sixty_intents_of_twelve_phrases_in_three_languages() {
        let files: Vec<DepartmentFile> = CONTENT.iter().map(|json| serde_json::from_str(json).unwrap()).collect();
        let intents: Vec<&IntentFile> = files.iter().flat_map(|file| &file.intents).collect();
        assert!(intents.len() >= 60, "{}", intents.len());
        assert!(
            intents.iter().all(|intent| intent.phrases.iter().filter(|phrase| phrase.language == "en").count() >= 12)
        );
        for language in ["fi", "sv"] {
            assert!(intents.iter().any(|intent| intent.answers.iter().any(|answer| answer.language == language)));
        }
        for file in files {
            file.intents.into_iter().for_each(|intent| drop(read(intent).unwrap()));
        }
    }
}
