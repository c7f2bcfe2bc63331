//! Ingest, memory, frames and validation, each beside a baseline of the same run.
//!
//! `cargo bench` prints the ratios; no test depends on a time.
#![expect(clippy::unwrap_used, reason = "a bench that cannot begin may stop")]

use std::hint::black_box;

use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ehlo::app::effect::Effects;
use ehlo::app::event::{ConnectionId, Event, Happened};
use ehlo::app::options::Options;
use ehlo::app::state::App;
use ehlo::protocol::capability::Capabilities;
use ehlo::protocol::command;
use ehlo::protocol::endpoint::{Protocol, Target, parse_target};
use ehlo::protocol::moment::Moment;
use ehlo::protocol::verb::{Context, Phase};
use ehlo::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// Octets of one report, as the net room reads them.
const CHUNK: usize = 64 * 1024;

fn app() -> App {
    let epoch = jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
    let mut app = App::new(Options::new("client.example.net", epoch), (160, 48));
    let Ok(Target::Endpoint(endpoint)) = parse_target(&["192.0.2.25", "25"]) else { return app };
    app.connect(endpoint, Vec::new(), &mut Effects::new());
    let address = "192.0.2.25:25".parse().unwrap();
    let local = "192.0.2.1:9".parse().unwrap();
    report(&mut app, Happened::Connected { local, peer: address, practice: None, took: std::time::Duration::ZERO });
    report(&mut app, Happened::Received(Bytes::from_static(b"220 mx1.example.org ESMTP\r\n")));
    app
}

fn report(app: &mut App, what: Happened) {
    app.update(Event::Connection { id: ConnectionId(0), at: Moment(1), what }, Moment(1));
}

/// Whole reply lines, at least `octets` of them.
fn replies(octets: usize) -> Vec<Bytes> {
    let mut text = Vec::with_capacity(octets + CHUNK);
    let mut number = 0u64;
    while text.len() < octets {
        text.extend_from_slice(
            format!("214-line {number:08} of a very long answer to HELP, as a flood would be\r\n").as_bytes(),
        );
        number += 1;
    }
    let all = Bytes::from(text);
    (0..all.len()).step_by(CHUNK).map(|at| all.slice(at..(at + CHUNK).min(all.len()))).collect()
}

