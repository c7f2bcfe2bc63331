//! What SCRAM computes (RFC 5802 §3).

use std::num::NonZeroU32;

use ring::{digest, hmac, pbkdf2};

use crate::protocol::sasl::Hash;
use crate::protocol::secret::Secret;

/// The keys of a password: what a client makes anew and a server has stored.
#[derive(Clone, Debug)]
pub struct Keys {
    hash: Hash,
    /// ClientKey. Whoever has it can log in: a server keeps only its hash.
    client: Secret,
    /// ServerKey.
    server: Secret,
}

impl Keys {
    /// The keys of a prepared password. It takes as long as the iterations want.
    #[must_use]
    pub fn derive(hash: Hash, password: &Secret, salt: &[u8], iterations: NonZeroU32) -> Self {
        let mut salted = vec![0; hash.digest().output_len()];
        pbkdf2::derive(hash.pbkdf2(), iterations, salt, password.expose(), &mut salted);
        let salted = Secret::new(salted);
        Self {
            hash,
            client: mac(hash, salted.expose(), b"Client Key"),
            server: mac(hash, salted.expose(), b"Server Key"),
        }
    }

    /// StoredKey, by which a server checks a proof.
    #[must_use]
    pub fn stored(&self) -> Secret {
        Secret::new(digest::digest(self.hash.digest(), self.client.expose()).as_ref().to_vec())
    }

    /// ClientProof.
    #[must_use]
    pub fn proof(&self, messages: &str) -> Vec<u8> {
        let signature = mac(self.hash, self.stored().expose(), messages.as_bytes());
        xor(self.client.expose(), signature.expose())
    }

    /// ServerSignature.
    #[must_use]
    pub fn signature(&self, messages: &str) -> Vec<u8> {
        mac(self.hash, self.server.expose(), messages.as_bytes()).expose().to_vec()
    }

    /// Whether a server's signature is right, in constant time.
    #[must_use]
    pub fn verifies(&self, messages: &str, signature: &[u8]) -> bool {
        let key = hmac::Key::new(self.hash.hmac(), self.server.expose());
        hmac::verify(&key, messages.as_bytes(), signature).is_ok()
    }
}

/// Whether a client's proof is right by its StoredKey (RFC 5802 §3).
#[must_use]
pub fn proves(hash: Hash, stored: &Secret, messages: &str, proof: &[u8]) -> bool {
    let signature = mac(hash, stored.expose(), messages.as_bytes());
    if signature.expose().len() != proof.len() {
        return false;
    }
    let client = Secret::new(xor(proof, signature.expose()));
    let found = digest::digest(hash.digest(), client.expose());
    // Two hashes are compared by their MACs, for that comparison takes constant time.
    let key = hmac::Key::new(hash.hmac(), stored.expose());
    hmac::verify(&key, found.as_ref(), hmac::sign(&key, stored.expose()).as_ref()).is_ok()
}

fn mac(hash: Hash, key: &[u8], message: &[u8]) -> Secret {
    Secret::new(hmac::sign(&hmac::Key::new(hash.hmac(), key), message).as_ref().to_vec())
}

fn xor(a: &[u8], b: &[u8]) -> Vec<u8> {
    a.iter().zip(b).map(|(a, b)| a ^ b).collect()
}
