//! Tax and register numbers on the command line, as the README shows it.

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_atalaya")).args(arguments).output().unwrap()
}

#[test]
fn the_exit_status_tells_whether_all_are_valid() {
    for (arguments, want) in [
        (&["ids", "check", "B-12.345.674", "7707083893"][..], 0),
        (&["ids", "check", "B-12.345.674", "B-12.345.678"], 1),
        (&["ids", "check", "12345678", "--country", "Spain"], 1),
        (&["ids", "check", "on request"], 1),
        (&["ids", "check"], 2),
        (&["ids", "check", "B12345674", "--country", "Atlantis"], 2),
    ] {
        let ran = run(arguments);
        assert_eq!(ran.status.code(), Some(want), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

#[test]
fn the_commands_in_the_readme_find_what_they_are_given() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let commands: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("atalaya ids ")).collect();
    assert!(commands.len() >= 2);
    for command in commands {
        let line = format!("\"$ATALAYA\" ids {command}");
        let ran = Command::new("sh").args(["-c", &line]).env("ATALAYA", env!("CARGO_BIN_EXE_atalaya")).output().unwrap();
        assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
        if command.contains("--json") {
            let rows: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
            assert_eq!(rows[0]["kinds"][0]["canonical"], "73282932000074");
        }
    }
}
