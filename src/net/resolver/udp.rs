//! One question in a datagram.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use socket2::{Domain, SockRef, Socket, Type};
use tokio::net::UdpSocket;

use super::{LARGEST, unreachable};
use crate::diagnosis::dns::{Dropped, Mismatch, QueryFailure, Try, answers};

/// Datagrams from elsewhere that are counted once the answer is there.
const STRANGERS: usize = 64;

/// Sends what `tried` holds to `address` and waits for its answer, without end. What is put aside is counted.
///
/// # Errors
/// The system's, as far as it is told: a port where nothing listens answers with ICMP.
pub(super) async fn exchange(tried: &mut Try, address: SocketAddr) -> Result<(), QueryFailure> {
    let (socket, strangers) = sockets(address).await.map_err(|error| unreachable(&error))?;
    socket.send(&tried.sent).await.map_err(|error| unreachable(&error))?;
    let mut buffer = vec![0; LARGEST];
    let mut strange = [0; 512];
    loop {
        let length = tokio::select! {
            received = socket.recv(&mut buffer) => received.map_err(|error| unreachable(&error))?,
            (_, from) = stranger(strangers.as_ref(), &mut strange) => {
                put_aside(&mut tried.dropped, Mismatch::Source, from);
                continue;
            }
        };
        let datagram = buffer.get(..length).unwrap_or_default();
        // What is not for this question is put aside: a forger must not be able to end the wait (RFC 5452 §9).
        match answers(&tried.sent, datagram) {
            Ok(()) => {
                tried.received = datagram.to_vec();
                for _ in 0..STRANGERS {
                    let Some(Ok((_, from))) = strangers.as_ref().map(|socket| socket.try_recv_from(&mut strange))
                    else {
                        break;
                    };
                    put_aside(&mut tried.dropped, Mismatch::Source, from);
                }
                return Ok(());
            }
            Err(why) => put_aside(&mut tried.dropped, why, tried.server),
        }
    }
}

/// A socket connected to the server, which alone is told of ICMP, and on Linux one on the same port for what others send
/// there. A datagram goes to the socket that fits best.
async fn sockets(server: SocketAddr) -> io::Result<(UdpSocket, Option<UdpSocket>)> {
    let any: IpAddr = if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    // Port 0: the system picks another port for every question, against forged answers (RFC 5452 §9.2).
    let any = SocketAddr::new(any, 0);
    if cfg!(target_os = "linux") {
        // The first takes a port of its own. Only then may the second have it too: a socket that is ready to share from the
        // start can be given the port of another question that is out.
        let strangers = socket(any, false)?;
        SockRef::from(&strangers).set_reuse_address(true)?;
        let own = socket(strangers.local_addr()?, true)?;
        own.connect(server).await?;
        return Ok((own, Some(strangers)));
    }
    let own = UdpSocket::bind(any).await?;
    own.connect(server).await?;
    Ok((own, None))
}

/// A socket at this address; if it shares, where another one is that shares too.
fn socket(local: SocketAddr, shares: bool) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(local), Type::DGRAM, None)?;
    socket.set_reuse_address(shares)?;
    socket.set_nonblocking(true)?;
    socket.bind(&local.into())?;
    UdpSocket::from_std(socket.into())
}

async fn stranger(socket: Option<&UdpSocket>, buffer: &mut [u8]) -> (usize, SocketAddr) {
    match socket {
        Some(socket) => match socket.recv_from(buffer).await {
            Ok(received) => received,
            // It tells of nothing that the other socket does not tell.
            Err(_) => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}

/// Counts what does not fit: the first source of each kind is kept.
fn put_aside(dropped: &mut Vec<Dropped>, why: Mismatch, from: SocketAddr) {
    match dropped.iter_mut().find(|kind| kind.why == why) {
        Some(kind) => kind.count = kind.count.saturating_add(1),
        None => dropped.push(Dropped { why, from, count: 1 }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[tokio::test]
    async fn no_two_questions_share_a_port() {
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap();
        let mut open = Vec::new();
        for _ in 0..300 {
            open.push(sockets(server).await.unwrap());
        }
        let ports: HashSet<u16> = open.iter().map(|(own, _)| own.local_addr().unwrap().port()).collect();
        assert_eq!(ports.len(), open.len());
    }
}
