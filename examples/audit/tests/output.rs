//! The program with axum: its log has the id of the request and the user of the session.

use std::process::Command;

use expect_test::expect;

#[test]
fn the_program_audits_its_requests() {
    let output = Command::new(env!("CARGO_BIN_EXE_audit")).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    expect![[r#"
        r1 POST /login/wrong: HTTP/1.1 403 Forbidden
        r2 POST /login/correct%20horse: HTTP/1.1 200 OK
        r3 POST /order/tea: HTTP/1.1 200 OK
        r4 POST /order/elephant: HTTP/1.1 500 Internal Server Error
        r5 POST /forget: HTTP/1.1 200 OK
        r6 POST /logout: HTTP/1.1 200 OK

        -   -       Created User 1 {"id":[null,1],"name":[null,"ann"],"password":"secret"}
        r1  -       LoginFailed User - {"username":"ann"}
        r2  User 1  Updated User 1 {"last_login":[null,1]}
        r2  User 1  LoggedIn User 1 {}
        r3  User 1  Created Order 1 {"customer":[null,1],"id":[null,1],"item":[null,"tea"]}
        r4  User 1  CreateUndone Order 2 {"customer":[null,1],"id":[null,2],"item":[null,"elephant"]}
        r4  User 1  RequestFailed request - {"error":"the response is a 500"}
        r5  User 1  Deleted Order 1 {"customer":[1,null],"id":[1,null],"item":["tea",null]}
        r5  User 1  BulkDeleted Order - {"count":1}
        r6  User 1  LoggedOut User 1 {}
    "#]]
    .assert_eq(&String::from_utf8_lossy(&output.stdout));
}
