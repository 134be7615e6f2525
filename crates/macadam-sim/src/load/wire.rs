//! HTTP/1.1 over one keep-alive socket, with nothing but what load needs.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A server that does not answer for so long has failed.
const TIMEOUT: Duration = Duration::from_secs(30);
/// No answer to a device is longer.
const HEAD_LIMIT: usize = 64 * 1024;
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// A connection, opened when it is first needed and again after an error.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

impl Wire {
    /// Prepares a connection to an address.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, buffer: Vec::new() }
    }

    /// Sends the bytes of a request and reads the answer.
    pub fn call(&mut self, request: &[u8]) -> io::Result<Reply> {
        let answer = self.exchange(request);
        if answer.is_err() {
            self.stream = None;
        }
        answer
    }

    fn exchange(&mut self, request: &[u8]) -> io::Result<Reply> {
        self.open()?.write_all(request)?;
        let head_end = self.read_until(b"\r\n\r\n", HEAD_LIMIT)?;
        let head: Vec<u8> = self.buffer.drain(..head_end).collect();
        let head = Head::read(&head).ok_or(io::ErrorKind::InvalidData)?;
        let body = match head.length {
            Length::Known(length) => self.take(length)?,
            Length::Chunked => self.take_chunks()?,
        };
        if head.is_last {
            self.stream = None;
        }
        Ok(Reply { status: head.status, body })
    }

    fn open(&mut self) -> io::Result<&mut TcpStream> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(TIMEOUT))?;
            self.buffer.clear();
            self.stream = Some(stream);
        }
        self.stream.as_mut().ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut chunk = [0; 16 * 1024];
        let stream = self.stream.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let read = stream.read(&mut chunk)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.buffer.extend_from_slice(chunk.get(..read).unwrap_or_default());
        Ok(())
    }

    /// Reads until a mark is there; gives where it ends.
    fn read_until(&mut self, mark: &[u8], limit: usize) -> io::Result<usize> {
        loop {
            if let Some(at) = self.buffer.windows(mark.len()).position(|window| window == mark) {
                return Ok(at + mark.len());
            }
            if self.buffer.len() > limit {
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.fill()?;
        }
    }

    fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        if length > BODY_LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        while self.buffer.len() < length {
            self.fill()?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    fn take_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        while body.len() <= BODY_LIMIT {
            let line_end = self.read_until(b"\r\n", HEAD_LIMIT)?;
            let line = self.take(line_end)?;
            let size = std::str::from_utf8(&line)
                .ok()
                .and_then(|line| usize::from_str_radix(line.trim().split(';').next()?, 16).ok());
            let size = size.ok_or(io::ErrorKind::InvalidData)?;
            body.extend(self.take(size)?);
            self.take(b"\r\n".len())?;
            if size == 0 {
                return Ok(body);
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }
}

/// What the head of an answer says.
struct Head {
    status: u16,
    length: Length,
    is_last: bool,
}

enum Length {
    Known(usize),
    Chunked,
}

impl Head {
    fn read(head: &[u8]) -> Option<Self> {
        let head = std::str::from_utf8(head).ok()?.to_ascii_lowercase();
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let (mut length, mut is_last) = (Length::Known(0), false);
        for line in lines {
            match line.split_once(':').map(|(name, value)| (name, value.trim())) {
                Some(("content-length", value)) => length = Length::Known(value.parse().ok()?),
                Some(("transfer-encoding", "chunked")) => length = Length::Chunked,
                Some(("connection", "close")) => is_last = true,
                Some(_) | None => {}
            }
        }
        Some(Self { status, length, is_last })
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// A server that gives these answers, one after another, on one connection.
    fn server(answers: &'static [&'static str]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for answer in answers {
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    #[test]
    fn both_kinds_of_bodies_are_read_on_one_connection() {
        let mut wire = Wire::new(server(&[
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
             3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n",
            "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n",
        ]));
        let mut call = || wire.call(b"x").map(|reply| (reply.status, reply.body)).unwrap();
        assert_eq!(call(), (200, b"hello".to_vec()));
        assert_eq!(call(), (200, b"abcde".to_vec()));
        assert_eq!(call(), (403, Vec::new()));
    }

    #[test]
    fn broken_answer_is_an_error() {
        for answer in [&["nonsense\r\n\r\n"][..], &["HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]]
        {
            let address = server(Box::leak(answer.to_vec().into_boxed_slice()));
            assert!(Wire::new(address).call(b"x").is_err());
        }
    }
}
