//! The binary in a terminal, against servers that say what a test wants; and the harness itself, against a shell.

#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests wait with a deadline")]

mod common;

mod harness {
    use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
    use std::net::TcpStream;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;
    use std::time::Duration;

    use rustix::process::Signal;
    use rustls::crypto::ring;
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};

    use crate::common::pty::Terminal;
    use crate::common::scripted::{Scripted, Step};

    fn shell(script: &str) -> Terminal {
        Terminal::spawn_program("/bin/sh", &["-c", script], &[("GREETING", "good day")], 40, 10)
    }

    #[test]
    fn what_a_program_writes_and_its_exit_code_are_seen() {
        let terminal = shell("printf '%s\\n' \"$GREETING\"; exit 7");
        terminal.wait_for("good day");
        assert_eq!(terminal.wait_exit(), 7);
        assert_eq!(terminal.raw(), b"good day\r\n");
        assert_eq!(terminal.row_with("day").as_deref(), Some("good day"));
    }

    #[test]
    fn typed_lines_reach_the_program() {
        let terminal = shell("while read -r line; do echo \"<$line>\"; done");
        terminal.enter("grüße");
        terminal.wait_for("<grüße>");
        terminal.key("C-d");
        assert_eq!(terminal.wait_exit(), 0);
    }

    #[test]
    fn keys_are_what_xterm_sends() {
        // In raw mode with od every byte shows; `head` ends it after the count.
        let cases: [(&str, &str); 11] = [
            ("Enter", "0d"),
            ("F1", "1b 4f 50"),
            ("F5", "1b 5b 31 35 7e"),
            ("F10", "1b 5b 32 31 7e"),
            ("C-c", "03"),
            ("C-Left", "1b 5b 31 3b 35 44"),
            ("C-]", "1d"),
            ("M-Enter", "1b 0d"),
            ("M-x", "1b 78"),
            ("S-Tab", "1b 5b 5a"),
            ("ü", "c3 bc"),
        ];
        for (key, hex) in cases {
            let count = hex.split(' ').count();
            let terminal = shell(&format!("stty raw -echo; echo ready; head -c {count} | od -An -tx1"));
            terminal.wait_for("ready");
            terminal.key(key);
            terminal.wait_exit();
            assert!(terminal.row_with(hex).is_some(), "{key}: {}", terminal.screen());
        }
    }

    #[test]
    fn a_paste_is_marked_and_its_line_ends_are_cr() {
        let terminal = shell("stty raw -echo; echo ready; head -c 15 | od -An -c");
        terminal.wait_for("ready");
        terminal.paste("a\nb");
        terminal.wait_exit();
        let shown = terminal.screen().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.ends_with(r"033 [ 2 0 0 ~ a \r b 033 [ 2 0 1 ~"), "{shown}");
    }

    #[test]
    fn the_modes_of_the_terminal_are_seen() {
        let on =
            r"printf '\033[?1049h\033[?25l\033[?2004h\033[31mred\033[0m plain'; stty raw -echo; echo .; read -r go";
        let off = r"printf '\033[?2004l\033[?25h\033[?1049l'; stty sane; echo done; read -r go";
        let terminal = shell(&format!("{on}; {off}"));
        terminal.wait_for("red plain.");
        assert!(terminal.alternate_screen() && terminal.cursor_hidden() && terminal.bracketed_paste());
        assert!(!terminal.cooked());
        let colours = terminal.row_colours("red plain");
        assert_eq!(colours.len(), 40);
        assert_eq!((colours[2], colours[4]), (vt100::Color::Idx(1), vt100::Color::Default));
        terminal.send(b"\n");
        terminal.wait_gone("red plain");
        terminal.wait_for("done");
        terminal.wait_screen("a visible cursor", |screen| !screen.hide_cursor());
        assert!(!terminal.alternate_screen() && !terminal.bracketed_paste() && terminal.cooked());
    }

    #[test]
    fn a_new_size_reaches_the_program() {
        let terminal = shell("trap 'stty size' WINCH; echo ready; while :; do read -r line; done");
        terminal.wait_for("ready");
        terminal.resize(90, 33);
        // A shell that the signal meets just before it reads runs the trap only when it has read something.
        terminal.key("Enter");
        terminal.wait_for("33 90");
        terminal.wait_raw(b"33 90");
    }

    #[test]
    fn a_signal_reaches_the_program() {
        let terminal = shell("trap 'echo caught; exit 3' TERM; echo ready; while :; do read -r line; done");
        terminal.wait_for("ready");
        terminal.signal(Signal::TERM);
        // As above: what wakes the shell if the signal came just before it reads.
        terminal.key("Enter");
        assert_eq!(terminal.wait_exit(), 3);
        terminal.wait_for("caught");

        let terminal = shell("echo ready; read -r line");
        terminal.wait_for("ready");
        terminal.signal(Signal::KILL);
        assert_eq!(terminal.wait_exit(), 128);
    }

    #[test]
    fn a_forbidden_text_is_caught_even_when_it_is_gone_again() {
        let terminal = shell(
            "stty -echo; echo ready; read -r go; printf sec; printf ret; read -r go; printf '\\033[2J'; read -r go",
        );
        terminal.wait_for("ready");
        terminal.forbid("secret");
        terminal.assert_nothing_forbidden();
        terminal.enter("");
        terminal.wait_for("secret");
        terminal.enter("");
        terminal.wait_gone("secret");
        assert!(catch_unwind(AssertUnwindSafe(|| terminal.assert_nothing_forbidden())).is_err());
    }

    #[test]
    fn a_vain_wait_shows_the_screen() {
        let mut terminal = shell("echo something else; read -r line");
        terminal.wait_for("something else");
        terminal.patience(Duration::from_millis(1));
        let waited = catch_unwind(AssertUnwindSafe(|| terminal.wait_for("never written")));
        let reason = *waited.unwrap_err().downcast::<String>().unwrap();
        assert!(reason.contains("\"never written\" on the screen") && reason.contains("│something else"), "{reason}");

        let ended = shell("echo something else; exit 4");
        let waited = catch_unwind(AssertUnwindSafe(|| ended.wait_for("never written")));
        let reason = *waited.unwrap_err().downcast::<String>().unwrap();
        assert!(reason.contains("ended with code 4"), "{reason}");
    }

    #[test]
    fn a_script_is_followed_piece_by_piece() {
        let script = vec![
            Step::text("22"),
            Step::Hold,
            Step::text("0 hi\r\n"),
            Step::Line,
            Step::Octets(2),
            Step::text("ok\r\n"),
        ];
        let server = Scripted::start(script);
        let mut client = TcpStream::connect(server.address()).unwrap();
        let mut piece = [0; 10];
        let count = client.read(&mut piece).unwrap();
        assert_eq!(&piece[..count], b"22");
        server.go();
        let mut reader = BufReader::new(client.try_clone().unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert_eq!(line, "0 hi\r\n");
        client.write_all(b"EHLO me\r\nxy").unwrap();
        line.clear();
        reader.read_line(&mut line).unwrap();
        assert_eq!(line, "ok\r\n");
        client.write_all(b"later").unwrap();
        server.wait_received(b"xylater");
        assert_eq!(server.received(), b"EHLO me\r\nxylater");
        assert_eq!(server.connections(), 1);
        assert_eq!(server.port(), server.address().port().to_string());
    }

    #[test]
    fn a_script_ends_a_connection_in_every_way() {
        let flood = Step::Flood(b"0123456789".to_vec(), 1000);
        let ends = [(Step::Drop, Ok(10_000)), (Step::Finish, Ok(10_000)), (Step::Reset, Err(()))];
        for (end, expected) in ends {
            let server = Scripted::start(vec![flood.clone(), Step::Line, end.clone()]);
            let mut client = TcpStream::connect(server.address()).unwrap();
            let mut start = [0; 10_000];
            client.read_exact(&mut start).unwrap();
            client.write_all(b"\n").unwrap();
            let rest = client.read_to_end(&mut Vec::new()).map(|count| count + start.len()).map_err(|_| ());
            assert_eq!(rest, expected, "{end:?}");
        }
    }

    #[test]
    fn a_script_speaks_tls() {
        let script = [Step::text("outside\r\n"), Step::Tls, Step::text("inside\r\n"), Step::Line, Step::Drop];
        let server = Scripted::start(script.into());
        let mut roots = RootCertStore::empty();
        roots.add(server.certificate()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut tls = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
        let mut socket = TcpStream::connect(server.address()).unwrap();
        let mut line = [0; 9];
        socket.read_exact(&mut line).unwrap();
        assert_eq!(&line, b"outside\r\n");
        let mut stream = Stream::new(&mut tls, &mut socket);
        stream.read_exact(&mut line[..8]).unwrap();
        assert_eq!(&line[..8], b"inside\r\n");
        stream.write_all(b"hello\n").unwrap();
        server.wait_received(b"hello\n");
        // No close_notify comes before the FIN, and rustls says so.
        assert_eq!(stream.read(&mut line).unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }
}

/// The binary. A typed line and Enter sends it; F10 leaves.
mod explorer {
    use rustix::process::Signal;

    use crate::common::program::{PROGRAM, ehlo};
    use crate::common::pty::Terminal;
    use crate::common::scripted::{Scripted, Step};

    fn explore(server: &Scripted, options: &[&str]) -> Terminal {
        let port = server.port();
        Terminal::spawn(&[&["127.0.0.1", port.as_str()], options].concat(), 120, 40)
    }

    #[track_caller]
    fn is_restored(terminal: &Terminal) {
        assert!(!terminal.alternate_screen(), "the normal screen is back");
        assert!(!terminal.cursor_hidden(), "the cursor is back");
        assert!(!terminal.bracketed_paste(), "pastes come unmarked again");
        assert!(terminal.cooked(), "the terminal edits lines again");
    }

    #[test]
    fn a_hostile_banner_reaches_the_terminal_only_as_visible_escapes() {
        let mut banner = b"220-osc \x1b]52;c;ZXZpbA==\x07 csi \x1b[31mred\x1b[2J c1 \xc2\x9b31m\x9b32m\r\n".to_vec();
        banner.extend_from_slice(
            "220-bidi \u{202e}drawkcab\u{202c} zero\u{200b}width nul \0 del \x7f bell \x07\r\n".as_bytes(),
        );
        banner.extend_from_slice(b"220 end of banner\r\n");
        let server = Scripted::start(vec![Step::Send(banner)]);
        let terminal = explore(&server, &["--no-tls"]);
        terminal.wait_for("end of banner");
        terminal.wait_for("red");
        terminal.key("F10");
        assert_eq!(terminal.wait_exit(), 0);
        let raw = terminal.raw();
        let never: [&[u8]; 9] = [
            b"\x1b]52",
            b"\x1b[31mred",
            b"\x07",
            b"\0",
            b"\x7f",
            b"\xc2\x9b",
            b"\x9b32m",
            "\u{202e}".as_bytes(),
            "\u{200b}".as_bytes(),
        ];
        for bytes in never {
            assert!(memchr::memmem::find(&raw, bytes).is_none(), "{bytes:x?} reached the terminal");
        }
        is_restored(&terminal);
    }

    #[test]
    fn nothing_is_sent_before_the_banner_is_complete() {
        let script = vec![
            Step::text("220-wait"),
            Step::Hold,
            Step::text(" for it\r\n"),
            Step::Hold,
            Step::text("220 now\r\n"),
            Step::Line,
            Step::text("250 hello\r\n"),
        ];
        let server = Scripted::start(script);
        let terminal = explore(&server, &["--no-tls"]);
        terminal.enter("EHLO me");
        server.go();
        terminal.wait_for("220-wait for it");
        assert_eq!(server.received(), b"");
        server.go();
        terminal.wait_for("250 hello");
        assert_eq!(server.received(), b"EHLO me\r\n");
        terminal.key("F10");
        terminal.wait_exit();
    }

    #[test]
    fn lines_that_other_programs_take_for_themselves_go_out() {
        let script = (0..5).flat_map(|_| [Step::Line, Step::text("500 what\r\n")]);
        let server = Scripted::start([Step::text("220 hi\r\n")].into_iter().chain(script).collect());
        let terminal = explore(&server, &["--no-tls"]);
        terminal.wait_for("220 hi");
        // `openssl s_client` renegotiates at R, ends at Q and updates keys at k and K.
        let mut expected = String::new();
        for line in ["RCPT TO:<a@b.example>", "Q", "k", "K", "R"] {
            terminal.type_text(line);
            // What the grammar refuses is sent all the same with Alt-Enter.
            terminal.key("M-Enter");
            expected += &format!("{line}\r\n");
            server.wait_received(expected.as_bytes());
        }
        assert_eq!(server.received(), expected.as_bytes());
    }

    #[test]
    fn a_reset_keeps_the_transcript() {
        let server = Scripted::start(vec![Step::text("220 short life\r\n"), Step::Line, Step::Reset]);
        let terminal = explore(&server, &["--no-tls"]);
        terminal.wait_for("220 short life");
        terminal.enter("NOOP");
        terminal.wait_until("the reset in words", |screen| screen.to_lowercase().contains("reset"));
        assert!(terminal.screen().contains("220 short life"));
    }

    #[test]
    fn bytes_in_clear_behind_the_consent_to_tls_are_reported_and_not_obeyed() {
        let script = vec![
            Step::text("220 hi\r\n"),
            Step::Line,
            Step::text("250-me\r\n250 STARTTLS\r\n"),
            Step::Line,
            Step::text("220 go ahead\r\n250 INJECTED\r\n"),
            Step::Tls,
        ];
        let server = Scripted::start(script);
        let terminal = explore(&server, &["--no-tls"]);
        terminal.wait_for("220 hi");
        terminal.enter("EHLO me");
        terminal.wait_for("250 STARTTLS");
        terminal.key("F4");
        terminal.wait_until("the injection in words", |screen| screen.to_lowercase().contains("inject"));
        terminal.wait_for("TLS 1.3");
    }

    #[test]
    fn a_signal_restores_the_terminal() {
        for signal in [Signal::TERM, Signal::HUP] {
            let server = Scripted::start(vec![Step::text("220 hi\r\n")]);
            let terminal = explore(&server, &["--no-tls"]);
            terminal.wait_for("220 hi");
            assert!(terminal.alternate_screen());
            terminal.signal(signal);
            terminal.wait_exit();
            is_restored(&terminal);
        }
    }

    #[test]
    fn keys_echo_during_a_flood_of_the_practice_server_and_leaving_is_at_once() {
        let terminal = Terminal::spawn(&["smtp://mx1.example.test"], 120, 40);
        terminal.wait_for("220 mx1.example.test");
        // More than can be read while this test runs.
        terminal.enter("HELP FLOOD 1000000000");
        terminal.wait_for("a line of the flood");
        terminal.type_text("still here");
        terminal.wait_for("still here");
        terminal.key("F10");
        terminal.wait_for("leaves at once");
        terminal.key("F10");
        assert_eq!(terminal.wait_exit(), 0);
        is_restored(&terminal);
    }

    #[test]
    fn a_stop_gives_the_terminal_back_and_fg_takes_it_again() {
        let server = Scripted::start(vec![Step::text("220 hi\r\n")]);
        let terminal = Terminal::spawn_program("/bin/sh", &["-i"], &[("PS1", "shell> ")], 120, 40);
        terminal.wait_for("shell>");
        terminal.enter(&format!("{PROGRAM} --no-tls {}", server.address()));
        terminal.wait_for("220 hi");
        terminal.key("C-z");
        // What is typed before the prompt may still be read by the program that goes away.
        let prompts = |screen: &vt100::Screen| screen.contents().matches("shell>").count();
        terminal.wait_screen("a second prompt", |screen| prompts(screen) == 2);
        terminal.wait_for("Stopped");
        assert!(!terminal.alternate_screen() && !terminal.cursor_hidden() && !terminal.bracketed_paste());
        terminal.enter("fg");
        terminal.wait_screen("the alternate screen", vt100::Screen::alternate_screen);
        terminal.wait_for("220 hi");
        terminal.key("F10");
        terminal.wait_screen("a third prompt", |screen| !screen.alternate_screen() && prompts(screen) == 3);
        terminal.enter("echo code $?");
        terminal.wait_for("code 0");
        terminal.enter("exit");
        assert_eq!(terminal.wait_exit(), 0);
        is_restored(&terminal);
    }

    /// Run by the test below as a program of its own, in a terminal.
    #[test]
    #[ignore = "panics on purpose, as a child of the next test"]
    fn child_that_panics_in_a_thread() {
        if std::env::var_os("EHLO_TEST_CHILD").is_none() {
            return;
        }
        let _guard = ehlo::tui::Guard::new().unwrap();
        let _ = std::thread::spawn(|| panic!("broken on purpose")).join();
        unreachable!("the hook ends the program");
    }

    #[test]
    fn a_panic_anywhere_restores_the_terminal_and_says_what_broke() {
        let program = std::env::current_exe().unwrap();
        let arguments = ["--ignored", "--exact", "--nocapture", "explorer::child_that_panics_in_a_thread"];
        let child = [("EHLO_TEST_CHILD", "1")];
        let terminal = Terminal::spawn_program(program.to_str().unwrap(), &arguments, &child, 120, 40);
        assert_eq!(terminal.wait_exit(), 101);
        terminal.wait_for("broken on purpose");
        terminal.wait_raw(b"\x1b[?1049h");
        is_restored(&terminal);
    }

    #[test]
    fn the_transcript_stays_on_the_normal_screen_when_asked() {
        let server =
            Scripted::start(vec![Step::text("220 hi\r\n"), Step::Line, Step::text("221 bye\r\n"), Step::Finish]);
        let terminal = explore(&server, &["--no-tls", "--preserve"]);
        terminal.wait_for("220 hi");
        terminal.key("F10");
        assert_eq!(terminal.wait_exit(), 0);
        is_restored(&terminal);
        terminal.wait_until("the transcript", |screen| {
            ["◀   220 hi", "▶   QUIT", "◀   221 bye"].iter().all(|line| screen.contains(line))
        });
    }

    #[test]
    fn quit_waits_briefly_and_a_second_one_does_not() {
        let server = Scripted::start(vec![Step::text("220 hi\r\n"), Step::Line, Step::Hold]);
        let terminal = explore(&server, &["--no-tls"]);
        terminal.wait_for("220 hi");
        terminal.key("F10");
        server.wait_received(b"QUIT\r\n");
        terminal.wait_for("leaves at once");
        terminal.key("F10");
        assert_eq!(terminal.wait_exit(), 0);
    }

    #[test]
    fn without_a_terminal_there_is_a_sentence_and_a_code() {
        let (code, out, error) = ehlo(&["192.0.2.25"], &[], "");
        assert_eq!((code, out.as_str()), (Some(2), ""));
        assert!(error.contains("not a terminal") && error.contains("ehlo lab"), "{error}");
    }

    #[test]
    fn wrong_words_at_the_door_are_named() {
        for (arguments, part) in [
            (&["a", "25", "c"][..], "one word too many"),
            (&["example.org:99999"], "99999"),
            (&["gopher://example.org"], "not a mail scheme"),
            (&["example.org", "@smtp://9.9.9.9"], "smtp://"),
            (&["dns", "mx", "example.org", "example.net"], "one word too many"),
            (&["--resolve", "x", "h"], "HOST:ADDRESS"),
        ] {
            let (code, _, error) = ehlo(arguments, &[], "");
            assert_eq!(code, Some(2), "{arguments:?}");
            assert!(error.contains(part), "{arguments:?}: {error}");
        }
    }

    /// What the README promises of its first command: the practice world answers, from EHLO to a message read by POP3.
    #[test]
    fn the_practice_world_from_submission_to_pop3() {
        let terminal = Terminal::spawn(&[], 160, 48);
        terminal.forbid("Y29ycmVjdCBob3JzZQ");
        terminal.wait_for("220 mail.example.test");
        terminal.key("F4");
        terminal.wait_for("new under TLS: AUTH PLAIN LOGIN");
        terminal.key("F5");
        terminal.wait_for("password");
        terminal.type_text("alice@example.test");
        terminal.key("Tab");
        terminal.type_text("correct horse");
        terminal.key("Enter");
        terminal.wait_for("logged in as alice@example.test");
        for (line, answer) in [
            ("MAIL FROM:<alice@example.test>", "250 2.1.0"),
            ("RCPT TO:<bob@example.test>", "250 2.1.5"),
            ("DATA", "Subject:"),
        ] {
            terminal.enter(line);
            terminal.wait_for(answer);
        }
        terminal.type_text("over the wire");
        terminal.key("C-d");
        terminal.wait_for("250 2.0.0");
        terminal.key("F2");
        terminal.wait_for("Connect");
        terminal.enter("pop3s://mail.example.test");
        terminal.wait_for("+OK");
        terminal.key("F5");
        terminal.wait_for("password");
        terminal.key("S-Tab");
        terminal.key("C-u");
        terminal.type_text("bob@example.test");
        terminal.key("Tab");
        terminal.type_text("123secret");
        terminal.key("Enter");
        terminal.wait_for("logged in as bob@example.test");
        terminal.enter("RETR 3");
        terminal.wait_for("over the wire");
        terminal.key("F10");
        assert_eq!(terminal.wait_exit(), 0);
        is_restored(&terminal);
        terminal.assert_nothing_forbidden();
    }

    /// DNS in the practice world: every transport, a server by its name, and the chain of trust.
    #[test]
    fn questions_to_the_practice_world() {
        let terminal = Terminal::spawn(&[], 100, 40);
        terminal.wait_for("220 mail.example.test");
        for (question, answers) in [
            ("mx child.signed.example.test +dnssec", ["says AD · here: secure", "MX of child.signed.example.test"]),
            ("a expired.signed.example.test +dnssec", ["EDE 7", "does not say AD · here: bogus"]),
            ("txt example.test @tls://ns1.example.test", ["192.0.2.53:853 TLS", "TLS 1.3"]),
            ("a forged.example.test @https://ns1.example.test", ["192.0.2.53:443 HTTPS", "192.0.2.25"]),
            ("a truncated.example.test @192.0.2.53", ["try 1 192.0.2.53:53 UDP", "try 2 192.0.2.53:53 TCP"]),
        ] {
            terminal.key("F3");
            terminal.wait_for("Ask DNS");
            terminal.enter(question);
            terminal.wait_gone("Ask DNS");
            for answer in answers {
                terminal.wait_for(answer);
            }
        }
        terminal.key("F10");
        assert_eq!(terminal.wait_exit(), 0);
    }

    #[test]
    fn the_smallest_terminal_and_back() {
        let server = Scripted::start(vec![Step::text("220 hi\r\n")]);
        let terminal = explore(&server, &["--no-tls"]);
        terminal.wait_for("220 hi");
        terminal.resize(1, 1);
        terminal.resize(80, 24);
        terminal.wait_for("220 hi");
        terminal.key("F10");
        assert_eq!(terminal.wait_exit(), 0);
    }
}
