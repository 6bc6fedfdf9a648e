//! Setting up a county through the real program: workbooks opened in a child, and a server that dies while it writes one.

use std::fmt::Write as _;
use std::time::Duration;

use lalian::domain::people::role::Role;
use lalian_tests::actor::Actor;
use lalian_tests::backend::sqlite_url;
use lalian_tests::demo::{Demo, arguments};
use lalian_tests::http::{Answer, send, try_send};
use lalian_tests::phone::fresh_id;
use lalian_tests::program::{Program, command, run};
use reqwest::{Method, RequestBuilder};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

/// Enough people that writing them takes a while.
const PEOPLE: usize = 1_500;

fn bring(actor: &Actor, name: &str, bytes: Vec<u8>) -> RequestBuilder {
    let request = actor.http.request(Method::POST, &format!("/api/v1/imports?name={name}"));
    let request = request.header("idempotency-key", fresh_id().to_string());
    request.header("content-type", "application/octet-stream").body(bytes)
}

fn apply(actor: &Actor, view: &Value) -> RequestBuilder {
    let path = format!("/api/v1/imports/{}/apply", view["id"].as_str().expect("an id"));
    actor.http.request(Method::POST, &path).header("idempotency-key", fresh_id().to_string()).json(&json!({}))
}

async fn written(office: &Actor) -> usize {
    let answer: Answer = office.http.get("/api/v1/people?q=crash-&limit=200").await.expect(200);
    answer.at("/items").as_array().map_or(0, Vec::len)
}

#[test]
fn a_server_that_dies_while_it_writes_an_import_has_written_all_of_it_or_nothing() {
    lalian_tests::story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let database = sqlite_url(&folder.path().join("demo.db"));
        let demo = Demo::start(folder.path(), &database).await;
        let mut office = Actor::at_desk(&demo.http(), &demo.logins(Role::Office)[0]).await;

        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name("人员").expect("a name");
        for (column, title) in (0..).zip(["账号", "姓名", "岗位"]) {
            sheet.write_string(0, column, title).expect("a cell");
        }
        for row in 1..=u32::try_from(PEOPLE).expect("a few") {
            for (column, cell) in
                (0..).zip([format!("crash-{row}"), format!("某{row}"), "检查人员".to_owned()])
            {
                sheet.write_string(row, column, cell).expect("a cell");
            }
        }
        let bytes = book.save_to_buffer().expect("a workbook");
        let seen = send(bring(&office, "a.xlsx", bytes)).await.expect(201).json();
        assert_eq!(seen["sheets"][0]["created"], PEOPLE, "the child has read it: {seen}");
        let half = send(bring(&office, "a.xlsx", b"PK\x03\x04 half".to_vec())).await;
        half.expect_problem(422, "import_refused");

        let writing = tokio::spawn(try_send(apply(&office, &seen)));
        tokio::time::sleep(Duration::from_millis(250)).await;
        demo.program.kill().await;
        let told = writing.await.expect("no panic");

        let mut program = Program::start(command(folder.path(), &arguments(&database)));
        office = office.through(program.url().await);
        let path = format!("/api/v1/imports/{}", seen["id"].as_str().expect("an id"));
        let state = office.http.get(&path).await.expect(200).text("/state");
        match (state.as_str(), written(&office).await) {
            ("preview", 0) => {
                assert!(told.is_err(), "nobody was told of what is not there");
                send(apply(&office, &seen)).await.expect(200);
            }
            ("applied", 200) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(written(&office).await, 200, "a page of them");
        program.terminate().await;
    });
}

#[test]
fn people_and_titles_come_in_by_command() {
    lalian_tests::story::run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("a file");
            path.display().to_string()
        };
        let county = file("县.csv", "code,name\n520102,新县\n");
        let mut divisions = "code,name\n520102001000,城关镇\n".to_owned();
        for village in 1..=3 {
            let _ = writeln!(divisions, "52010200100{village},村{village}");
        }
        let divisions = file("区划.csv", &divisions);
        let people = file(
            "人员.csv",
            "姓名,手机,岗位,单位\n甲,13900000001,办公室,\n乙,13900000002,村干部,城关镇/村2\n",
        );
        let titles = file(
            "titles.csv",
            "subject_kind,code,level,title,year\ndivision,520102001001,county,文明村,2024\n",
        );
        let import = async |arguments: &[&str]| {
            let all = [&["import"], arguments].concat();
            run(&mut command(folder.path(), &all)).await
        };
        // There is no county yet.
        let early = import(&["people", &people]).await;
        assert!(!early.status.success() && early.output.contains("no county yet"), "{early:?}");
        for (arguments, says) in [
            (vec!["workbook", "--dry-run", &county], "1 new"),
            (vec!["workbook", &county], "1 new"),
            (vec!["workbook", &divisions], "4 new"),
            (vec!["workbook", &divisions], "4 as before"),
            (vec!["people", &people], "2 new"),
            (vec!["people", &people], "2 as before"),
            (vec!["honours", "--dry-run", &titles], "1 new"),
            (vec!["honours", &titles], "1 new"),
            (vec!["honours", &titles], "1 as before"),
        ] {
            let done = import(&arguments).await;
            assert!(done.status.success() && done.output.contains(says), "{arguments:?}: {done:?}");
        }
        let lists = file(
            "清单.csv",
            "清单,编号,检查内容,选项,主管部门\n乡镇书屋,SHU-01,按时开门,开门；关门（不合格）,某某馆\n乡镇书屋,SHU-02,书架完好,,\n",
        );
        let template = folder.path().join("模板.xlsx").display().to_string();
        for (arguments, says) in [
            (vec!["workbook", "--dry-run", &lists], "2 new"),
            (vec!["checklists", &lists], "2 new"),
            (vec!["checklists", &lists], "2 as before"),
            (vec!["template", &template], "written"),
        ] {
            let done = import(&arguments).await;
            assert!(done.status.success() && done.output.contains(says), "{arguments:?}: {done:?}");
        }
        let blank = import(&["workbook", &template]).await;
        assert!(!blank.status.success() && blank.output.contains("nothing to import"), "{blank:?}");
        let twice = import(&["template", &template]).await;
        assert!(!twice.status.success(), "nobody's workbook is written over: {twice:?}");
        let bad = file("坏清单.csv", "清单,编号,检查内容,严重程度\n乡镇书屋,SHU-01,按时开门,特急\n");
        let refused = import(&["checklists", &bad]).await;
        assert!(
            !refused.status.success() && refused.output.contains("严重程度"),
            "the column as it stands in the file: {refused:?}"
        );
        let wrong = import(&["people", &divisions]).await;
        assert!(!wrong.status.success() && wrong.output.contains("import workbook"), "{wrong:?}");
    });
}
