//! A table in one call: its columns, its key, its indexes.

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, boolean, boolean_null, double, double_null, integer,
    json_binary, json_binary_null, pk_uuid, string_len, string_len_null, text, text_null,
    timestamp_with_time_zone as time, timestamp_with_time_zone_null as time_null, uuid, uuid_null,
};

/// A database-made, growing number: the only order that the server trusts.
pub fn sequence(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().auto_increment().primary_key().take()
}

/// A short word of a closed set, stored as text so that the set can grow without DDL.
pub fn word(name: &'static str) -> ColumnDef {
    string_len(name, 32)
}

/// An index over columns; `Unique` ones carry the promises that code must not re-check by looking first.
pub enum Index {
    Plain(&'static [&'static str]),
    Unique(&'static [&'static str]),
}

/// Creates a table with a composite key (empty when a column carries it) and its indexes.
pub async fn create(
    manager: &SchemaManager<'_>,
    name: &'static str,
    columns: Vec<ColumnDef>,
    key: &'static [&'static str],
    indexes: &[Index],
) -> Result<(), DbErr> {
    let mut table = Table::create();
    table.table(name);
    for column in columns {
        table.col(column);
    }
    if !key.is_empty() {
        let mut primary = sea_orm_migration::prelude::Index::create();
        for column in key {
            primary.col(*column);
        }
        table.primary_key(&mut primary);
    }
    manager.create_table(table).await?;
    for index in indexes {
        let (columns, unique) = match index {
            Index::Plain(columns) => (*columns, false),
            Index::Unique(columns) => (*columns, true),
        };
        let mut create = sea_orm_migration::prelude::Index::create();
        create.name(format!("{name}_{}", columns.join("_"))).table(name);
        for column in columns {
            create.col(*column);
        }
        if unique {
            create.unique();
        }
        manager.create_index(create).await?;
    }
    Ok(())
}

/// Adds columns to a table; they may be null, because old replicas write rows without them.
pub async fn extend(
    manager: &SchemaManager<'_>,
    name: &'static str,
    columns: Vec<ColumnDef>,
) -> Result<(), DbErr> {
    for column in columns {
        // SQLite adds one column a statement.
        manager.alter_table(Table::alter().table(name).add_column(column).take()).await?;
    }
    Ok(())
}

/// The frame of a step: creating only, since steps never run backwards.
#[macro_export]
macro_rules! step {
    ($manager:ident => $body:block) => {
        #[derive(sea_orm_migration::prelude::DeriveMigrationName)]
        pub struct Step;

        #[async_trait::async_trait]
        impl sea_orm_migration::prelude::MigrationTrait for Step {
            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }

            async fn up(
                &self,
                $manager: &sea_orm_migration::prelude::SchemaManager,
            ) -> Result<(), sea_orm_migration::prelude::DbErr> {
                let () = $body;
                Ok(())
            }
        }
    };
}

/// What every step uses.
pub mod prelude {
    pub use super::*;
}
