//! What tables there are, read from the database itself: a table that a later migration adds is in the next backup by itself.

use crate::store::{Conn, Error};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};

/// Tables that belong to this database and not to the county: the record of migrations, locks, and what the engine keeps for itself.
const OWN: &[&str] = &["seaql_migrations", "migration_lock", "lease"];

/// What a column holds, on either database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Int,
    Long,
    Double,
    Text,
    Uuid,
    Time,
    Json,
    Blob,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// The column that the database numbers itself.
    pub numbered: Option<String>,
}

impl Table {
    /// Rows of such a table may be large.
    pub fn is_heavy(&self) -> bool {
        self.columns.iter().any(|column| matches!(column.kind, Kind::Blob | Kind::Json))
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) async fn rows(conn: &impl Conn, sql: &str) -> Result<Vec<QueryResult>, Error> {
    let raw = conn.raw();
    Ok(raw.query_all_raw(Statement::from_string(raw.get_database_backend(), sql)).await?)
}

pub(super) fn is_postgres(conn: &impl Conn) -> bool {
    conn.raw().get_database_backend() == DbBackend::Postgres
}

/// The county's tables in alphabetical order.
pub async fn tables(conn: &impl Conn) -> Result<Vec<Table>, Error> {
    let found = if is_postgres(conn) { postgres(conn).await? } else { sqlite(conn).await? };
    Ok(found.into_iter().filter(|table| !OWN.contains(&table.name.as_str())).collect())
}

async fn postgres(conn: &impl Conn) -> Result<Vec<Table>, Error> {
    const SQL: &str = "SELECT c.table_name::text AS t, c.column_name::text AS c, c.data_type::text AS k, \
        coalesce(c.column_default, '')::text AS d, c.is_identity::text AS i \
        FROM information_schema.columns c JOIN information_schema.tables t \
        ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
        WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' \
        ORDER BY c.table_name COLLATE \"C\", c.ordinal_position";
    let mut found: Vec<Table> = Vec::new();
    for row in rows(conn, SQL).await? {
        let text = |column: &str| row.try_get::<String>("", column);
        let (table, column, kind) = (text("t")?, text("c")?, text("k")?);
        let kind = match kind.as_str() {
            "boolean" => Kind::Bool,
            "integer" => Kind::Int,
            "bigint" => Kind::Long,
            "double precision" => Kind::Double,
            "character varying" | "text" => Kind::Text,
            "uuid" => Kind::Uuid,
            "timestamp with time zone" => Kind::Time,
            "jsonb" => Kind::Json,
            "bytea" => Kind::Blob,
            _ if OWN.contains(&table.as_str()) => Kind::Text,
            _ => return Err(unknown(&table, &column, &kind)),
        };
        let numbered = text("d")?.starts_with("nextval(") || text("i")? == "YES";
        add(&mut found, table, Column { name: column, kind }, numbered);
    }
    Ok(found)
}

async fn sqlite(conn: &impl Conn) -> Result<Vec<Table>, Error> {
    const SQL: &str = "SELECT m.name AS t, p.name AS c, p.type AS k, p.pk AS pk, \
        instr(upper(m.sql), 'AUTOINCREMENT') > 0 AS a \
        FROM sqlite_master m JOIN pragma_table_info(m.name) p \
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY m.name, p.cid";
    let mut found = Vec::new();
    for row in rows(conn, SQL).await? {
        let text = |column: &str| row.try_get::<String>("", column);
        let (table, column, declared) = (text("t")?, text("c")?, text("k")?.to_lowercase());
        let kind = match declared.as_str() {
            "boolean" => Kind::Bool,
            "integer" => Kind::Long,
            "double" => Kind::Double,
            "text" | "varchar" => Kind::Text,
            "uuid_text" => Kind::Uuid,
            "timestamp_with_timezone_text" => Kind::Time,
            "jsonb_text" => Kind::Json,
            "blob" => Kind::Blob,
            other if other.starts_with("varchar(") => Kind::Text,
            _ if OWN.contains(&table.as_str()) => Kind::Text,
            _ => return Err(unknown(&table, &column, &declared)),
        };
        let numbered = row.try_get::<i64>("", "pk")? == 1 && row.try_get::<i64>("", "a")? == 1;
        add(&mut found, table, Column { name: column, kind }, numbered);
    }
    Ok(found)
}

fn add(found: &mut Vec<Table>, table: String, column: Column, numbered: bool) {
    if found.last().is_none_or(|last| last.name != table) {
        found.push(Table { name: table, columns: Vec::new(), numbered: None });
    }
    if let Some(last) = found.last_mut() {
        if numbered {
            last.numbered = Some(column.name.clone());
        }
        last.columns.push(column);
    }
}

/// A migration used a type that backups do not know yet: it has to be added above, or the backup would lack rows.
fn unknown(table: &str, column: &str, kind: &str) -> Error {
    Error::Inconsistent { table: "schema", column: "type", value: format!("{table}.{column}: {kind}") }
}

/// Names of the migrations that were applied, in order.
pub async fn applied(conn: &impl Conn) -> Result<Vec<String>, Error> {
    let there = if is_postgres(conn) {
        "SELECT 1 AS one FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'seaql_migrations'"
    } else {
        "SELECT 1 AS one FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'"
    };
    if rows(conn, there).await?.is_empty() {
        return Ok(Vec::new());
    }
    let found = rows(conn, "SELECT version FROM seaql_migrations ORDER BY version").await?;
    Ok(found.iter().map(|row| row.try_get("", "version")).collect::<Result<_, _>>()?)
}

/// Names of the migrations that this program knows, in order.
pub fn known() -> Vec<String> {
    use lalian_migrations::{Migrator, MigratorTrait};
    Migrator::migrations().iter().map(|step| step.name().to_owned()).collect()
}