fn ingest(c: &mut Criterion) {
    let chunks = replies(200_000_000);
    let total: usize = chunks.iter().map(Bytes::len).sum();
    let mut group = c.benchmark_group("ingest 200 MB of reply lines");
    group.sample_size(10).throughput(Throughput::Bytes(total as u64));
    group.bench_function("baseline: count the line ends", |b| {
        b.iter(|| chunks.iter().map(|chunk| memchr::memchr_iter(b'\n', chunk).count()).sum::<usize>());
    });
    group.bench_function("session and transcript", |b| {
        b.iter_batched(
            app,
            |mut app| {
                for chunk in &chunks {
                    report(&mut app, Happened::Received(chunk.clone()));
                }
                app
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn lines(count: usize) -> App {
    let mut app = app();
    for chunk in replies(count * 71) {
        report(&mut app, Happened::Received(chunk));
    }
    app
}

fn memory(_: &mut Criterion) {
    let app = lines(1_000_000);
    let transcript = &app.conversation().unwrap().transcript;
    let range = transcript.range();
    let count = range.end - range.start;
    let text: usize = range.filter_map(|n| transcript.entry(n)).map(ehlo::app::transcript::Entry::len).sum();
    let memory = transcript.memory();
    println!(
        "memory at {count} lines: {} octets a line, of which {} are its text: {:.2} times the text",
        memory as u64 / count,
        text as u64 / count,
        memory as f64 / text as f64
    );
}

fn frame(c: &mut Criterion) {
    let mut group = c.benchmark_group("a frame of 160x48");
    for count in [1_000, 1_000_000] {
        let app = lines(count);
        let mut terminal = Terminal::new(TestBackend::new(160, 48)).unwrap();
        group.bench_function(format!("{count} lines"), |b| {
            b.iter(|| {
                terminal
                    .draw(|frame| {
                        black_box(view::draw(frame, &app));
                    })
                    .unwrap();
            });
        });
    }
    group.finish();
}

fn validation(c: &mut Criterion) {
    let offers = Capabilities::heard();
    let context = |protocol, phase| Context { tls: true, ..Context::new(protocol, phase, &offers) };
    let smtp = context(Protocol::Smtp, Phase::Ready);
    let imap = context(Protocol::Imap, Phase::Selected);
    let mut group = c.benchmark_group("validation");
    group.bench_function("baseline: is a 12 KB line ASCII", |b| {
        let line = "x".repeat(12_288);
        b.iter(|| black_box(&line).is_ascii());
    });
    group.bench_function("MAIL", |b| {
        b.iter(|| command::check(black_box("MAIL FROM:<jo@example.org> SIZE=1000 BODY=8BITMIME"), &smtp));
    });
    group.bench_function("FETCH", |b| {
        b.iter(|| command::check(black_box("a1 UID FETCH 1:* (FLAGS BODY.PEEK[HEADER.FIELDS (FROM TO)])"), &imap));
    });
    for (name, context, start, piece, end) in LONG {
        let room = 12_288 - start.len() - end.len();
        let line = format!("{start}{}{end}", piece.repeat(room / piece.len()));
        let context = if *context == Protocol::Smtp { &smtp } else { &imap };
        group.bench_function(format!("{name} of 12 KB"), |b| b.iter(|| command::check(black_box(&line), context)));
    }
    group.finish();
}

/// Lines of 12 KB: what they are, the beginning, what is repeated, the end. The limit for each is 1 ms.
#[rustfmt::skip] // A table: a line a row.
const LONG: &[(&str, Protocol, &str, &str, &str)] = &[
    ("AUTH", Protocol::Smtp, "AUTH PLAIN ", "QUJD", ""),
    ("MAIL, parameters", Protocol::Smtp, "MAIL FROM:<a@b.example>", " X-A=1", ""),
    ("RCPT, a source route", Protocol::Smtp, "RCPT TO:<@a.example", ",@a.example", ":b@c.example>"),
    ("XCLIENT, unknown attributes", Protocol::Smtp, "XCLIENT NAME=a", " NAMF=a", ""),
    ("SEARCH, wrong at its depth", Protocol::Imap, "SEARCH ", "OR SEEN ", ""),
    ("SEARCH, keys", Protocol::Imap, "SEARCH ALL", " NOT FROM \"x\" YOUNGER 5", ""),
    ("SEARCH, a set", Protocol::Imap, "SEARCH UID 1", ",5:7", ""),
    ("FETCH, items", Protocol::Imap, "FETCH 1 (UID", " BODY.PEEK[1.2.HEADER.FIELDS (From To)]<0.9>", ")"),
    ("STATUS, items", Protocol::Imap, "STATUS x (MESSAGES", " UNSEEN", ")"),
    ("LIST, patterns", Protocol::Imap, "LIST (SUBSCRIBED) \"\" (*", " &APw-%", ") RETURN (CHILDREN)"),
    ("SELECT, modified UTF-7", Protocol::Imap, "SELECT ", "&APw-a", ""),
    ("SELECT, modified UTF-7 in one shift", Protocol::Imap, "SELECT &", "APwA,AD8APwA", "-"),
    ("SELECT, modified UTF-7, wrong", Protocol::Imap, "SELECT ", "&APw-&APw", ""),
    ("SELECT, raw octets", Protocol::Imap, "SELECT \"", "\u{fc}a", "\""),
    ("NOTIFY, mailboxes", Protocol::Imap, "NOTIFY SET (mailboxes (a", " &APw-x", ") (MessageNew MessageExpunge))"),
    ("NOTIFY, groups", Protocol::Imap, "NOTIFY SET", " (subtree a (MessageNew MessageExpunge FlagChange))", ""),
    ("NOTIFY, fetch items", Protocol::Imap, "NOTIFY SET (selected (MessageNew (UID", " BODY.PEEK[TEXT]", ") MessageExpunge))"),
    ("CATENATE, URLs", Protocol::Imap, "APPEND x CATENATE (", "URL \"/a/;UID=1/;SECTION=1.2\" ", "TEXT {5}"),
    ("CONVERT, items", Protocol::Imap, "CONVERT 1 (\"text/plain\" (\"charset\" \"utf-8\")) (BINARY[1]", " BINARY[2.1]", ")"),
    ("CONVERT, parameters", Protocol::Imap, "CONVERT 1 (\"text/plain\" (\"charset\" \"utf-8\"", " \"a\" \"b\"", ")) BINARY[1]"),
    ("GENURLAUTH", Protocol::Imap, "GENURLAUTH", " \"imap://j@a/x/;UID=1;URLAUTH=user+j\" INTERNAL", ""),
    ("ENABLE, unknown names", Protocol::Imap, "ENABLE", " UTF8=ACCEPU", ""),
    ("SETMETADATA", Protocol::Imap, "SETMETADATA x (/private/a NIL", " /private/a \"b\"", ")"),
    ("ID", Protocol::Imap, "ID (\"name\" \"b\"", " \"a\" \"b\"", ")"),
    ("SORT", Protocol::Imap, "SORT (REVERSE DATE", " REVERSE SUBJECT", ") UTF-8 ALL"),
];

criterion_group!(benches, validation, frame, memory, ingest);
criterion_main!(benches);
