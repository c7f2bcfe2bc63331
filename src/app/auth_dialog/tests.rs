use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::protocol::sasl::{self, Binding, BindingType};

fn press(dialog: &mut AuthDialog, code: KeyCode) -> Outcome {
    dialog.key(&KeyEvent::new(code, KeyModifiers::NONE))
}

/// A dialog on a channel that can be bound, at a server that offers these.
fn opened(user: &str, offered: &str, mechanism: Option<Mechanism>) -> AuthDialog {
    let offered = offered.split_ascii_whitespace().map(str::to_owned).collect();
    let binding = Binding { kind: BindingType::Exporter, octets: vec![1; 32] };
    let channel = Channel { bindings: vec![binding], nonce: "abc".to_owned(), ..Channel::default() };
    AuthDialog::new(ConnectionId(1), Protocol::Smtp, mechanism.map(Way::Sasl), user, offered, channel, None)
}

fn control(dialog: &mut AuthDialog, c: char) -> Outcome {
    dialog.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL))
}

fn dialog(exposure: Option<&str>) -> AuthDialog {
    let mut dialog = opened("jo", "", Some(Mechanism::Plain));
    dialog.exposure = exposure.map(str::to_owned);
    dialog.paste("8secret\r\n");
    dialog
}

#[test]
fn enter_logs_in_on_a_safe_channel() {
    let mut dialog = dialog(None);
    let Outcome::Login(login) = press(&mut dialog, KeyCode::Enter) else { panic!("no login") };
    let credentials = login.credentials;
    assert!(!login.consent && login.initial && login.mistake.is_none());
    assert_eq!((credentials.user.as_str(), credentials.password.expose()), ("jo", &b"8secret"[..]));
}

#[test]
fn the_gate_wants_the_whole_word() {
    let mut dialog = dialog(Some("clear"));
    assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Used));
    dialog.paste("yes");
    assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Used));
    assert!(dialog.error.is_some());
    for _ in 0..3 {
        press(&mut dialog, KeyCode::Backspace);
    }
    dialog.paste("YES");
    assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Login(..)));
}

#[test]
fn only_the_base64() {
    let mut dialog = dialog(Some("clear"));
    let Outcome::Encoded { text, secret: true } = dialog.key(&KeyEvent::new(KeyCode::Char('e'), KeyModifiers::CONTROL))
    else {
        panic!("not encoded")
    };
    assert_eq!(text.expose(), b"AGpvADhzZWNyZXQ=");
}

#[test]
fn base64_without_a_user_is_refused_and_the_password_stays() {
    let mut dialog = opened("", "", Some(Mechanism::Plain));
    press(&mut dialog, KeyCode::Tab);
    dialog.paste("8secret");
    assert!(matches!(dialog.key(&KeyEvent::new(KeyCode::Char('e'), KeyModifiers::CONTROL)), Outcome::Used));
    assert_eq!(dialog.error.as_deref(), Some("the user is missing"));
    assert_eq!((dialog.fields[1].text(), dialog.field), ("8secret", 0));
}

#[test]
fn an_empty_password_is_no_attempt() {
    let sasl = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"]
        .map(|name| Way::Sasl(Mechanism::all().find(|mechanism| mechanism.name() == name).unwrap()));
    for way in sasl.into_iter().chain([Way::Login, Way::UserPass, Way::Apop]) {
        let mut dialog = opened("jo", "", None);
        dialog.exposure = Some("clear".to_owned());
        dialog.choose(way);
        assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Used), "{way:?}");
        assert_eq!(dialog.error.as_deref(), Some("the password is missing"), "{way:?}");
        assert!(dialog.field == 1 && dialog.gate.is_none(), "{way:?}");
        (dialog.supply, dialog.exposure) = (Some("--netrc"), None);
        assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Login(_)), "{way:?}");
    }
}

#[test]
fn a_nul_is_refused_with_its_place() {
    let mut dialog = dialog(None);
    dialog.paste("\0");
    assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Used));
    assert!(dialog.error.as_deref().unwrap().contains("NUL"));
    assert_eq!(dialog.field, 1);
}

#[test]
fn only_plain_has_an_authorization_identity() {
    let mut dialog = dialog(None);
    press(&mut dialog, KeyCode::Tab);
    dialog.paste("boss");
    assert_eq!((dialog.field, dialog.value(2)), (2, "boss"));
    press(&mut dialog, KeyCode::F(6));
    assert_eq!((dialog.way.fields().len(), dialog.field, dialog.value(2)), (2, 1, ""));
    press(&mut dialog, KeyCode::Tab);
    assert_eq!(dialog.field, 0);
    let Outcome::Login(login) = press(&mut dialog, KeyCode::Enter) else { panic!("no login") };
    assert_eq!(login.credentials.authorization, "");
}

