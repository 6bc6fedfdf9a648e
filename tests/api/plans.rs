//! What is worked out for a month on each request costs what the month holds: the database finds its rows by an index, and reads no others.

use lalian::store::Conn as _;
use lalian::{
    domain::{
        clock::Clock as _,
        colours::{colour::Month, month::Span},
    },
    store::colours::stories,
};
use lalian_tests::{backend::Backend, stories, world::World};
use sea_orm::{ConnectionTrait as _, Statement};

/// How the database would go about a statement, in lines.
async fn plan(world: &World, statement: &Statement) -> String {
    let sqlite = world.backend == Backend::Sqlite;
    let app = world.server().app();
    let how = app.store.write(async |tx| {
        let backend = tx.raw().get_database_backend();
        if !sqlite {
            // A table of a few rows is read faster as a whole; here it is asked what could be done with a big one.
            for off in ["seqscan", "bitmapscan"] {
                tx.raw().execute_unprepared(&format!("SET LOCAL enable_{off} = off")).await.expect("set");
            }
        }
        let how = if sqlite { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
        let asked = Statement {
            sql: format!("{how} {}", statement.sql),
            values: statement.values.clone(),
            db_backend: backend,
        };
        let rows = tx.raw().query_all_raw(asked).await.expect("a plan");
        let column = if sqlite { "detail" } else { "QUERY PLAN" };
        let lines = rows.iter().map(|row| row.try_get::<String>("", column).expect("a line"));
        Ok::<_, lalian::store::Error>(lines.collect::<Vec<_>>().join("\n"))
    });
    how.await.expect("a plan")
}

stories! {
    async fn a_month_is_found_by_indexes_of_its_own(world: World) {
        let (now, county) = (world.clock.now(), world.office().await.unit());
        let (from, to) = Month::of(now).former().span();
        let app = world.server().app();
        let backend = app.store.write(async |tx| Ok::<_, lalian::store::Error>(tx.raw().get_database_backend()));
        let backend = backend.await.expect("a database");
        for township in [None, Some(world.township_id(0).await)] {
            let asked = stories::statements(backend, county, township, Span { from, to }, now);
            let by = ["state", "closed_at", "official_due_at"];
            let names = [None, Some("ticket_month_lived"), Some("ticket_month_due")];
            for ((statement, column), name) in asked.iter().zip(by).zip(names) {
                let plan = plan(&world, statement).await;
                assert!(!plan.contains("SCAN ticket") && !plan.contains("Seq Scan"), "{column}: {plan}");
                assert!(name.is_none_or(|name| plan.contains(name)), "{column}: {plan}");
                // Of a table without rows PostgreSQL takes any index that begins with the county.
                if name.is_some() || world.backend == Backend::Sqlite {
                    let bounds = plan.lines().find(|line| line.contains("SEARCH ticket") || line.contains("Index Cond"));
                    let bounds = bounds.unwrap_or_else(|| panic!("{column}: {plan}"));
                    assert!(bounds.contains("county_id") && bounds.contains(column), "{column}: {plan}");
                }
            }
        }
    }
}
