//! `signals::wiring()` and its forms. It sees the whole program, so this is a separate binary. Rule 87 of
//! docs/behaviour.md.

#![allow(clippy::needless_raw_string_hashes, reason = "`expect_test` writes them")]

use std::path::PathBuf;
use std::process::Command;

use expect_test::expect;
use signals::prelude::*;

#[path = "it/log.rs"]
#[expect(dead_code, reason = "this binary uses a part of it")]
mod log;

use log::without_lines;

mod accounts {
    use signals::prelude::*;

    #[model]
    #[derive(Default)]
    pub(crate) struct User {
        #[key]
        pub(crate) id: Id<User>,
        pub(crate) email: Option<String>,
        #[many_to_many]
        pub(crate) groups: ManyToMany<Group>,
    }

    #[model]
    #[derive(Default)]
    pub(crate) struct Group {
        #[key]
        pub(crate) id: Id<Group>,
    }

    #[receiver(post_save, sender = User, created = true)]
    pub(crate) async fn create_profile(instance: &User, tx: &mut Tx) {
        let _ = (instance, tx);
    }

    #[receiver(post_save, sender = User, changed(email), before = [create_profile])]
    pub(crate) fn confirm(instance: &User) {
        let _ = instance;
    }

    #[receiver(pre_save, sender = User, raw = true, id = "say \"hi\" <&> #1")]
    pub(crate) fn greet() {}

    #[receiver(m2m_changed, sender = UserGroups)]
    pub(crate) fn regroup(#[context] mailer: &Mailer, #[context] actor: Option<&crate::accounts::Actor>) {
        let _ = (mailer, actor);
    }

    pub(crate) struct Mailer;
    pub(crate) struct Actor;
}

/// Another `User`, whose deletes do not call receivers of any sender.
mod forum {
    use signals::prelude::*;

    #[model(table = "forum_user", delete_signals = false)]
    #[derive(Default)]
    pub(crate) struct User {
        #[key]
        pub(crate) id: Id<User>,
    }
}

#[receiver([post_save, post_delete], after = [accounts::create_profile])]
fn audit(instance: &dyn AnyModel) {
    let _ = instance;
}

/// The entities of another library may all have one name.
mod entities {
    use signals::prelude::*;

    pub(crate) mod member {
        #[derive(Debug)]
        pub(crate) struct Model;
    }

    pub(crate) mod profile {
        #[derive(Debug)]
        pub(crate) struct Model;
    }

    #[signal(sender)]
    pub(crate) struct Stored<'a, M: ?Sized> {
        pub(crate) instance: &'a M,
    }

    #[receiver(Stored, sender = member::Model)]
    pub(crate) fn index_member() {}

    #[receiver(Stored, sender = profile::Model)]
    pub(crate) fn index_profile() {}
}

mod shop {
    use signals::prelude::*;

    #[signal]
    pub(crate) struct Paid {
        pub(crate) amount: u64,
    }

    #[receiver(Paid, when = |event| event.amount > 100)]
    pub(crate) fn thank() {}

    #[signal]
    pub(crate) struct NoReceivers {}
}

mod in_a_cycle {
    use signals::prelude::*;

    #[signal]
    pub(crate) struct Cyclic {}

    #[receiver(Cyclic, before = [second])]
    pub(crate) fn first() {}

    #[receiver(Cyclic, before = [first])]
    pub(crate) fn second() {}
}

