//! Channel bindings (RFC 5056): what ties a login to one TLS connection.

/// Which data of the TLS connection are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BindingType {
    /// RFC 9266: 32 octets exported from the keys of TLS 1.3, or of TLS 1.2 with the extended master secret.
    Exporter,
    /// RFC 5929 §4: the hash of the server's certificate. It also holds where TLS ends at a proxy that has the certificate.
    ServerEndPoint,
}

impl BindingType {
    /// Both, the better first.
    pub const ALL: [Self; 2] = [Self::Exporter, Self::ServerEndPoint];

    /// The name that IANA has, as it stands in the GS2 header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exporter => "tls-exporter",
            Self::ServerEndPoint => "tls-server-end-point",
        }
    }

    /// The type with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The data of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// What they are.
    pub kind: BindingType,
    /// The octets, the same on both sides if nobody sits between.
    pub octets: Vec<u8>,
}
