<<<<<<< HEAD
//! `user`: the first administrator, a forgotten password, somebody who left. Never a password: a code that works once.

use super::{Outcome, Workplace, plain, say};
use clap::{Args, Subcommand, builder::PossibleValuesParser, builder::TypedValueParser};
use lalian::{
    app::{
        App, AppError,
        people::{codes::IssuedCode, commands::UnitName, persons::NewPerson},
    },
    domain::people::role::Role,
};
use url::Url;
=======
//! `user`: accounts by an operator at the machine: the first administrator, a forgotten password, an end. Nobody gets a
//! password from us; a one-time code opens the account and its owner chooses one.

use super::{Outcome, Workplace, plain, say};
use clap::{Args, Subcommand};
use lalian::{
    app::{
        App,
        people::{codes::IssuedCode, commands::UnitName, persons::NewPerson},
    },
    domain::{clock::SHANGHAI, people::role::Role},
};
use std::{error::Error, fmt::Write};
>>>>>>> ee6a224 (feat(cli): demo, user and checklist import: one command from a checkout to a county with people in it)

#[derive(Debug, Args)]
pub struct User {
    #[command(subcommand)]
    what: What,
<<<<<<< HEAD
    /// The address that browsers use; with it a code is also printed as a link
    #[arg(long, env = "LALIAN_PUBLIC_URL", value_name = "URL")]
    public_url: Option<Url>,
=======
>>>>>>> ee6a224 (feat(cli): demo, user and checklist import: one command from a checkout to a county with people in it)
    #[command(flatten)]
    place: Workplace,
}

#[derive(Debug, Subcommand)]
enum What {
<<<<<<< HEAD
    /// Make an account with one post; prints a code that opens it once
    Add(Add),
    /// List accounts with their posts
    List,
    /// Issue a new one-time code for a forgotten password
    Reset {
        /// Phone number or account name
        login: String,
    },
    /// End all posts and sessions of an account; what its phones sealed before still arrives
    End {
        /// Phone number or account name
        login: String,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// Phone number or account name
    login: String,
    /// Name of the person
    #[arg(long)]
    name: String,
    /// Phone number, when it is not the account name
    #[arg(long)]
    phone: Option<String>,
    /// What the post is for
    #[arg(long, value_parser = roles())]
    role: Role,
    /// Unit of the post: 12-digit code of a township or village, or the code of a department
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// 12-digit code of the county, when there are several
    #[arg(long, value_name = "CODE")]
    county: Option<String>,
}

/// The roles in the words of the wire.
fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str))
        .try_map(|word| Role::parse(&word).ok_or("no such role"))
=======
    /// Make an account with one post and print its one-time code
    Add {
        /// What the person types to log in
        login: String,
        /// The person's name as shown
        #[arg(long)]
        name: String,
        /// `platform_admin`, office, inspector, department, `county_leader`, `main_leader`, `deputy_leader`, `desk_officer` or `village_cadre`
        #[arg(long, value_parser = role)]
        role: Role,
        /// Code of the township, village or department; a county's own posts need none
        #[arg(long)]
        unit: Option<String>,
        /// Code of the county, when there are several
        #[arg(long)]
        county: Option<String>,
        /// Phone number
        #[arg(long)]
        phone: Option<String>,
    },
    /// Print a fresh one-time code for an account
    Reset { login: String },
    /// End all posts and sessions of an account; what its phones hold still arrives
    End { login: String },
    /// Show all accounts with their posts
    List,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| Role::ALL.map(Role::as_str).join(", "))
>>>>>>> ee6a224 (feat(cli): demo, user and checklist import: one command from a checkout to a county with people in it)
}

impl User {
    pub async fn run(self) -> Outcome {
        self.place.log.start()?;
        let app = lalian::server::open_migrated(&self.place.config()?).await?;
        let done = self.what.run(&app).await;
        app.store.close().await;
<<<<<<< HEAD
        for line in done.map_err(plain)?.lines(self.public_url) {
            say(&line);
        }
=======
        say(&done?);
>>>>>>> ee6a224 (feat(cli): demo, user and checklist import: one command from a checkout to a county with people in it)
        Ok(())
    }
}

<<<<<<< HEAD
/// What a command has to say.
enum Told {
    /// A code, shown this once.
    Code(String, IssuedCode),
    Lines(Vec<String>),
}