#[test]
fn the_strongest_is_proposed_and_any_other_is_near() {
    let names = |dialog: &AuthDialog| {
        let names: Vec<String> = dialog.ways().iter().map(|way| way.name(Protocol::Smtp)).collect();
        names.join(" ").replace("AUTH ", "")
    };
    let mut dialog = opened("jo", "LOGIN PLAIN NTLM SCRAM-SHA-256 SCRAM-SHA-256-PLUS", None);
    assert_eq!(dialog.way.name(Protocol::Smtp), "AUTH SCRAM-SHA-256-PLUS");
    assert_eq!(names(&dialog), "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN");
    control(&mut dialog, 'b');
    assert_eq!(dialog.way, Way::Sasl(Mechanism::Login));
    control(&mut dialog, 'n');
    control(&mut dialog, 'n');
    assert_eq!(dialog.way.name(Protocol::Smtp), "AUTH SCRAM-SHA-256");
    press(&mut dialog, KeyCode::F(5));
    assert_eq!(dialog.way, Way::Sasl(Mechanism::Plain));
    press(&mut dialog, KeyCode::F(5));
    assert_eq!(dialog.way.name(Protocol::Smtp), "AUTH SCRAM-SHA-256-PLUS");
    control(&mut dialog, 'o');
    assert_eq!(dialog.ways().len(), Mechanism::all().count());
    assert_eq!(opened("jo", "XOAUTH2", None).way, Way::Sasl(Mechanism::Xoauth2));
    assert_eq!(names(&opened("jo", "", Some(Mechanism::External))), "PLAIN LOGIN EXTERNAL");
}

#[test]
fn each_way_asks_for_what_it_needs() {
    for (mechanism, fields) in [
        (Mechanism::External, vec![(2, "authorization identity")]),
        (Mechanism::Anonymous, vec![(0, "trace")]),
        (Mechanism::OauthBearer, vec![(0, "user"), (1, "token")]),
    ] {
        let mut dialog = opened("", "", Some(mechanism));
        assert_eq!(dialog.way.fields(), fields);
        assert!(fields.iter().any(|(place, _)| *place == dialog.field), "{mechanism}: {}", dialog.field);
        if mechanism != Mechanism::OauthBearer {
            assert!(matches!(press(&mut dialog, KeyCode::Enter), Outcome::Login(_)), "{mechanism}");
        }
    }
    let mut token = opened("jo", "", Some(Mechanism::Xoauth2));
    assert!(matches!(press(&mut token, KeyCode::Enter), Outcome::Used));
    assert_eq!(token.error.as_deref(), Some("the token is empty, paste one"));
    token.paste("ya29.x");
    let Outcome::Login(login) = press(&mut token, KeyCode::Enter) else { panic!("no login") };
    assert_eq!(login.credentials.password.expose(), b"ya29.x");
}

#[test]
fn the_gate_is_for_what_sends_the_password() {
    for (mechanism, gated) in [(Mechanism::Plain, true), (Mechanism::Xoauth2, true), (Mechanism::CramMd5, false)] {
        let mut dialog = opened("jo", "", Some(mechanism));
        dialog.exposure = Some("clear".to_owned());
        dialog.paste("secret");
        let outcome = press(&mut dialog, KeyCode::Enter);
        assert_eq!(matches!(outcome, Outcome::Used), gated, "{mechanism}");
        assert_eq!(dialog.gate.is_some(), gated, "{mechanism}");
    }
}

#[test]
fn mistakes_are_those_of_the_mechanism() {
    let mut dialog = opened("jo", "", Some(Mechanism::Plain));
    dialog.paste("8secret");
    let mut seen = Vec::new();
    loop {
        control(&mut dialog, 'g');
        let Some(mistake) = dialog.mistake else { break };
        seen.push(mistake);
    }
    assert_eq!(seen, Mistake::of(Mechanism::Plain).collect::<Vec<_>>());
    for _ in 0..3 {
        control(&mut dialog, 'g');
    }
    assert_eq!(dialog.mistake, Some(Mistake::Nul));
    control(&mut dialog, 'r');
    let Outcome::Encoded { text, secret: true } = control(&mut dialog, 'e') else { panic!("not encoded") };
    assert_eq!(text.expose(), sasl::base64::text(b"\0jo8secret").as_bytes());
    press(&mut dialog, KeyCode::F(6));
    assert_eq!((dialog.mistake, dialog.initial), (None, false));
}

#[test]
fn the_binding_of_a_plus_can_be_chosen() {
    let chosen = |dialog: &mut AuthDialog| {
        dialog.paste("secret");
        let Outcome::Login(login) = press(dialog, KeyCode::Enter) else { panic!("no login") };
        login.binding
    };
    let of = |kind| Binding { kind, octets: vec![1; 32] };
    let plus = Mechanism::find("SCRAM-SHA-256-PLUS");
    let mut both = opened("jo", "", plus);
    both.channel.bindings = BindingType::ALL.map(of).into();
    assert_eq!(chosen(&mut both), Some(BindingType::Exporter), "the better one unless another is chosen");
    control(&mut both, 'p');
    assert_eq!(chosen(&mut both), Some(BindingType::ServerEndPoint));
    control(&mut both, 'p');
    assert_eq!(chosen(&mut both), Some(BindingType::Exporter));
    let mut one = opened("jo", "", plus);
    one.channel.bindings = vec![of(BindingType::ServerEndPoint)];
    control(&mut one, 'p');
    assert_eq!(one.error.as_deref(), Some("this connection has data of tls-server-end-point only"));
    one.channel.bindings.clear();
    control(&mut one, 'p');
    assert_eq!(one.error.as_deref(), Some("there is no TLS on this connection to bind to"));
    let mut plain = opened("jo", "", Some(Mechanism::Plain));
    control(&mut plain, 'p');
    assert_eq!(plain.error.as_deref(), Some("only a -PLUS binds itself to the TLS connection"));
}
