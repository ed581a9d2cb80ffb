//! Servers that refuse, are not there, stop and start.

use clickmill::lake::Lake;
use clickmill::load::{self, DatabaseUrl, Options, Server, server};
use clickmill::progress::Progress;

use super::database::{Database, start, url_of};
use super::gold;
use super::shop::Shop;

#[test]
fn a_wrong_password_is_said_and_not_shown() {
    let (_folder, engine) = gold(Shop::default());
    let Some(database) = Database::new("password") else { return };
    let url = database.url();
    let (head, tail) = url.split_once('@').unwrap();
    let (user, _) = head.rsplit_once(':').unwrap();
    let (_, name) = user.rsplit_once('/').unwrap();
    let server = Server::given(DatabaseUrl::new(format!("{user}:wr0ngSecret@{tail}")));
    let error = load::load(&engine, &server, &Options::default(), &Progress::hidden()).unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains(&format!("refused user {name}")), "{text}");
    assert!(!text.contains("wr0ngSecret"), "{text}");
}

#[test]
fn an_unreachable_server_is_said() {
    let (_folder, engine) = gold(Shop::default());
    let server = Server::given(DatabaseUrl::new("postgresql://me:s3cret@127.0.0.1:1/shop"));
    let error =
        load::load(&engine, &server, &Options::default(), &Progress::hidden()).unwrap_err().to_string();
    assert!(error.contains("cannot reach") && error.contains("127.0.0.1:1"), "{error}");
}

#[test]
fn a_private_server_stops_starts_and_survives_a_stale_pid_file_and_a_taken_port() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(folder.path());
    assert_eq!(server::status(&lake).unwrap().state, server::State::Absent);
    assert!(!server::stop(&lake).unwrap(), "nothing to stop");
    assert!(server::url(&lake, &Options::default()).is_err());

    let Some(first) = start(&lake) else { return };
    assert!(first.is_private());
    assert_eq!(server::status(&lake).unwrap().state, server::State::Running);
    assert_eq!(url_of(&start(&lake).unwrap()), url_of(&first), "started twice, it is the same");
    let home = server::status(&lake).unwrap().folder;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = home.join("password").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    assert!(server::stop(&lake).unwrap());
    assert_eq!(server::status(&lake).unwrap().state, server::State::Stopped);
    // Our own number stands for a program that got a killed server's.
    std::fs::write(home.join("cluster/postmaster.pid"), format!("{}\n", std::process::id())).unwrap();
    assert_eq!(url_of(&start(&lake).unwrap()), url_of(&first), "the port is kept");

    assert!(server::stop(&lake).unwrap());
    let port: u16 = std::fs::read_to_string(home.join("port")).unwrap().trim().parse().unwrap();
    let squatter = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let moved = start(&lake).unwrap();
    assert_ne!(url_of(&moved), url_of(&first));
    moved.connect().unwrap();
    drop(squatter);
    assert!(server::stop(&lake).unwrap());
    if home != lake.postgres() {
        std::fs::remove_dir_all(home).unwrap();
    }
}

#[test]
fn a_cluster_goes_with_its_databases_wherever_it_lives() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(folder.path());
    assert_eq!(server::remove(&lake).unwrap(), None, "nothing to remove");
    // Root's server has another user, who may not enter this folder: the cluster lives elsewhere.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    let Some(first) = start(&lake) else { return };
    first.connect().unwrap().batch_execute("create table kept (a int)").unwrap();
    assert!(server::stop(&lake).unwrap());
    let home = server::status(&lake).unwrap().folder;
    assert_eq!(server::remove(&lake).unwrap().as_deref(), Some(home.as_path()));
    assert!(!home.exists());
    assert_eq!(server::status(&lake).unwrap().state, server::State::Absent);
}
