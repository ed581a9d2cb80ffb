//! Encrypted lines, with an authority made for the test.

use std::path::Path;
use std::process::Command;

use clickmill::lake::Lake;
use clickmill::load::{self, DatabaseUrl, Options, Server, server};
use clickmill::progress::Progress;

use super::database::{start, url_of};
use super::gold;
use super::shop::Shop;

/// An authority and a certificate for 127.0.0.1; false, said aloud, without openssl.
fn make_certificates(folder: &Path) -> bool {
    let script = "set -e
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=stranger -keyout other.key -out other.pem
        openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr
        printf 'subjectAltName=IP:127.0.0.1' > names
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem";
    let ran = Command::new("sh").args(["-c", script]).current_dir(folder).output().unwrap();
    if !ran.status.success() {
        eprintln!("skipped: openssl makes no certificates: {}", String::from_utf8_lossy(&ran.stderr));
    }
    ran.status.success()
}

#[test]
fn tls_is_spoken_and_certificates_are_held_to_what_sslmode_says() {
    let folder = tempfile::tempdir().unwrap();
    if !make_certificates(folder.path()) {
        return;
    }
    let lake = Lake::new(folder.path().join("data"));
    let Some(first) = start(&lake) else { return };
    let cluster = server::status(&lake).unwrap().folder.join("cluster");
    assert!(server::stop(&lake).unwrap());
    for name in ["server.pem", "server.key"] {
        std::fs::copy(folder.path().join(name), cluster.join(name)).unwrap();
        let script = "chown --reference=\"$1/PG_VERSION\" \"$1/$2\" && chmod 600 \"$1/$2\"";
        let ran = Command::new("sh").args(["-c", script, "sh"]).arg(&cluster).arg(name).status().unwrap();
        assert!(ran.success());
    }
    let settings = "ssl = on\nssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'\n";
    let conf = cluster.join("postgresql.conf");
    let text = std::fs::read_to_string(&conf).unwrap();
    std::fs::write(&conf, text + settings).unwrap();
    // Nobody gets in without TLS.
    let hba = std::fs::read_to_string(cluster.join("pg_hba.conf")).unwrap();
    std::fs::write(cluster.join("pg_hba.conf"), hba.replace("\nhost ", "\nhostssl ")).unwrap();
    // Our own looking for it speaks plainly, so it does not count as up.
    let _ = server::start(&lake, None);

    let url = url_of(&first);
    let named = url.replace("127.0.0.1", "localhost");
    let (ca, other) = (folder.path().join("ca.pem"), folder.path().join("other.pem"));
    let connect = |url: &str, settings: &str| {
        Server::given(DatabaseUrl::new(format!("{url}?{settings}")))
            .connect()
            .map_err(|error| error.with_causes())
    };
    let (ca, other) = (format!("&sslrootcert={}", ca.display()), format!("&sslrootcert={}", other.display()));

    let error = connect(&url, "sslmode=disable").err().unwrap();
    assert!(error.contains("no encryption"), "{error}");
    connect(&url, "sslmode=require").unwrap();
    connect(&url, &format!("sslmode=require{ca}")).unwrap();
    connect(&url, &format!("sslmode=verify-ca{ca}")).unwrap();
    connect(&named, &format!("sslmode=verify-ca{ca}")).unwrap();
    let mut client = connect(&url, &format!("sslmode=verify-full{ca}")).unwrap();
    let is_encrypted: bool =
        client.query_one("select ssl from pg_stat_ssl where pid = pg_backend_pid()", &[]).unwrap().get(0);
    assert!(is_encrypted);
    drop(client);
    for (url, settings) in [
        (&url, "sslmode=verify-full".to_owned()),
        (&url, format!("sslmode=verify-full{other}")),
        (&url, format!("sslmode=verify-ca{other}")),
        (&url, format!("sslmode=require{other}")),
        (&named, format!("sslmode=verify-full{ca}")),
    ] {
        let error = connect(url, &settings).err().unwrap_or_else(|| panic!("{settings} let it in"));
        assert!(error.contains("ertificate") || error.contains("cert"), "{settings}: {error}");
    }
    let error = connect(&url, "sslmode=verify-full&sslrootcert=/no/such.pem").err().unwrap();
    assert!(error.contains("/no/such.pem"), "{error}");

    // All connections of a load speak it.
    let (_folder, engine) = gold(Shop::default());
    let server = Server::given(DatabaseUrl::new(format!("{url}?sslmode=verify-full{ca}")));
    let outcome = load::load(&engine, &server, &Options::default(), &Progress::hidden()).unwrap();
    assert!(outcome.tables.len() > 24);

    std::fs::write(cluster.join("pg_hba.conf"), hba).unwrap();
    let _ = server::stop(&lake);
    if let Ok(pid) = std::fs::read_to_string(cluster.join("postmaster.pid")) {
        let _ = Command::new("kill").args(["-INT", pid.lines().next().unwrap_or_default()]).status();
    }
    let home = cluster.parent().unwrap();
    if home != lake.postgres() {
        let _ = std::fs::remove_dir_all(home);
    }
}
