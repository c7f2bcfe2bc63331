//! COMPRESS=DEFLATE (RFC 4978): the server's commands and answers, unpacked and packed.

use jiff::Timestamp;

use super::super::{Output, World};
use super::command::Command;
use super::{Imap, say};

impl Imap {
    /// Takes what the client sent, cut anywhere, packed or not, and answers in the same way.
    pub(in super::super) fn received(&mut self, world: &mut World, now: Timestamp, octets: &[u8]) -> Vec<Output> {
        let mut input = octets;
        let mut out = Vec::new();
        if self.inflater.is_none() {
            out = self.take(world, now, &mut input);
        }
        if let Some(mut inflater) = self.inflater.take() {
            let done = inflater.inflate(input, |mut plain| {
                let answers = self.take(world, now, &mut plain);
                out.extend(self.packed(answers));
            });
            self.inflater = Some(inflater);
            if done.is_err() && self.link.is_open() {
                let mut bye = Vec::new();
                say(&mut bye, "* BYE what you send is no DEFLATE");
                self.link.close(&mut bye);
                out.extend(self.packed(bye));
            }
        }
        out
    }

    /// Packs what is to be sent, if COMPRESS is on.
    pub(super) fn packed(&mut self, mut out: Vec<Output>) -> Vec<Output> {
        if let Some(deflater) = &mut self.deflater {
            for output in &mut out {
                if let Output::Send(octets) = output {
                    *octets = deflater.deflate(octets);
                }
            }
        }
        out
    }

    /// COMPRESS: the answer goes out as it is, everything behind it packed.
    pub(super) fn compress(&mut self, command: &Command<'_>, out: &mut Vec<Output>) -> Option<String> {
        if self.deflater.is_some() {
            return Some("BAD COMPRESS is active already".to_owned());
        }
        say(out, &format!("{} OK DEFLATE active", command.tag));
        self.deflater = Some(Box::default());
        self.inflater = Some(Box::default());
        None
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::super::script::{Peer, now};
    use super::super::super::{Output, Server, Service, World};
    use crate::protocol::deflate::{Deflater, Inflater};

    fn sent(outputs: &[Output]) -> Vec<u8> {
        outputs.iter().flat_map(|o| if let Output::Send(octets) = o { octets.clone() } else { Vec::new() }).collect()
    }

    fn compressed(world: &mut World) -> Server {
        let mut peer = Peer::greeted(world, Service::Imap, true);
        peer.play(
            world,
            "C: a LOGIN alice \"correct horse\"
             S: a OK [CAPABILITY…
             C: b COMPRESS DEFLATE
             S: b OK DEFLATE active",
        );
        peer.server
    }

    fn ask(server: &mut Server, world: &mut World, octets: &[u8]) -> Vec<Output> {
        let now: Timestamp = now();
        server.received(world, now, octets)
    }

    #[test]
    fn what_follows_the_command_in_the_same_segment_is_packed() {
        let mut world = World::new(now());
        let mut peer = Peer::greeted(&mut world, Service::Imap, true);
        peer.play(&mut world, "C: a LOGIN alice \"correct horse\"\nS: a OK [CAPABILITY…");
        let mut wire = b"b COMPRESS DEFLATE\r\n".to_vec();
        wire.extend(Deflater::default().deflate(b"c NOOP\r\n"));
        let answers = sent(&ask(&mut peer.server, &mut world, &wire));
        let packed = answers.strip_prefix(b"b OK DEFLATE active\r\n").unwrap();
        let mut plain = Vec::new();
        Inflater::default().inflate(packed, |piece| plain.extend_from_slice(piece)).unwrap();
        assert_eq!(String::from_utf8_lossy(&plain), "c OK NOOP completed\r\n");
    }

    #[test]
    fn plain_text_behind_it_ends_the_connection() {
        let mut world = World::new(now());
        let mut server = compressed(&mut world);
        let outputs = ask(&mut server, &mut world, b"a2 OK NOOP completed\r\n");
        assert_eq!(outputs.last(), Some(&Output::Close));
        let mut plain = Vec::new();
        Inflater::default().inflate(&sent(&outputs), |piece| plain.extend_from_slice(piece)).unwrap();
        assert_eq!(String::from_utf8_lossy(&plain), "* BYE what you send is no DEFLATE\r\n");
        assert_eq!(ask(&mut server, &mut world, b"more"), []);
    }
}
