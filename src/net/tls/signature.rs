//! The signature of a handshake (RFC 8446 §4.4.3, RFC 5246 §7.4.3), checked in one way for the verifiers of both ends.

/// The methods of a verifier of rustls that are about signatures: `$algorithms` is the field that has those of the
/// provider. What the check says goes through `self.judge(signed, checked)`.
macro_rules! checks_signatures {
    ($algorithms:tt) => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            leaf: &::rustls::pki_types::CertificateDer<'_>,
            signed: &::rustls::DigitallySignedStruct,
        ) -> Result<::rustls::client::danger::HandshakeSignatureValid, ::rustls::Error> {
            self.judge(signed, ::rustls::crypto::verify_tls12_signature(message, leaf, signed, &self.$algorithms))
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            leaf: &::rustls::pki_types::CertificateDer<'_>,
            signed: &::rustls::DigitallySignedStruct,
        ) -> Result<::rustls::client::danger::HandshakeSignatureValid, ::rustls::Error> {
            self.judge(signed, ::rustls::crypto::verify_tls13_signature(message, leaf, signed, &self.$algorithms))
        }

        fn supported_verify_schemes(&self) -> Vec<::rustls::SignatureScheme> {
            self.$algorithms.supported_schemes()
        }
    };
}

pub(crate) use checks_signatures;
