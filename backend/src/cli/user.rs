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

#[derive(Debug, Args)]
pub struct User {
    #[command(subcommand)]
    what: What,
    /// 浏览器访问的网址 The address that browsers use; with it a code is also printed as a link
    #[arg(long, global = true, env = "LALIAN_PUBLIC_URL", value_name = "URL")]
    public_url: Option<Url>,
    #[command(flatten)]
    place: Workplace,
}

#[derive(Debug, Subcommand)]
enum What {
    /// 建账号 Make an account with one post; prints a code that opens it once
    Add(Add),
    /// 列出账号 List accounts with their posts
    List,
    /// 重发一次性登录码 Issue a new one-time code for a forgotten password
    Reset {
        /// 账号 Phone number or account name
        login: String,
    },
    /// 结束账号 End all posts and sessions of an account; what its phones sealed before still arrives
    End {
        /// 账号 Phone number or account name
        login: String,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// 账号 Phone number or account name
    login: String,
    /// 姓名 Name of the person
    #[arg(long)]
    name: String,
    /// 电话 Phone number, when it is not the account name
    #[arg(long)]
    phone: Option<String>,
    /// 岗位 What the post is for
    #[arg(long, value_parser = roles())]
    role: Role,
    /// 单位代码 Unit of the post: 12-digit code of a township or village, or the code of a department
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// 县代码 12-digit code of the county, when there are several
    #[arg(long, value_name = "CODE")]
    county: Option<String>,
}

/// The roles in the words of the wire.
fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str))
        .try_map(|word| Role::parse(&word).ok_or("no such role"))
}

impl User {
    pub async fn run(self) -> Outcome {
        self.place.log.start()?;
        let app = lalian::server::open_migrated(&self.place.config()?).await?;
        let done = self.what.run(&app).await;
        app.store.close().await;
        for line in done.map_err(plain)?.lines(self.public_url) {
            say(&line);
        }
        Ok(())
    }
}

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
        }
    }
}

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
}
