//! The demo county with one person of each kind, until `App::load_demo` exists.

use argon2::PasswordHasher as _;
use lalian::app::{App, Caller};
use lalian::domain::people::role::Role;
use lalian::domain::places::division::DivisionKind;
use lalian::domain::places::{geojson, site};
use lalian::domain::standards::checklist::Library;
use lalian::store::people::persons::PersonRow;
use lalian::store::people::posts::BegunPost;
use lalian::store::{self, meta};
use uuid::Uuid;

use crate::actor::Login;
use crate::phone::id_from;

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../backend/demo/");

/// Fills an empty, migrated database.
pub async fn demo(app: &App) -> Vec<(Role, Login)> {
    let read = |name: &str| std::fs::read(format!("{DEMO}{name}")).expect("a file of the demo county");
    let system = Caller::system(None);
    app.import_divisions(&system, &geojson::divisions(&read("regions.geojson")).expect("polygons"))
        .await
        .expect("imported");
    app.import_checklists(&system, &Library::parse(&read("checklists.json")).expect("a library"))
        .await
        .expect("imported");
    app.import_sites(&system, &site::from_csv(&read("sites.csv")).expect("sites")).await.expect("imported");

    let county = store::places::divisions::counties(app.store.read()).await.expect("read").remove(0).id;
    let divisions = store::places::divisions::of_county(app.store.read(), county).await.expect("read");
    let mut townships: Vec<_> = divisions.iter().filter(|one| one.kind == DivisionKind::Township).collect();
    townships.sort_by(|a, b| a.code.cmp(&b.code));
    let village = |township: usize| {
        let of = divisions
            .iter()
            .filter(|one| one.kind == DivisionKind::Village && one.parent_id == Some(townships[township].id));
        of.min_by(|a, b| a.code.cmp(&b.code)).expect("a village").id
    };
    let departments = store::standards::departments::of_county(app.store.read(), county).await.expect("read");
    let mut posts = vec![
        (Role::PlatformAdmin, Uuid::nil()),
        (Role::Office, county),
        (Role::Office, county),
        (Role::Inspector, county),
        (Role::Inspector, county),
        (Role::Department, departments[0].id),
        (Role::CountyLeader, county),
    ];
    for number in 0..2 {
        posts.extend(
            [Role::MainLeader, Role::DeputyLeader, Role::DeskOfficer]
                .map(|role| (role, townships[number].id)),
        );
        posts.push((Role::VillageCadre, village(number)));
    }
    let mut logins = Vec::new();
    for (number, (role, unit)) in posts.into_iter().enumerate() {
        let login = Login {
            login: format!("{}-{number}", role.as_str()),
            password: format!("correct horse {number}"),
        };
        insert(app, county, role, unit, &login).await;
        logins.push((role, login));
    }
    app.store.write(async |tx| meta::set(tx, meta::DEMO, "1".to_owned()).await).await.expect("marked");
    logins
}

async fn insert(app: &App, county: Uuid, role: Role, unit: Uuid, login: &Login) {
    let now = app.clock.now() - chrono::TimeDelta::days(30);
    let argon2 = argon2::Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        argon2::Params::new(64, 1, 1, None).expect("parameters"),
    );
    let hash: argon2::password_hash::phc::PasswordHash =
        argon2.hash_password_with_salt(login.password.as_bytes(), b"0123456789abcdef").expect("hashed");
    let county_id = (role != Role::PlatformAdmin).then_some(county);
    let person = PersonRow {
        id: id_from(&login.login),
        county_id,
        login: login.login.clone(),
        name: format!("示例{}", login.login),
        phone: None,
        locale: "zh".to_owned(),
        password_hash: Some(hash.to_string()),
        must_change_password: false,
        status: "active".to_owned(),
        created_at: now,
        version: 1,
        search: login.login.clone(),
    };
    let post = BegunPost {
        id: id_from(&format!("post {}", login.login)),
        county_id,
        person_id: person.id,
        role,
        unit_id: unit,
        valid_from: now,
        valid_to: None,
        delegated_by: None,
        created_at: now,
    };
    app.store
        .write(async |tx| {
            store::people::persons::insert(tx, person.clone()).await?;
            store::people::posts::insert(tx, BegunPost { ..copy(&post) }).await
        })
        .await
        .expect("inserted");
}

fn copy(post: &BegunPost) -> BegunPost {
    BegunPost { ..*post }
}
