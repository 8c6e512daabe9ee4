//! `dan demo` and `dan sandbox`.

use crate::support::{RunningSandbox, bare_dan};

#[test]
fn the_demonstration_shows_every_step() {
    let output = bare_dan(&["demo"]).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{shown}{}", String::from_utf8_lossy(&output.stderr));
    insta::with_settings!({ filters => vec![
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"in \d+\.\d ms", "in N ms"),
        (r"exp: \d+", "exp: TIME"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME"),
        (r"\d+ datasets: .*", "N datasets: NAMES"),
    ] }, { insta::assert_snapshot!(shown) });
}

#[cfg(unix)]
#[test]
fn the_variables_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let sandbox = RunningSandbox::start();
    let env_file = sandbox.folder.path().join("sandbox.env");
    assert_eq!(std::fs::metadata(&env_file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(sandbox.ready["env_file"], env_file.to_str().unwrap());
}
