//! Every statement is one that both engines accept, and gives the same columns on both.

use sqlx::{
    Column as _, Connection as _, Executor as _, PgConnection, SqlSafeStr as _, Statement as _,
};

use super::*;
use crate::db::Statement;

fn all_statements() -> Vec<&'static Statement> {
    let modules = [
        audit::STATEMENTS,
        blueprints::STATEMENTS,
        bulk_actions::STATEMENTS,
        catalog::STATEMENTS,
        changes::STATEMENTS,
        commands::STATEMENTS,
        decisions::STATEMENTS,
        declarations::STATEMENTS,
        device_actions::STATEMENTS,
        devices::STATEMENTS,
        enrollment::STATEMENTS,
        exceptions::STATEMENTS,
        facts::STATEMENTS,
        history::STATEMENTS,
        identity::STATEMENTS,
        items::STATEMENTS,
        last_seen::STATEMENTS,
        leases::STATEMENTS,
        links::STATEMENTS,
        migrate::STATEMENTS,
        notes::STATEMENTS,
        crate::outcomes::STATEMENTS,
        crate::passkeys::STATEMENTS,
        people::STATEMENTS,
        policy_stamp::STATEMENTS,
        pushes::STATEMENTS,
        reach::STATEMENTS,
        reconcile::STATEMENTS,
        refusals::STATEMENTS,
        rings::STATEMENTS,
        roster::STATEMENTS,
        second_factors::STATEMENTS,
        secrets::STATEMENTS,
        sessions::STATEMENTS,
        settings::STATEMENTS,
        store::STATEMENTS,
        summary::STATEMENTS,
        tokens::STATEMENTS,
        views::STATEMENTS,
    ];
    modules.into_iter().flatten().copied().collect()
}

#[test]
fn the_list_of_statements_knows_every_module() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let files = std::fs::read_dir(source).unwrap().map(|entry| entry.unwrap().path());
    let with_queries = files.filter(|path| path.extension().is_some_and(|it| it == "rs"));
    let count = with_queries
        .filter(|path| std::fs::read_to_string(path).unwrap().contains("\nqueries! {"))
        .count();
    let list = include_str!("statements.rs");
    assert_eq!(list.lines().filter(|line| line.ends_with("::STATEMENTS,")).count(), count);
}

#[tokio::test]
async fn both_engines_accept_every_statement_and_name_the_same_columns() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("macadam.db");
    open(format!("sqlite:{}", path.display())).await;
    let sqlite = rusqlite::Connection::open(&path).unwrap();
    db::sqlite::prepare_connection(&sqlite).unwrap();
    let url = Postgres::shared().await.new_database().await;
    let mut postgres = PgConnection::connect(&url).await.unwrap();
    for statement in all_statements() {
        let name = statement.name;
        let here =
            sqlite.prepare(statement.sqlite()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let there = (&mut postgres)
            .prepare(statement.postgres.into_sql_str())
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let columns: Vec<_> = there.columns().iter().map(|column| column.name()).collect();
        assert_eq!(here.column_names(), columns, "{name}");
    }
}