impl What {
    async fn run(self, app: &App) -> Result<Told, AppError> {
        match self {
            Self::Add(add) => {
                let new = NewPerson::parse(&add.login, &add.name, add.phone.as_deref(), None, None)?;
                let login = new.login.as_str().to_owned();
                let unit = UnitName { county: add.county, code: add.unit };
                Ok(Told::Code(login, app.command_add(new, add.role, &unit).await?.1))
            }
            Self::List => Ok(Told::Lines(list(app).await?)),
            Self::Reset { login } => {
                let issued = app.command_reset(&login).await?;
                Ok(Told::Code(login, issued))
            }
            Self::End { login } => {
                app.command_end(&login).await?;
                Ok(Told::Lines(vec!["已结束。Ended.".to_owned()]))
            }
=======
impl What {
    async fn run(self, app: &App) -> Result<String, Box<dyn Error + Send + Sync>> {
        match self {
            Self::Add { login, name, role, unit, county, phone } => {
                let person = NewPerson::parse(&login, &name, phone.as_deref(), None, None)
                    .map_err(|problem| plain(problem.into()))?;
                let unit = UnitName { county, code: unit };
                let (_, issued) = app.command_add(person, role, &unit).await.map_err(plain)?;
                Ok(shown(&login, &issued))
            }
            Self::Reset { login } => Ok(shown(&login, &app.command_reset(&login).await.map_err(plain)?)),
            Self::End { login } => {
                app.command_end(&login).await.map_err(plain)?;
                Ok(format!("{login} 的岗位和登录都已结束。All posts and sessions of {login} have ended."))
            }
            Self::List => list(app).await,
>>>>>>> ee6a224 (feat(cli): demo, user and checklist import: one command from a checkout to a county with people in it)
        }
    }
}

<<<<<<< HEAD
impl Told {
    fn lines(self, public_url: Option<Url>) -> Vec<String> {
        let (login, issued) = match self {
            Self::Lines(lines) => return lines,
            Self::Code(login, issued) => (login, issued),
        };
        let mut lines = vec![
            format!("账号 login: {login}"),
            format!("一次性口令 one-time code: {}", issued.code),
            format!("有效至 valid until: {}", issued.expires_at.format("%F %T UTC")),
        ];
        if let Some(mut link) = public_url {
            // After the `#`, which browsers send to nobody.
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("login", &login)
                .append_pair("code", &issued.code)
                .finish();
            link.set_path("/");
            link.set_query(None);
            link.set_fragment(Some(&format!("/signin?{query}")));
            lines.push(format!("链接 link: {link}"));
        }
        lines
    }
}

async fn list(app: &App) -> Result<Vec<String>, AppError> {
    let mut lines = Vec::new();
    for person in app.command_list().await? {
        lines.push(format!("{}  {}  {}", person.login, person.name, person.status));
        for held in person.posts {
            let (role, unit) = (held.post.role.as_str(), held.post.unit_name);
            let end = held.valid_to.map_or_else(String::new, |end| format!(" – {}", end.format("%F")));
            lines.push(format!("    {role}  {unit}  {}{end}", held.valid_from.format("%F")));
        }
    }
    Ok(lines)
=======
fn shown(login: &str, issued: &IssuedCode) -> String {
    let until = issued.expires_at.with_timezone(&SHANGHAI).format("%F %R");
    format!(
        "{login} 的一次性口令（{until} 前有效，只用一次，登录后自己设密码）：\n\
         One-time code of {login} (until {until}, good for one login, after which they choose a password):\n\n  {}",
        issued.code
    )
}

async fn list(app: &App) -> Result<String, Box<dyn Error + Send + Sync>> {
    let mut text = String::new();
    for person in app.command_list().await.map_err(plain)? {
        let posts: Vec<String> = person
            .posts
            .iter()
            .filter(|held| held.valid_now)
            .map(|held| format!("{} {}", held.post.role.as_str(), held.post.unit_name))
            .collect();
        writeln!(text, "{:<20} {:<10} {}  {}", person.login, person.status, person.name, posts.join("; "))?;
    }
    Ok(if text.is_empty() { "没有账号。No accounts.".to_owned() } else { text.trim_end().to_owned() })
>>>>>>> ee6a224 (feat(cli): demo, user and checklist import: one command from a checkout to a county with people in it)
}