#[test]
fn a_table_names_the_receivers_of_each_signal_in_their_order() {
    let _ = (shop::NoReceivers {}, shop::Paid { amount: 0 }, in_a_cycle::Cyclic {});
    expect![[r#"
        Cyclic (wiring::in_a_cycle)
            error: the receivers of `Cyclic` wait for one another: `wiring::in_a_cycle::second` (tests/wiring.rs) runs before `wiring::in_a_cycle::first` (tests/wiring.rs) runs before `wiring::in_a_cycle::second`; take one `after` or `before` out
            1  wiring::in_a_cycle::first         before = [wiring::in_a_cycle::second]                        tests/wiring.rs
            2  wiring::in_a_cycle::second        before = [wiring::in_a_cycle::first]                         tests/wiring.rs
        Group (wiring::accounts)
          post_save
            1  wiring::audit                     any sender, after = [wiring::accounts::create_profile]       tests/wiring.rs
          post_delete
            1  wiring::audit                     any sender, after = [wiring::accounts::create_profile]       tests/wiring.rs
        Model (wiring::entities::member)
          Stored
            1  wiring::entities::index_member                                                                 tests/wiring.rs
        Model (wiring::entities::profile)
          Stored
            1  wiring::entities::index_profile                                                                tests/wiring.rs
        Paid (wiring::shop)
            1  wiring::shop::thank               when = |event| event.amount > 100                            tests/wiring.rs
        User (wiring::accounts)
          pre_save
            1  say "hi" <&> #1                   raw = true                                                   tests/wiring.rs
          post_save
            1  wiring::accounts::confirm         changed(email), before = [wiring::accounts::create_profile]  tests/wiring.rs
            2  wiring::accounts::create_profile  created = true                                               tests/wiring.rs
            3  wiring::audit                     any sender, after = [wiring::accounts::create_profile]       tests/wiring.rs
          post_delete
            1  wiring::audit                     any sender, after = [wiring::accounts::create_profile]       tests/wiring.rs
        User (wiring::forum)
          post_save
            1  wiring::audit                     any sender, after = [wiring::accounts::create_profile]       tests/wiring.rs
        UserGroups (wiring::accounts)
          m2m_changed
            1  wiring::accounts::regroup         context = [Mailer, Option<crate::accounts::Actor>]           tests/wiring.rs
        any sender
          post_save
            1  wiring::audit                     after = [wiring::accounts::create_profile]                   tests/wiring.rs
          post_delete
            1  wiring::audit                     after = [wiring::accounts::create_profile]                   tests/wiring.rs
    "#]].assert_eq(&without_lines(&signals::wiring().to_string()));
}

#[test]
fn the_wiring_of_one_sender() {
    let wiring = signals::wiring().of_sender("Paid");
    expect![[r#"
        Paid (wiring::shop)
            1  wiring::shop::thank  when = |event| event.amount > 100  tests/wiring.rs
    "#]]
    .assert_eq(&without_lines(&wiring.to_string()));
    assert!(signals::wiring().of_sender("Unknown").signals.is_empty());
}

#[test]
fn the_order_is_that_in_which_a_save_calls_them() {
    let wiring = signals::wiring();
    let is_meant = |signal: &&signals::wiring::WiredSignal| {
        signal.signal == "post_save" && signal.module == Some("wiring::accounts")
    };
    let users = wiring.signals.iter().find(|signal| is_meant(signal) && signal.sender == Some("User")).unwrap();
    let listed = users.receivers.iter().map(|wired| &wired.receiver.id);
    assert!(listed.eq(accounts::User::POST_SAVE.receivers().unwrap()));
}

#[test]
fn json_is_for_programs() {
    let json = signals::wiring().to_json();
    let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
    let signals = parsed.as_array().unwrap();
    assert_eq!(signals.len(), signals::wiring().signals.len());
    let pre_save = signals.iter().find(|signal| signal["signal"] == "pre_save").unwrap();
    assert_eq!(pre_save["sender"], "User");
    assert_eq!(pre_save["module"], "wiring::accounts");
    assert_eq!(pre_save["receivers"][0]["name"], "say \"hi\" <&> #1");
    assert_eq!(pre_save["receivers"][0]["raw"], true);
    let cyclic = signals.iter().find(|signal| signal["signal"] == "Cyclic").unwrap();
    assert!(cyclic["error"].as_str().unwrap().contains("wait for one another"));
    expect![[r#"
        [
          {
            "signal": "Paid",
            "sender": null,
            "module": "wiring::shop",
            "any_sender": false,
            "error": null,
            "receivers": [
              {
                "name": "wiring::shop::thank",
                "module": "wiring::shop",
                "file": "tests/wiring.rs",
                "line": _,
                "column": 5,
                "filters": [
                  "when = |event| event.amount > 100"
                ],
                "reads": [
                  "event"
                ],
                "context": [],
                "any_sender": false,
                "raw": false,
                "async": false,
                "durable": null,
                "after": [],
                "before": []
              }
            ]
          }
        ]
    "#]]
    .assert_eq(&without_lines_of_json(&signals::wiring().of_sender("Paid").to_json()));
}

/// The JSON without the numbers of its lines.
fn without_lines_of_json(json: &str) -> String {
    let digits = |part: &str| part.trim_start_matches(|character: char| character.is_ascii_digit()).to_owned();
    let mut parts = json.split("\"line\": ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "\"line\": _" + &digits(part))
}

#[test]
fn a_graph_for_mermaid() {
    let mut wiring = signals::wiring();
    wiring.signals.retain(|signal| signal.module == Some("wiring::accounts"));
    expect![[r#"
        flowchart LR
            n0[["Group (wiring::accounts)"]]
            n1(["post_save"])
            n2["wiring::audit"]
            n3(["post_delete"])
            n4[["User (wiring::accounts)"]]
            n5(["pre_save"])
            n6["say #quot;hi#quot; #lt;#amp;#gt; #35;1"]
            n7(["post_save"])
            n8["wiring::accounts::confirm"]
            n9["wiring::accounts::create_profile"]
            n10(["post_delete"])
            n11[["UserGroups (wiring::accounts)"]]
            n12(["m2m_changed"])
            n13["wiring::accounts::regroup"]
            n0 --> n1
            n1 -->|"1, any sender, after = [wiring::accounts::create_profile]"| n2
            n0 --> n3
            n3 -->|"1, any sender, after = [wiring::accounts::create_profile]"| n2
            n4 --> n5
            n5 -->|"1, raw = true"| n6
            n4 --> n7
            n7 -->|"1, changed(email), before = [wiring::accounts::create_profile]"| n8
            n7 -->|"2, created = true"| n9
            n7 -->|"3, any sender, after = [wiring::accounts::create_profile]"| n2
            n4 --> n10
            n10 -->|"1, any sender, after = [wiring::accounts::create_profile]"| n2
            n11 --> n12
            n12 -->|"1, context = [Mailer, Option#lt;crate::accounts::Actor#gt;]"| n13
    "#]]
    .assert_eq(&wiring.to_mermaid());
}

#[test]
fn a_graph_for_graphviz() {
    let mut wiring = signals::wiring();
    wiring.signals.retain(|signal| signal.module == Some("wiring::accounts") && signal.signal == "pre_save");
    expect![[r#"
        digraph wiring {
            rankdir = LR;
            node [shape = box];
            n0 [label = "User (wiring::accounts)", shape = component];
            n1 [label = "pre_save", style = rounded];
            n2 [label = "say \"hi\" <&> #1"];
            n0 -> n1;
            n1 -> n2 [label = "1, raw = true"];
        }
    "#]]
    .assert_eq(&wiring.to_dot());
}

#[test]
fn a_page_of_html_has_every_receiver() {
    let page = signals::wiring().to_html();
    let body = &page[page.find("<section").unwrap()..page.find("<script").unwrap()];
    expect![[r#"
        <section data-name="Cyclic wiring::in_a_cycle">
        <h2>Cyclic <small>wiring::in_a_cycle</small></h2>
        <div data-name="Cyclic">
        <p class="error">the receivers of `Cyclic` wait for one another: `wiring::in_a_cycle::second` (tests/wiring.rs) runs before `wiring::in_a_cycle::first` (tests/wiring.rs) runs before `wiring::in_a_cycle::second`; take one `after` or `before` out</p>
        <table>
        <tr><td>1<td><code>wiring::in_a_cycle::first</code><td>before = [wiring::in_a_cycle::second]<td>tests/wiring.rs
        <tr><td>2<td><code>wiring::in_a_cycle::second</code><td>before = [wiring::in_a_cycle::first]<td>tests/wiring.rs
        </table>
        </div>
    "#]].assert_eq(&without_lines(&body[..body.find("</section>").unwrap()]));
    assert!(body.contains("say &#34;hi&#34; &#60;&#38;&#62; #1"), "{body}");
    assert!(body.contains("<p class=\"error\">"), "{body}");
    assert_eq!(body.matches("<section").count(), body.matches("</section>").count());
    assert!(!page.contains("http"), "it needs no other file");
}

/// Compares the wiring with this file in another process, and returns whether it passed, and its messages.
fn run_locked(file: &str, update: bool) -> (bool, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "the_wiring_of_this_program", "--include-ignored", "--nocapture"]).env("LOCK", file);
    if update {
        command.env("UPDATE_WIRING", "1")
    } else {
        command.env_remove("UPDATE_WIRING")
    };
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The test that [`run_locked`] runs. Without `LOCK` it has no file to compare with.
#[test]
fn the_wiring_of_this_program() {
    if let Some(file) = std::env::var_os("LOCK") {
        signals::wiring().assert_locked(PathBuf::from(file));
    }
}

#[test]
fn a_lock_file_shows_receivers_that_are_added_and_removed() {
    let folder = tempfile();
    let path = folder.join("wiring.lock");
    let file = path.to_str().unwrap();

    let (passed, message) = run_locked(file, false);
    assert!(!passed);
    assert!(
        message.contains("there is no `") && message.contains("run `UPDATE_WIRING=1 cargo test` once"),
        "{message}"
    );

    assert!(run_locked(file, true).0);
    let written = std::fs::read_to_string(&path).unwrap();
    expect![[r##"
        # The receivers of each signal, in the order in which they are called. A test compares this file with the program, so that a
        # review shows when a receiver is added or removed. `UPDATE_WIRING=1 cargo test` updates it.
        Cyclic (wiring::in_a_cycle)
            wiring::in_a_cycle::first  before = [wiring::in_a_cycle::second]
            wiring::in_a_cycle::second  before = [wiring::in_a_cycle::first]
        Model (wiring::entities::member)
          Stored
            wiring::entities::index_member
        Model (wiring::entities::profile)
          Stored
            wiring::entities::index_profile
        Paid (wiring::shop)
            wiring::shop::thank  when = |event| event.amount > 100
        User (wiring::accounts)
          pre_save
            say "hi" <&> #1  raw = true
          post_save
            wiring::accounts::confirm  changed(email), before = [wiring::accounts::create_profile]
            wiring::accounts::create_profile  created = true
        UserGroups (wiring::accounts)
          m2m_changed
            wiring::accounts::regroup  context = [Mailer, Option<crate::accounts::Actor>]
        any sender
          post_save
            wiring::audit  after = [wiring::accounts::create_profile]
          post_delete
            wiring::audit  after = [wiring::accounts::create_profile]
    "##]]
    .assert_eq(&written);
    assert!(run_locked(file, false).0);

    // As git writes it on Windows.
    std::fs::write(&path, written.replace('\n', "\r\n")).unwrap();
    assert!(run_locked(file, false).0);

    // The file is that of a program with one receiver more and one less.
    let other = written.replace("    wiring::accounts::create_profile  created = true\n", "");
    std::fs::write(&path, other.replace("Paid (wiring::shop)\n", "Paid (wiring::shop)\n    wiring::shop::book\n"))
        .unwrap();
    let (passed, message) = run_locked(file, false);
    assert!(!passed);
    let lines: String =
        message.lines().filter(|line| line.starts_with(['+', '-'])).flat_map(|line| [line, "\n"]).collect();
    expect![[r#"
        -     wiring::shop::book
        +     wiring::accounts::create_profile  created = true
    "#]]
    .assert_eq(&lines);
    assert!(message.contains("run `UPDATE_WIRING=1 cargo test` and commit the file"), "{message}");
    std::fs::remove_dir_all(folder).unwrap();
}

fn tempfile() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("signals-wiring-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[tokio::test]
async fn the_receivers_of_this_program_run() {
    let db = Db::connect("sqlite::memory:").await.unwrap();
    db.create_tables_of::<(accounts::User, accounts::Group)>().await.unwrap();
    accounts::User::default().save(&db).await.unwrap();
    assert!(shop::Paid { amount: 1 }.send().is_ok());
}
